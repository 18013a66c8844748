"""What can be read of erasures: the alliance's own affair."""

from uuid import UUID

from sqlalchemy import false

from services.contracts.members.erasure import Erasure, ErasureReason, ErasureState
from services.kit.filters import any_of, created_and_updated
from services.kit.reading import EVERY_ROW, Resource, Rule, Sort
from services.members.tables.erasure import ErasureRow

erasures = Resource(
    name="erasure",
    path="/v1/erasures",
    model=Erasure,
    row=ErasureRow,
    filters={
        "person_id": any_of(ErasureRow.person_id, UUID, "Of any of these persons."),
        "reason": any_of(ErasureRow.reason, ErasureReason, "For any of these reasons."),
        "state": any_of(ErasureRow.state, ErasureState, "Running, or done."),
        "requested_by": any_of(ErasureRow.requested_by, str, "Asked for by any of these, such as `user:<id>`."),
        **created_and_updated(ErasureRow),
    },
    facets=("reason", "state", "requested_by"),
    sorts={"created_at": Sort(ErasureRow.created_at), "updated_at": Sort(ErasureRow.updated_at)},
    rules=(Rule("partner", lambda caller: caller.kind == "partner", false()), EVERY_ROW),
)
