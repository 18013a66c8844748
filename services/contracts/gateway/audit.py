"""The audit logs of all services together."""

from pydantic import Field

from services.contracts.audit import AuditEntry
from services.contracts.base import Output


class AuditLogEntry(AuditEntry):
    """An entry, and the service whose log it stands in."""

    service: str = Field(description="Where it is on record.", examples=["members"])


class AuditLog(Output):
    """One page, newest first."""

    items: list[AuditLogEntry]
    next_cursor: str | None = Field(description="Give it as `cursor` to read on; null on the last page.")
    unavailable: list[str] = Field(
        description="Services that could not answer; their entries are missing from this page.", examples=[[]]
    )
