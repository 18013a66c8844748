"""By what records about a person are found, here and elsewhere: texts as digests only."""

from collections.abc import Iterator
from typing import Final, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.contracts.subject import Digest, SubjectKeys
from services.kit.subjects import digest
from services.members.tables.merge import MergeRow
from services.members.tables.person import PersonRow

Kind = Literal["emails", "names", "phones", "identifiers"]
Told = frozenset[tuple[Kind, str]]
"""Kind and digest."""
_MOST: Final = 100


class PersonKeys(SubjectKeys):
    """What the other services are told, and what rows of files are told apart by."""

    phones: list[Digest] = Field([], max_length=_MOST)
    identifiers: list[Digest] = Field([], max_length=_MOST)


async def keys_of(session: AsyncSession, person: PersonRow) -> PersonKeys:
    """By what records about the person are found: by what theirs says, those that were merged into it, and by what the
    merges dropped. Of very many addresses and names the first hundred."""
    rows = (await session.scalars(select(PersonRow).where(is_of(person.id), PersonRow.erased_at.is_(None)))).all()
    dropped = await session.scalars(
        select(MergeRow.dropped).where(MergeRow.loser_id.in_([row.id for row in rows]), MergeRow.undone_at.is_(None))
    )
    found: dict[str, set[str]] = {"emails": set(), "names": set(), "phones": set(), "identifiers": set()}
    for row in rows:
        for kind, one in told_by(row):
            found[kind].add(one)
    for by_kind in dropped:
        for name, digests in by_kind.items():
            found[name].update(digests)
    return PersonKeys(person_id=person.id, **{name: sorted(digests)[:_MOST] for name, digests in found.items()})


def told_by(person: PersonRow) -> Told:
    """What a record is found by."""
    return frozenset((kind, digest(text)) for kind, text in _texts(person))


def as_kept(told: Told) -> dict[str, list[str]]:
    """As a merge keeps it."""
    kinds = sorted({kind for kind, _ in told})
    return {kind: sorted(one for of, one in told if of == kind) for kind in kinds}


def is_of(person_id: UUID) -> ColumnElement[bool]:
    """The person's record, and those that were merged into it."""
    own = select(PersonRow.id).where(PersonRow.id == person_id).cte("own", recursive=True)
    merged = aliased(PersonRow)
    return PersonRow.id.in_(select(own.union(select(merged.id).join(own, merged.merged_into == own.c.id)).c.id))


def own(person_id: UUID) -> Select[UUID]:
    """The ids of every row of theirs, whichever was merged into which."""
    return select(PersonRow.id).where(is_of(person_id))


def _texts(person: PersonRow) -> Iterator[tuple[Kind, str]]:
    for name in person.searchable_names():
        yield "names", name
    for address in (person.email, *person.other_emails):
        if address is not None:
            yield "emails", address
    for phone in person.phones:
        yield "phones", phone.number
    for channel in (*person.channels, *person.private_channels):
        if channel.kind == "email":
            yield "emails", channel.value
        elif channel.normalised is not None:
            yield "phones", channel.normalised
    for one in person.identifiers:
        yield "identifiers", f"{one.scheme}:{one.value}"
