"""`GET /v1/audit`: what is on record in all services, newest first.

Each log is read backwards along its chain, from where the page before left it; so a service that was missing from a
page loses nothing, and paging needs no more than a number a service.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import httpx
import structlog
from fastapi import Query, Request
from pydantic import TypeAdapter, ValidationError

from gateway.callers import CurrentPrincipal
from gateway.composed.asking import Headers, ask, passed_on
from gateway.table import SERVICES
from services.contracts.audit import AuditEntry
from services.contracts.base import Instant, Page
from services.contracts.gateway.audit import AuditLog, AuditLogEntry
from services.kit import http
from services.kit.audit_log import audit_of
from services.kit.auth import Caller
from services.kit.errors import InvalidCursor, Unauthenticated, Unavailable
from services.kit.listing import Text
from services.kit.routing import CurrentCaller, CurrentRuntime, Routes
from services.kit.runtime import Runtime

_OWN: Final = "gateway"
_LOGS: Final = (*SERVICES, _OWN)
_LOG = audit_of(_OWN)
_PAGE: Final = TypeAdapter(Page[AuditEntry])
_END: Final = "0"
"""In a cursor: all of the log has been shown."""

routes = Routes("/v1/audit", tag="Audit")
log = structlog.get_logger(__name__)


class AuditLogs:
    """Asks the services for their parts."""

    def __init__(self, urls: dict[str, str]) -> None:
        self._clients = {name: http.new_client(urls[name]) for name in SERVICES}

    async def close(self) -> None:
        """Close the pools."""
        for client in self._clients.values():
            await client.aclose()

    async def part(self, service: str, asked: dict[str, Any], headers: Headers) -> list[AuditEntry] | None:
        """A service's newest entries; None when it does not answer, or not in time."""
        try:
            response = await ask(self._clients[service], f"/v1/{service}/audit", asked, headers)
            response.raise_for_status()
            return _PAGE.validate_json(response.content).items
        except (httpx.HTTPError, TimeoutError, ValidationError) as error:
            log.warning("audit_part_missing", service=service, reason=type(error).__name__)
            return None


async def _own(runtime: Runtime, caller: Caller, asked: dict[str, Any]) -> list[AuditEntry]:
    query = _LOG.query.model_validate(asked)
    return _PAGE.validate_json(await _LOG.page(runtime.read, caller, query, runtime.cursors)).items


@routes.get(
    scope="audit:read",
    response=AuditLog,
    refuses=(InvalidCursor,),
    summary="Read the audit logs",
    description="Who saw sensitive fields, exported, gave or withdrew consent, erased, in all services, newest first. "
    "`unavailable` names the services that could not answer.",
)
async def read_audit(
    request: Request,
    caller: CurrentCaller,
    principal: CurrentPrincipal,
    runtime: CurrentRuntime,
    service: Annotated[
        list[Literal["members", "events", "liaison", "gateway"]],
        Query(max_length=4, description="Only the logs of these; all by default."),
    ] = [],  # noqa: B006 - FastAPI copies it
    action: Annotated[list[Text], Query(max_length=20, description="Any of these actions.")] = [],  # noqa: B006
    actor: Annotated[list[Text], Query(max_length=20, description="Any of these actors.")] = [],  # noqa: B006
    resource: Annotated[list[Text], Query(max_length=20, description="About any of these kinds of record.")] = [],  # noqa: B006
    about: Annotated[list[UUID], Query(max_length=20, description="Names any of these records.")] = [],  # noqa: B006
    purpose: Annotated[list[Text], Query(max_length=20, description="For any of these purposes.")] = [],  # noqa: B006
    request_id: Annotated[list[Text], Query(max_length=20, description="Of any of these requests.")] = [],  # noqa: B006
    at_gte: Annotated[Instant | None, Query(alias="at.gte", description="`at`: At or after.")] = None,
    at_gt: Annotated[Instant | None, Query(alias="at.gt", description="`at`: After.")] = None,
    at_lte: Annotated[Instant | None, Query(alias="at.lte", description="`at`: At or before.")] = None,
    at_lt: Annotated[Instant | None, Query(alias="at.lt", description="`at`: Before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Entries a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=2_000, description="`next_cursor` of the page before.")] = None,
) -> AuditLog:
    """Read the audit logs."""
    if principal is None:
        raise Unauthenticated
    chosen = [name for name in _LOGS if not service or name in service]
    within = {"at.gte": at_gte, "at.gt": at_gt, "at.lte": at_lte, "at.lt": at_lt}
    filters: dict[str, list[str] | str] = {
        "action": action,
        "actor": actor,
        "resource": resource,
        "about": [str(id) for id in about],
        "purpose": purpose,
        "request_id": request_id,
        **{name: at.isoformat() for name, at in within.items() if at is not None},
    }
    bound_to = f"audit|{','.join(chosen)}|{sorted(filters.items())}"
    before: Sequence[str | None] = [None] * len(chosen)
    if cursor:
        before = runtime.cursors.open(bound_to, cursor, len(chosen))
    headers = passed_on(principal)
    logs: AuditLogs = request.app.state.audit_logs

    async def part(name: str, position: str | None) -> list[AuditEntry] | None:
        if position == _END:
            return []
        asked: dict[str, Any] = {"sort": "-sequence", "limit": limit + 1}
        asked |= {key: values for key, values in filters.items() if values}
        if position is not None:
            asked["sequence.lt"] = position
        return await (_own(runtime, caller, asked) if name == _OWN else logs.part(name, asked, headers))

    parts = await asyncio.gather(*map(part, chosen, before))
    if all(found is None for found in parts):
        raise Unavailable("No service could answer.", retry_after=2)
    items, positions, more = _merged(chosen, parts, before, limit)
    return AuditLog(
        items=items,
        next_cursor=runtime.cursors.seal(bound_to, positions) if more else None,
        unavailable=[name for name, found in zip(chosen, parts, strict=True) if found is None],
    )


def _merged(
    chosen: Sequence[str], parts: Sequence[list[AuditEntry] | None], before: Sequence[str | None], limit: int
) -> tuple[list[AuditLogEntry], list[str | None], bool]:
    """The newest of all, each log in its own order; where each log was left, and whether there is more."""
    taken = [0] * len(chosen)
    items: list[AuditLogEntry] = []
    while len(items) < limit:
        heads = [(part[taken[n]].at, n) for n, part in enumerate(parts) if part is not None and taken[n] < len(part)]
        if not heads:
            break
        _, n = max(heads, key=lambda head: head[0])
        entry = (parts[n] or [])[taken[n]]
        items.append(AuditLogEntry(**entry.model_dump(), service=chosen[n]))
        taken[n] += 1
    positions: list[str | None] = []
    more = False
    for n, part in enumerate(parts):
        if part is None:
            positions.append(before[n])
            continue
        left = taken[n] < len(part)
        more |= left
        if not left and len(part) <= limit:
            positions.append(_END)
        else:
            positions.append(str(part[taken[n] - 1].sequence) if taken[n] else before[n])
    return items, positions, more
