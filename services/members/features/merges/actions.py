"""What a merge does, in one transaction: everything of the loser becomes the winner's, and the loser points to it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.merge import OrganisationMergeCreate, PersonMergeCreate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import now
from services.kit.errors import Conflict, Contradiction, NotFound
from services.kit.ids import new_id
from services.kit.reading import Resource
from services.members.features.erasures.keys import Told, as_kept, told_by
from services.members.features.merges.affiliations import move_affiliations
from services.members.features.merges.choosing import choose
from services.members.features.merges.dismissals import carry_dismissals
from services.members.features.merges.following import move_entries, move_references, settle_consents
from services.members.features.merges.hanging import ON_ORGANISATIONS, ON_PERSONS, move
from services.members.features.merges.images import Recorder, recorded
from services.members.features.organisation_relations import actions as relations
from services.members.features.organisations import tree
from services.members.features.organisations.actions import MergedAway
from services.members.features.organisations.queries import organisations
from services.members.features.persons.actions import PersonMergedAway
from services.members.features.persons.queries import SENSITIVE_SCOPE, persons
from services.members.tables.duplicate import DuplicateCandidateRow
from services.members.tables.merge import MergeRow
from services.members.tables.person import SENSITIVE

UNDO_WITHIN: Final = timedelta(days=30)
SCOPES: Final[Mapping[str, str]] = {"organisations": "members:read", "persons": "persons:read"}
KINDS: Final[Mapping[str, str]] = {"organisations": "organisation", "persons": "person"}
"""What is merged, and its name in the types of changes."""
RECORDS: Final[Mapping[str, Resource[Any]]] = {"organisations": organisations, "persons": persons}
"""What is merged, as the caller may see it."""

Fields = list[dict[str, Any]]
"""What became of each field."""
New = OrganisationMergeCreate | PersonMergeCreate


class WinnerArchived(Conflict):
    """The organisation that would stay is archived.

    Restore it first, or let the other one stay.
    """


async def merge(
    session: AsyncSession, caller: Caller, new: New, elsewhere: Mapping[str, int | None]
) -> tuple[MergeRow, Fields]:
    """Merge the loser into the winner. Answers the merge, and what became of each field with its values."""
    staff_only(caller)
    if new.winner_id == new.loser_id:
        raise Contradiction.value("/loser_id", "same", "A record cannot be merged into itself.")
    if new.resource == "persons":
        caller.require("persons:write")
        if SENSITIVE & new.fields.model_fields_set:
            caller.require(SENSITIVE_SCOPE)
    dropped: Told = frozenset()
    with recorded(session) as recorder:
        if isinstance(new, OrganisationMergeCreate):
            fields = await _organisations(session, caller, new)
        else:
            fields, dropped = await _persons(session, caller, new)
    return await _kept(session, caller, new, recorder, fields, dropped, elsewhere), fields


async def _organisations(session: AsyncSession, caller: Caller, new: OrganisationMergeCreate) -> Fields:
    await tree.hold(session)
    winner, loser = await _both(session, caller, new)
    if winner.status == "archived":
        raise WinnerArchived()
    await tree.take_branches(session, caller, winner, loser)
    # First, so that nothing is left at the loser that refers to it; the lock keeps more from coming.
    await move_affiliations(session, caller, "organisation_id", winner.id, loser.id)
    await relations.move(session, caller, winner.id, loser.id)
    await move(session, caller, ON_ORGANISATIONS, winner.id, loser.id)
    await move_entries(session, caller, "organisation_id", winner.id, loser.id)
    await move_references(session, caller, "organisation", winner.id, loser.id)
    return await _united(session, caller, new, winner, loser)


async def _persons(session: AsyncSession, caller: Caller, new: PersonMergeCreate) -> tuple[Fields, Told]:
    """What became of each field, and what is found by neither record any more."""
    winner, loser = await _both(session, caller, new)
    told = told_by(winner) | told_by(loser)
    await move_affiliations(session, caller, "person_id", winner.id, loser.id)
    await move(session, caller, ON_PERSONS, winner.id, loser.id)
    await settle_consents(session, winner.id, loser.id)
    await move_entries(session, caller, "person_id", winner.id, loser.id)
    await move_references(session, caller, "person", winner.id, loser.id)
    fields = await _united(session, caller, new, winner, loser)
    return fields, told - told_by(winner) - told_by(loser)


async def _both(session: AsyncSession, caller: Caller, new: New) -> tuple[Any, Any]:
    """The two, locked in the order of their ids so that two merges never wait for one another.

    One that the caller may not see is not there, and no more is one who was forgotten.
    """
    table = RECORDS[new.resource].row
    found = await session.scalars(
        RECORDS[new.resource]
        .seen_by(caller)
        .where(table.id.in_([new.winner_id, new.loser_id]))
        .order_by(table.id)
        .with_for_update(of=table)
        .execution_options(populate_existing=True)
    )
    rows = {row.id: row for row in found}
    for id in (new.winner_id, new.loser_id):
        if id not in rows:
            raise NotFound(f"There is no {KINDS[new.resource]} with the id {id}, or it is not yours to see.")
        if rows[id].status == "merged":
            gone = MergedAway if new.resource == "organisations" else PersonMergedAway
            raise gone(f"{id} was merged into {rows[id].merged_into} already.")
    return rows[new.winner_id], rows[new.loser_id]


async def _united(session: AsyncSession, caller: Caller, new: New, winner: Any, loser: Any) -> Fields:
    """Give the winner its values. The loser keeps its own but for those that only one record may have."""
    given = {name: getattr(loser, name) for name in (*type(new.fields).model_fields, "private_custom")}
    loser.status, loser.merged_into, loser.identifiers = "merged", winner.id, []
    if new.resource == "persons":
        loser.email = None
    loser.settle()
    type_ = f"members.{KINDS[new.resource]}"
    scopes = [SCOPES[new.resource]]
    about = {"winner": [winner.id], "loser": [loser.id]} if new.resource == "organisations" else {}
    await save(session, caller, f"{type_}.merged", loser, required_scopes=scopes, also_about=about.get("winner", ()))
    before = winner.wording() if hasattr(winner, "wording") else None
    told = choose(winner, given, new.fields)
    winner.settle()
    if before is not None:
        winner.follow(before)
    await save(session, caller, f"{type_}.updated", winner, required_scopes=scopes, also_about=about.get("loser", ()))
    return told


async def _kept(
    session: AsyncSession,
    caller: Caller,
    new: New,
    recorder: Recorder,
    fields: Sequence[Mapping[str, Any]],
    dropped: Told,
    elsewhere: Mapping[str, int | None],
) -> MergeRow:
    images = recorder.images
    two = {str(new.winner_id), str(new.loser_id)}
    moved = Counter(image["table"] for image in images if not two & set(image["key"]))
    counts: dict[str, int | None] = {_plural(table): count for table, count in sorted(moved.items())}
    at = now()
    row = MergeRow(
        id=new_id(),
        resource=new.resource,
        winner_id=new.winner_id,
        loser_id=new.loser_id,
        fields=[
            {name: one[name] for name in ("field", "taken", "conflict")}
            for one in fields
            if one["field"] not in SENSITIVE
        ],
        moved=[{"resource": name, "count": count} for name, count in {**counts, **elsewhere}.items()],
        images=images,
        dropped=as_kept(dropped),
        merged_by=caller.subject,
        undo_until=at + UNDO_WITHIN,
    )
    await save(session, caller, "members.merge.created", row, required_scopes=[SCOPES[new.resource]])
    left, right = sorted((new.winner_id, new.loser_id))
    await session.execute(
        update(DuplicateCandidateRow)
        .where(DuplicateCandidateRow.left_id == left, DuplicateCandidateRow.right_id == right)
        .values(status="merged", decided_by=caller.subject, decided_at=at)
    )
    await carry_dismissals(session, new.winner_id, new.loser_id, at)
    return row


def _plural(table: str) -> str:
    return f"{table.replace('_', '-')}s" if not table.endswith("y") else f"{table[:-1].replace('_', '-')}ies"
