"""What happened around one organisation, told by all services together."""

from pydantic import Field

from services.contracts.base import Output
from services.contracts.change import Change


class TimelineEntry(Change):
    """A change, and the service that recorded it."""

    service: str = Field(description="Where it was recorded.", examples=["events"])


class Timeline(Output):
    """One page, newest first."""

    items: list[TimelineEntry]
    next_cursor: str | None = Field(description="Give it as `cursor` to read on; null on the last page.")
    unavailable: list[str] = Field(
        description="Services that could not answer; their changes are missing from this page.", examples=[[]]
    )
