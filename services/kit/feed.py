"""The feed of a service's changes: `GET /v1/<service>/changes`."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, and_, cast, literal_column, not_
from sqlalchemy.dialects.postgresql import array

from services.contracts.base import Instant
from services.contracts.change import Change, ChangePage
from services.contracts.scopes import STAFF_ONLY
from services.kit.changes import ChangeRow
from services.kit.filters import any_of, between, overlaps
from services.kit.reading import CALLER_ORGANISATION, Resource, Rule, Sort
from services.kit.routing import Routes
from services.kit.shape import CALLER_HELD_SCOPES

# A transaction that still runs may yet commit with a smaller number: the feed stops at the oldest one.
_SETTLED = ChangeRow.transaction_id < literal_column("pg_snapshot_xmin(pg_current_snapshot())")
# Personal values are not in the log, so no purpose has to be stated to read that there was a change.
_ALLOWED = and_(_SETTLED, ChangeRow.required_scopes.op("<@")(CALLER_HELD_SCOPES))

RULES = (
    Rule(
        "partner",
        lambda caller: caller.kind == "partner",
        and_(
            _ALLOWED,
            not_(ChangeRow.required_scopes.bool_op("&&")(cast(sorted(STAFF_ONLY), ARRAY(Text)))),
            ChangeRow.organisation_ids.op("@>")(array([CALLER_ORGANISATION])),
        ),
    ),
    Rule("staff", lambda _: True, _ALLOWED),
)


def feed_of(service: str) -> Resource[Any]:
    """The change log of a service as a readable resource."""
    return Resource(
        name="change",
        path=f"/v1/{service}/changes",
        model=Change,
        row=ChangeRow,
        filters={
            "type": any_of(ChangeRow.type, str, "Any of these types."),
            "resource": any_of(ChangeRow.resource, str, "Any of these kinds of record."),
            "resource_id": any_of(ChangeRow.resource_id, UUID, "About any of these records."),
            "organisation_id": overlaps(ChangeRow.organisation_ids, UUID, "About any of these organisations."),
            **between("at", ChangeRow.at, Instant),
        },
        facets=("type", "resource"),
        sorts={
            "at": Sort(ChangeRow.at),
            "sequence": Sort(ChangeRow.sequence),
            "transaction_id": Sort(ChangeRow.transaction_id),
        },
        default_sort="transaction_id,sequence",
        resumable=True,
        rules=RULES,
    )


def feed_routes(service: str) -> Routes:
    """The operation."""
    routes = Routes(f"/v1/{service}/changes", tag="Changes")
    routes.lists(
        feed_of(service),
        scope="changes:read",
        response=ChangePage,
        summary=f"List changes of {service}",
        description="Every committed write, oldest first; personal values are named, not shown. Keep the last "
        "`resume_cursor` and ask again with it as `cursor`: no change is skipped, also when it commits late.",
    )
    return routes
