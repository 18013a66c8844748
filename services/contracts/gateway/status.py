"""How the parts of the system are."""

from typing import Literal

from pydantic import Field

from services.contracts.base import Output


class ServiceStatus(Output):
    """One service, as the gateway sees it."""

    name: str = Field(description="The service.", examples=["members"])
    reachable: bool = Field(description="It answers.")
    ready: bool = Field(description="It answers that it can serve.")
    latency_ms: float | None = Field(description="How long its answer took; null without one.", examples=[1.8])
    version: str | None = Field(description="Of its API.", examples=["1.0.0"])


class SystemStatus(Output):
    """The whole system."""

    status: Literal["ok", "degraded"] = Field(description="`degraded` when any part cannot serve.")
    services: list[ServiceStatus] = Field(description="Each service behind the gateway.")
