"""What happens to affiliations."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.affiliation import (
    AffiliationCreate,
    AffiliationTextConfirmationCreate,
    AffiliationUpdate,
)
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.clock import office_today
from services.kit.db import refused_by
from services.kit.drift import confirm
from services.kit.errors import Conflict, Contradiction, NotFound
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.members.features.affiliations.queries import affiliations
from services.members.features.organisations.actions import keep
from services.members.features.persons.actions import NO_PERSON
from services.members.features.persons.actions import keep as keep_person
from services.members.tables.affiliation import AffiliationRow


class AlreadyAffiliated(Conflict):
    """The person holds this role in this organisation on some of these days already.

    Find it with `GET /v1/affiliations?person_id=…&organisation_id=…` and change its dates.
    """


class PrimaryTaken(Conflict):
    """Another role is the person's primary one on some of these days.

    Find it with `GET /v1/affiliations?person_id=…&primary=true`; set its `primary` to false, or end it, first.
    """


async def create(session: AsyncSession, caller: Caller, new: AffiliationCreate) -> AffiliationRow:
    """Add an affiliation. A partner adds roles in its own organisation, for persons it can see."""
    row = AffiliationRow(**new.model_dump(exclude={"primary"}), primary=bool(new.primary))
    _check_dates(caller, row)
    await keep(session, caller, row.organisation_id)
    # A partner must not come to see a person by giving them a role, either.
    await keep_person(session, caller, row.person_id, alone=True)
    row.settle()
    if new.primary is None:
        await row.settle_primary(session)
    session.add(row)
    with (
        refused_by("fk_affiliation_person_id", NotFound(NO_PERSON)),
        refused_by("ex_affiliation_once", AlreadyAffiliated()),
        refused_by("ex_affiliation_primary", PrimaryTaken()),
    ):
        await save(session, caller, "members.affiliation.created", row, required_scopes=["persons:read"])
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: AffiliationUpdate, if_match: IfMatch
) -> AffiliationRow:
    """Change the role or the dates of an affiliation."""
    row = await held(session, caller, affiliations, id, if_match)
    wording = row.wording()
    patch(row, change)
    row.follow(wording)
    _check_dates(caller, row)
    row.settle()
    with (
        refused_by("ex_affiliation_once", AlreadyAffiliated()),
        refused_by("ex_affiliation_primary", PrimaryTaken()),
    ):
        await save(session, caller, "members.affiliation.updated", row, required_scopes=["persons:read"])
    return row


async def confirm_text(
    session: AsyncSession, caller: Caller, id: UUID, new: AffiliationTextConfirmationCreate, if_match: IfMatch
) -> None:
    """Say that other languages of the role say the same still."""
    told = "members.affiliation.updated"
    await confirm(session, caller, affiliations, id, new, if_match, told=told, required_scopes=["persons:read"])


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove an affiliation that never was."""
    row = await held(session, caller, affiliations, id, if_match)
    await session.delete(row)
    await save(session, caller, "members.affiliation.deleted", row, required_scopes=["persons:read"])


def _check_dates(caller: Caller, row: AffiliationRow) -> None:
    if row.starts_on is not None and row.ends_on is not None and row.ends_on < row.starts_on:
        raise Contradiction.value("/ends_on", "before_start", "The last day must not come before the first.")
    if caller.kind == "partner" and not row.lasts_on(office_today()):
        raise Contradiction.value("/ends_on", "not_current", "A partner's affiliations last at least until today.")
