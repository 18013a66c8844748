"""What happens to persons."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.person import PersonCreate, PersonUpdate
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.kit.phones import normalised
from services.members.callers import staff_only
from services.members.features.persons.queries import SENSITIVE_SCOPE, persons
from services.members.tables.person import SENSITIVE, PersonRow


class EmailTaken(Conflict):
    """Another person has this main e-mail address.

    Find them with `GET /v1/persons?email=…`; it may be the same person.
    """


class PersonInUse(Conflict):
    """The person has affiliations.

    End them to keep the history, or delete them first.
    """


async def create(session: AsyncSession, caller: Caller, new: PersonCreate) -> PersonRow:
    """Add a person."""
    # A partner sees those who work for its organisation, and a new person works for none yet.
    staff_only(caller)
    _check_sensitive(caller, new)
    row = PersonRow(
        **new.model_dump(exclude={"phones"}),
        phones=[normalised(phone, new.country) for phone in new.phones],
    )
    row.settle()
    session.add(row)
    with refused_by("uq_person_email", EmailTaken()):
        await save(session, caller, "members.person.created", row, required_scopes=["persons:read"])
    return row


async def update(session: AsyncSession, caller: Caller, id: UUID, change: PersonUpdate, if_match: IfMatch) -> PersonRow:
    """Change a person."""
    _check_sensitive(caller, change)
    row = await held(session, caller, persons, id, if_match)
    patch(row, change, skip=frozenset({"phones"}))
    if "phones" in change.model_fields_set:
        row.phones = [normalised(phone, row.country) for phone in change.phones]  # type: ignore[union-attr]
    row.settle()
    with refused_by("uq_person_email", EmailTaken()):
        await save(session, caller, "members.person.updated", row, required_scopes=["persons:read"])
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a person who has no affiliations."""
    row = await held(session, caller, persons, id, if_match)
    await session.delete(row)
    with refused_by("fk_affiliation_person_id", PersonInUse()):
        await save(session, caller, "members.person.deleted", row, required_scopes=["persons:read"])


def _check_sensitive(caller: Caller, given: BaseModel) -> None:
    """What a caller may not see they may not overwrite."""
    if SENSITIVE & given.model_fields_set:
        caller.require(SENSITIVE_SCOPE)
