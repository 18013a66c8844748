"""`/status`: each service, asked with a deadline, at most once a second however often this is called."""

import asyncio
import time
from typing import Final

import httpx
from fastapi import Request

from gateway.document import Documents
from services.contracts.gateway.status import ServiceStatus, SystemStatus
from services.kit.http import new_client
from services.kit.routing import PUBLIC, Routes

_DEADLINE: Final = 1.0
_KEPT: Final = 1.0

routes = Routes("/status", tag="System")


class Board:
    """Knows how the services are."""

    def __init__(self, urls: dict[str, str], documents: Documents) -> None:
        self._clients = {name: new_client(url, connections=2) for name, url in urls.items()}
        self._documents = documents
        self._one_at_a_time = asyncio.Lock()
        self._status: SystemStatus | None = None
        self._asked_at = float("-inf")

    async def read(self) -> SystemStatus:
        """The status, at most a second old."""
        async with self._one_at_a_time:
            if self._status is None or time.monotonic() - self._asked_at > _KEPT:
                services = await asyncio.gather(*(self._ask(name) for name in self._clients))
                ok = all(service.ready for service in services)
                self._status = SystemStatus(status="ok" if ok else "degraded", services=list(services))
                self._asked_at = time.monotonic()
            return self._status

    async def close(self) -> None:
        """Close the pools."""
        for client in self._clients.values():
            await client.aclose()

    async def _ask(self, name: str) -> ServiceStatus:
        began = time.perf_counter()
        ready, latency = False, None
        try:
            async with asyncio.timeout(_DEADLINE):
                response = await self._clients[name].get("/readyz")
            ready = response.status_code == 200
            latency = round((time.perf_counter() - began) * 1000, 1)
        except (httpx.HTTPError, TimeoutError):
            pass
        return ServiceStatus(
            name=name,
            reachable=latency is not None,
            ready=ready,
            latency_ms=latency,
            version=self._documents.version_of(name),
        )


@routes.get(
    scope=PUBLIC,
    response=SystemStatus,
    summary="System status",
    description="Whether each service answers and can serve, how fast, and its version.",
)
async def read_status(request: Request) -> SystemStatus:
    """System status."""
    board: Board = request.app.state.board
    return await board.read()
