"""What hangs on an organisation or a person by one column, and so moves to the winner of a merge without more ado."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.auth import Caller
from services.kit.changes import save_all
from services.kit.db import Tracked
from services.members.features.documents.actions import readers as readers_of_document
from services.members.features.notes.actions import readers as readers_of_note
from services.members.tables.consent import ConsentRow
from services.members.tables.document import DocumentRow
from services.members.tables.membership import MembershipRow
from services.members.tables.note import NoteRow
from services.members.tables.site import SiteRow


@dataclass(frozen=True, slots=True)
class Hanging:
    """A table whose rows follow the record they hang on."""

    resource: str
    """As in the types of changes."""
    row: Any
    column: str
    """The column that names the record."""
    readers: Callable[[Any], Sequence[str]]
    """The scopes that a reader of a row's change needs."""


ON_ORGANISATIONS: Sequence[Hanging] = (
    Hanging("membership", MembershipRow, "organisation_id", lambda _: ["memberships:read"]),
    Hanging("note", NoteRow, "organisation_id", readers_of_note),
    Hanging("document", DocumentRow, "organisation_id", readers_of_document),
    Hanging("site", SiteRow, "organisation_id", lambda _: ["members:read"]),
)
ON_PERSONS: Sequence[Hanging] = (
    Hanging("consent", ConsentRow, "person_id", lambda _: ["persons:read"]),
    Hanging("note", NoteRow, "person_id", readers_of_note),
    Hanging("document", DocumentRow, "person_id", readers_of_document),
)


_READERS: Mapping[str, Callable[[Any], Sequence[str]]] = {
    "organisation": lambda _: ["members:read"],
    "organisation_relation": lambda _: ["members:read"],
    "person": lambda _: ["persons:read"],
    "affiliation": lambda _: ["persons:read"],
    "segment_entry": lambda row: ["members:read", *(["persons:read"] if row.person_id is not None else [])],
    **{kind.resource: kind.readers for kind in (*ON_ORGANISATIONS, *ON_PERSONS)},
}


def readers_of(row: Any) -> Sequence[str]:
    """The scopes that a reader of a change of this row needs, for all rows that a merge changes."""
    return _READERS[row.__tablename__](row)


async def move(
    session: AsyncSession, caller: Caller, hanging: Sequence[Hanging], winner_id: UUID, loser_id: UUID
) -> dict[str, list[UUID]]:
    """Move all that hangs on the loser to the winner, with a change for each row. Answers the ids by resource."""
    moved: dict[str, list[UUID]] = {}
    for kind in hanging:
        column = getattr(kind.row, kind.column)
        query = select(kind.row).where(column == loser_id).order_by(kind.row.id).with_for_update()
        rows: Sequence[Tracked] = (await session.scalars(query)).all()
        by_readers: dict[tuple[str, ...], list[Tracked]] = {}
        for row in rows:
            by_readers.setdefault(tuple(kind.readers(row)), []).append(row)
        for readers, alike in by_readers.items():
            # Only these: what is changed goes with the next flush, and its change must be told with it.
            for row in alike:
                setattr(row, kind.column, winner_id)
            await save_all(
                session,
                caller,
                f"members.{kind.resource}.updated",
                alike,
                required_scopes=readers,
                also_about=[loser_id] if kind.column == "organisation_id" else [],
            )
        moved[kind.resource] = [row.id for row in rows]
    return moved
