"""What happens to persons."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.person import Passport, PersonCreate, PersonUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.clock import office_today
from services.kit.custom.values import check_given, give
from services.kit.db import refused_by, refused_while_referred_to
from services.kit.errors import Conflict, Forbidden, NotFound
from services.kit.etag import IfMatch, held
from services.kit.new_rows import save_new
from services.kit.patching import merged, patch
from services.kit.phones import normalised
from services.members.features.persons import channels, names
from services.members.features.persons.queries import SENSITIVE_SCOPE, persons
from services.members.features.transfer import not_from_abroad
from services.members.tables.affiliation import AffiliationRow
from services.members.tables.person import SENSITIVE, PersonRow

CREATED = "members.person.created"
NO_PERSON = "There is no person with this id, or it is not yours to see."
BUILT = frozenset(
    {"names", "name_parts", "phones", "channels", "private_channels", "identifiers", "passport", "custom"}
)
"""Fields that are kept in another form than they are given in."""


class EmailTaken(Conflict):
    """Another person has this main e-mail address.

    Find them with `GET /v1/persons?email=…`; it may be the same person.
    """


class PersonIdentifierTaken(Conflict):
    """Another person holds one of these identifiers.

    Find them with `GET /v1/persons?identifier=scheme:value`; it may be the same person.
    """


class PersonMergedAway(Conflict):
    """The person was merged into another.

    Use the person that `detail` names, the record's `merged_into`.
    """


class PersonInUse(Conflict):
    """Other records refer to the person.

    End affiliations to keep the history, or delete them first, and the notes and documents about the person; take the
    person out of custom fields.
    """


async def create(session: AsyncSession, caller: Caller, new: PersonCreate) -> PersonRow:
    """Add a person."""
    _check_caller(caller, new)
    await check_given(session, caller, persons, new.custom)
    row = await prepared(session, caller, new, built(new))
    with _refused():
        await save(session, caller, CREATED, row, required_scopes=["persons:read"])
    return row


async def create_prepared(session: AsyncSession, caller: Caller, rows: Sequence[PersonRow]) -> None:
    """Add persons who are `prepared`: all of them, or none when one is refused."""
    with _refused():
        await save_new(session, caller, CREATED, rows, required_scopes=["persons:read"])


def built(new: PersonCreate) -> PersonRow:
    """The row of a new person, as far as what is given says it. Raises what contradicts itself."""
    row = PersonRow(
        **new.model_dump(exclude=set(BUILT)),
        names=new.names or {},
        name_parts={language: names.parts(language, given) for language, given in new.name_parts.items()},
        phones=[normalised(phone, new.country) for phone in new.phones],
        channels=channels.kept(new.channels, new.country, "/channels"),
        private_channels=channels.kept(new.private_channels, new.country, "/private_channels"),
        identifiers=new.identifiers,
        passport=new.passport,
    )
    names.check(row)
    row.settle()
    return row


async def prepared(session: AsyncSession, caller: Caller, new: PersonCreate, row: PersonRow) -> PersonRow:
    """The row of a new person, ready to be stored: what the database has to say of it is asked."""
    _check_caller(caller, new)
    await give(session, caller, persons, row, new.custom, new=True)
    return row


def _check_caller(caller: Caller, new: PersonCreate) -> None:
    # A partner sees those who work for its organisation, and a new person works for none yet.
    staff_only(caller)
    not_from_abroad(caller)
    _check_sensitive(caller, new)


async def update(
    session: AsyncSession,
    caller: Caller,
    id: UUID,
    change: PersonUpdate,
    if_match: IfMatch,
    *,
    lagging: Mapping[str, list[str]] | None = None,
) -> PersonRow:
    """Change a person. A partner changes those who work for nobody else.

    `lagging` is what lagged behind before (`stale_texts`), where this takes a change back.
    """
    _check_sensitive(caller, change)
    await check_given(session, caller, persons, change.custom)
    row = await held(session, caller, persons, id, if_match)
    check_there(row)
    if caller.kind == "partner":
        await _check_unshared(session, caller, id)
    wording = row.wording()
    patch(row, change, skip=BUILT)
    names.change(row, change)
    _rebuild(row, change)
    if "custom" in change.model_fields_set:
        await give(session, caller, persons, row, change.custom, new=False)  # type: ignore[arg-type]
    row.follow(wording)
    if lagging is not None:
        row.lag(lagging)
    row.settle()
    with _refused():
        await save(session, caller, "members.person.updated", row, required_scopes=["persons:read"])
    return row


def _rebuild(row: PersonRow, change: PersonUpdate) -> None:
    """The fields that are kept in another form than they are given in."""
    given = change.model_fields_set
    built: dict[str, Any] = {}
    if "phones" in given:
        built["phones"] = [normalised(phone, row.country) for phone in change.phones]  # type: ignore[union-attr]
    for name in {"channels", "private_channels"} & given:
        built[name] = channels.kept(getattr(change, name), row.country, f"/{name}")
    if "identifiers" in given:
        built["identifiers"] = change.identifiers
    if "passport" in given:
        passport = change.passport
        built["passport"] = (
            None if passport is None else merged(Passport, row.passport, passport, pointer="/passport")  # type: ignore[arg-type]
        )
    for name, value in built.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def check_there(row: PersonRow) -> None:
    """Raise for a person who was merged away."""
    if row.status == "merged":
        raise PersonMergedAway(merged_into=row.merged_into)


async def keep(session: AsyncSession, caller: Caller, id: UUID, *, alone: bool = False) -> None:
    """Hold a person in place while something is attached to them, so that they cannot be merged away meanwhile;
    `alone` where what is attached depends on what was before.

    `NotFound` when there is none that the caller may see, `PersonMergedAway` when they are merged already.
    """
    row = persons.seen_by(caller).where(PersonRow.id == id)
    state = row.with_only_columns(PersonRow.status, PersonRow.merged_into)
    held = state.with_for_update(read=not alone, key_share=True, of=PersonRow)
    found = (await session.execute(held)).one_or_none()
    if found is None:
        raise NotFound(NO_PERSON)
    if found.status == "merged":
        raise PersonMergedAway(merged_into=found.merged_into)


@contextmanager
def _refused() -> Iterator[None]:
    with refused_by("uq_person_email", EmailTaken()), refused_by("pk_person_identifier", PersonIdentifierTaken()):
        yield


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a person who has no affiliations."""
    row = await held(session, caller, persons, id, if_match)
    await session.delete(row)
    with refused_while_referred_to(PersonRow, PersonInUse()):
        await save(session, caller, "members.person.deleted", row, required_scopes=["persons:read"])


async def _check_unshared(session: AsyncSession, caller: Caller, id: UUID) -> None:
    """Raise where other organisations rely on the person too. The person is locked, so no new role can come."""
    elsewhere = select(AffiliationRow.id).where(
        AffiliationRow.person_id == id,
        AffiliationRow.organisation_id != caller.organisation_id,
        or_(AffiliationRow.ends_on.is_(None), AffiliationRow.ends_on >= office_today()),
    )
    if await session.scalar(elsewhere.limit(1)) is not None:
        raise Forbidden("The person holds a role in another organisation too; the alliance's staff changes them.")


def _check_sensitive(caller: Caller, given: BaseModel) -> None:
    """What a caller may not see they may not overwrite."""
    if SENSITIVE & given.model_fields_set:
        caller.require(SENSITIVE_SCOPE)
