"""The ledger outlives the database: after a restore, whoever was forgotten is forgotten again."""

import asyncio
from pathlib import Path
from typing import Any

import psycopg

from deploy.erasures import export, reapply
from services.kit.errors import NotFound
from tests.factories.members import a_person, an_affiliation
from tests.wire.api import Api, assert_problem


async def test_a_restored_person_is_forgotten_again(members: Api, organisation: dict[str, Any], tmp_path: Path) -> None:
    url, ledger = members.runtime.database.conninfo, tmp_path / "erasures.jsonl"
    person = await members.made("/v1/persons", a_person(names={"en": "Lin Mo"}, diet="no fish"))
    await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("CREATE TABLE backup_person AS SELECT * FROM person WHERE id = %s", [person["id"]])
    made = await members.made("/v1/erasures", {"person_id": person["id"], "reason": "asked_for"})
    assert await asyncio.to_thread(export, url, ledger) >= 1
    text = ledger.read_text()
    assert made["id"] in text
    assert "Lin Mo" not in text
    assert person["email"] not in text
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("DELETE FROM erasure WHERE id = %s", [made["id"]])
        await connection.execute("DELETE FROM person_identifier WHERE person_id = %s", [person["id"]])
        await connection.execute("DELETE FROM person WHERE id = %s", [person["id"]])
        await connection.execute("INSERT INTO person SELECT * FROM backup_person")
        await connection.execute("DROP TABLE backup_person")
    assert (await members.get(f"/v1/persons/{person['id']}")).status_code == 200
    assert await asyncio.to_thread(export, url, ledger) >= 1, "what it named stays"
    for _ in range(2):
        assert await asyncio.to_thread(reapply, url, ledger) >= 1
        assert_problem(await members.get(f"/v1/persons/{person['id']}"), NotFound)
    again = (await members.get(f"/v1/erasures/{made['id']}")).json()
    assert (again["state"], again["requested_by"]) == ("running", made["requested_by"])
