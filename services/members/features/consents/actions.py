"""Recording what a person decided."""

from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.consent import ConsentCreate
from services.kit.audit import audited
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import now
from services.kit.errors import Conflict, Contradiction
from services.kit.etag import held
from services.kit.ids import new_id
from services.members.features.persons.actions import check_there
from services.members.features.persons.queries import persons
from services.members.tables.consent import ConsentRow
from services.members.tables.purpose import PurposeRow

_AHEAD = timedelta(minutes=1)
"""Clocks that are ahead by less are believed."""

# What was decided last counts, in whatever order it is recorded; at one instant the withdrawal, then what came last.
_SETTLE = text(
    """
    INSERT INTO consent_state (person_id, purpose, consent_id, decision, decided_at)
    VALUES (:person_id, :purpose, :consent_id, :decision, :decided_at)
    ON CONFLICT (person_id, purpose) DO UPDATE
    SET consent_id = excluded.consent_id, decision = excluded.decision, decided_at = excluded.decided_at
    WHERE excluded.decided_at > consent_state.decided_at
       OR (excluded.decided_at = consent_state.decided_at
           AND (excluded.decision = 'withdrawn' OR consent_state.decision = 'given'))
    """
)


class NotAskedFor(Conflict):
    """Nobody is asked to agree to this purpose.

    `GET /v1/purposes?consent=true&status=active` lists those that are.
    """


async def record(session: AsyncSession, caller: Caller, new: ConsentCreate) -> ConsentRow:
    """Keep what a person decided. It counts from the commit on, if nothing later was decided."""
    staff_only(caller)
    check_there(await held(session, caller, persons, new.person_id))
    purpose = await session.scalar(
        select(PurposeRow).where(PurposeRow.key == new.purpose).with_for_update(read=True, key_share=True)
    )
    if purpose is None or not purpose.consent or (purpose.status != "active" and new.decision == "given"):
        raise NotAskedFor(purpose=new.purpose)
    if (new.text_version or 0) > purpose.text_version:
        raise Contradiction.value("/text_version", "unknown_version", "The purpose has no such version of its text.")
    if new.decided_at is not None and new.decided_at > now() + _AHEAD:
        raise Contradiction.value("/decided_at", "in_the_future", "Nobody has decided in the future.")
    row = ConsentRow(
        **new.model_dump(exclude={"text_version", "decided_at"}),
        id=new_id(),
        text_version=purpose.text_version if new.text_version is None else new.text_version,
        decided_at=new.decided_at or now(),
        recorded_by=caller.subject,
    )
    await save(session, caller, f"members.consent.{new.decision}", row, required_scopes=["persons:read"])
    # The row has to be there first: its place in the state refers to it.
    await session.flush()
    columns = ("person_id", "purpose", "decision", "decided_at")
    await session.execute(_SETTLE, {"consent_id": row.id, **{name: getattr(row, name) for name in columns}})
    await audited(
        session,
        caller,
        action=f"consents.{new.decision}",
        resource="consent",
        about=[row.id, row.person_id],
        count=1,
        detail={"purpose": row.purpose, "channel": row.channel, "text_version": row.text_version},
    )
    return row
