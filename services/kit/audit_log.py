"""The audit log over HTTP: `GET /v1/<service>/audit`."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import BigInteger, Select, false, func

from services.contracts.audit import AuditEntry
from services.contracts.base import Instant
from services.kit.audit import AuditLinkRow, AuditRow
from services.kit.filters import any_of, between, overlaps, where
from services.kit.reading import EVERY_ROW, Resource, Rule, Sort
from services.kit.routing import Routes

Position = Annotated[int, Field(ge=1, le=2**63 - 1)]


def _with_link(query: Select[Any]) -> Select[Any]:
    return query.join(AuditLinkRow, AuditLinkRow.audit_id == AuditRow.id)


def audit_of(service: str) -> Resource[Any]:
    """The audit log of a service as a readable resource."""
    return Resource(
        name="audit entry",
        path=f"/v1/{service}/audit",
        model=AuditEntry,
        row=AuditRow,
        fields={"sequence": AuditLinkRow.sequence, "hash": func.encode(AuditLinkRow.hash, "hex")},
        joins=_with_link,
        filters={
            "action": any_of(AuditRow.action, str, "Any of these actions."),
            "actor": any_of(AuditRow.actor, str, "Any of these actors."),
            "resource": any_of(AuditRow.resource, str, "About any of these kinds of record."),
            "about": overlaps(AuditRow.about, UUID, "Names any of these records."),
            "purpose": any_of(AuditRow.purpose, str, "For any of these purposes."),
            "request_id": any_of(AuditRow.request_id, str, "Of any of these requests."),
            "sequence.lt": where(
                Position, BigInteger(), lambda value: AuditLinkRow.sequence < value, "Before this place in the chain."
            ),
            **between("at", AuditRow.at, Instant),
        },
        facets=("action", "actor", "resource", "purpose"),
        sorts={"at": Sort(AuditRow.at), "sequence": Sort(AuditLinkRow.sequence)},
        # What a partner's own key did concerns the alliance, and names others' records.
        rules=(Rule("partner", lambda caller: caller.kind == "partner", false()), EVERY_ROW),
    )


def audit_routes(service: str) -> Routes:
    """The operation."""
    routes = Routes(f"/v1/{service}/audit", tag="Audit")
    routes.lists(
        audit_of(service),
        scope="audit:read",
        summary=f"List the audit log of {service}",
        description="Who saw sensitive fields, exported, gave or withdrew consent, erased; oldest first unless sorted "
        "otherwise. Rows are only ever added, and each is chained to the one before by its hash.",
    )
    return routes
