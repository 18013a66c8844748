"""Many new records at once: what readers see is what `save` makes of each."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.contracts.members.organisation import OrganisationCreate
from services.kit.auth import Caller
from services.kit.changes import ChangeRow
from services.kit.db import Database
from services.members.app import SERVICE
from services.members.features.organisations import actions
from services.members.features.organisations.actions import IdentifierTaken
from services.members.tables.organisation import OrganisationIdentifierRow, OrganisationRow
from tests.conftest import Migrated

STAFF = Caller("user:01976b1e-7c3a-7000-8000-000000000001", "staff", frozenset({"members:write"}))
NOT_THE_SAME = frozenset(
    {"id", "created_at", "updated_at", "search", "sequence", "transaction_id", "at", "resource_id", "organisation_ids"}
)


def new(value: str) -> OrganisationCreate:
    return OrganisationCreate.model_validate(
        {
            "names": {"zh": '黄山\\酒店 "甲"', "en": "Huangshan\\N Inn, {x}"},
            "kind": "hotel",
            "country": "CN",
            "emails": ["a@example.org"],
            "phones": [{"number": "0851-85550123"}],
            "identifiers": [{"scheme": "external", "value": value}],
            "tags": ['a "b"', "NULL", "{}"],
            "former_names": [{"names": {"zh": "旧"}, "until": "2018-11-06"}],
            "description": {"zh": "一\t\\N\n二"},
        }
    )


def values(row: Any, *, but: str) -> dict[str, Any]:
    """What a stored row holds, without what differs between any two."""
    names = [column.key for column in row.__mapper__.column_attrs]
    return {name: getattr(row, name) for name in names if name not in {*NOT_THE_SAME, but}}


async def test_stores_and_tells_what_one_by_one_would(database: Database) -> None:
    marks = [uuid4().hex for _ in range(3)]
    async with database.transaction() as session:
        alone = await actions.create(session, STAFF, new(marks[0]))
        together = [actions.built(new(mark)) for mark in marks[1:]]
        await actions.create_prepared(session, STAFF, together)
    async with database.transaction() as session:
        rows = {row.id: row for row in await session.scalars(select(OrganisationRow))}
        same = values(rows[alone.id], but="identifiers")
        for mark, row in zip(marks[1:], together, strict=True):
            stored = rows[row.id]
            assert values(stored, but="identifiers") == same
            assert [one.value for one in stored.identifiers] == [mark]
            assert [(one.scheme, one.value) for one in stored.held_identifiers] == [("external", mark)]
        keys = dict(list(await session.execute(select(OrganisationRow.id, OrganisationRow.search))))
        lexemes = [
            {lexeme for lexeme in keys[id].strip("'").split("' '") if mark not in lexeme}
            for id, mark in zip([alone.id, *(row.id for row in together)], marks, strict=True)
        ]
        assert len(lexemes[0]) > 10
        assert lexemes[1:] == [lexemes[0], lexemes[0]]
        told = {row.resource_id: row for row in await session.scalars(select(ChangeRow))}
        assert told.keys() == rows.keys()
        first = told[alone.id]
        for row in together:
            change = told[row.id]
            assert values(change, but="after") == values(first, but="after")
            assert change.after.keys() == first.after.keys()
            assert change.organisation_ids == [row.id]
            assert change.transaction_id == first.transaction_id


async def test_one_that_is_refused_refuses_all(database: Database) -> None:
    mark = uuid4().hex
    other = uuid4().hex

    async def stored() -> set[str]:
        query = select(OrganisationIdentifierRow.value).where(OrganisationIdentifierRow.value.in_([mark, other]))
        return set(await session.scalars(query))

    async with database.transaction() as session:
        await actions.create_prepared(session, STAFF, [actions.built(new(mark))])
        nested = await session.begin_nested()
        with pytest.raises(IdentifierTaken):
            await actions.create_prepared(session, STAFF, [actions.built(new(other)), actions.built(new(mark))])
        await nested.rollback()
        assert await stored() == {mark}


async def test_a_rule_of_the_database_is_an_integrity_error_with_its_name(database: Database) -> None:
    row = actions.built(new(uuid4().hex))
    row.contact_cadence_days = 0
    with pytest.raises(IntegrityError) as refused:
        async with database.transaction() as session:
            await actions.create_prepared(session, STAFF, [row])
    assert "ck_organisation_contact_cadence_days" in str(refused.value)


@pytest.fixture
async def database(migrated: Migrated) -> Any:
    """The members' tables."""
    from services.kit.settings import Settings

    found = Database(Settings(database_url=migrated(SERVICE.package)), name="test")
    yield found
    await found.close()
