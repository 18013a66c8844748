"""What hangs on an organisation or a person: how it is attached, who sees it, and how it reads."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, and_, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.about import About
from services.kit.auth import Caller
from services.kit.reading import CALLER_SCOPES
from services.members.features.organisations.actions import keep
from services.members.features.organisations.queries import SUMMARY as ORGANISATION
from services.members.features.persons.actions import keep as keep_person
from services.members.features.persons.queries import SUMMARY as PERSON
from services.members.tables.document import DocumentRow
from services.members.tables.note import NoteRow
from services.members.tables.organisation import OrganisationRow
from services.members.tables.person import PersonRow

Hanging = type[NoteRow] | type[DocumentRow]

READERS = {"organisation": "members:read", "person": "persons:read"}
"""The scope without which what hangs on a record of this kind is not seen either."""


async def attached(session: AsyncSession, caller: Caller, about: About) -> dict[str, UUID | None]:
    """The columns that tell what a row is about, with the record held in place until the transaction ends.

    `NotFound` when there is none that the caller may see, `MergedAway` when it is merged already.
    """
    caller.require(READERS[about.resource])
    if about.resource == "organisation":
        await keep(session, caller, about.id)
        return {"organisation_id": about.id, "person_id": None}
    await keep_person(session, caller, about.id)
    return {"organisation_id": None, "person_id": about.id}


def scopes_to_read(row: NoteRow | DocumentRow, *besides: str) -> list[str]:
    """What a reader of the change feed needs."""
    return [READERS["organisation" if row.organisation_id else "person"], *besides]


def holds(scope: str) -> ColumnElement[bool]:
    """Whether the caller holds a scope, inside a statement."""
    return CALLER_SCOPES.bool_op("@>")(cast([scope], ARRAY(Text)))


def seen_with_its_record(row: Hanging) -> ColumnElement[bool]:
    """The caller may read the kind of record that the row is about."""
    return or_(
        and_(row.organisation_id.is_not(None), holds(READERS["organisation"])),
        and_(row.person_id.is_not(None), holds(READERS["person"])),
    )


def about_of(row: Hanging) -> ColumnElement[Any]:
    """What the row is about, as it reads."""
    return case(
        (
            row.organisation_id.is_not(None),
            func.jsonb_build_object("resource", "organisation", "id", row.organisation_id),
        ),
        else_=func.jsonb_build_object("resource", "person", "id", row.person_id),
    )


def records_of(row: Hanging) -> dict[str, ColumnElement[Any]]:
    """What `expand` embeds of the record that the row is about."""
    return {
        "organisation": select(ORGANISATION).where(OrganisationRow.id == row.organisation_id).scalar_subquery(),
        "person": select(PERSON).where(PersonRow.id == row.person_id).scalar_subquery(),
    }
