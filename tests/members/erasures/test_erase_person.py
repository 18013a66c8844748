"""Forgetting a person: nothing that members held of them can be found afterwards, wherever one looks."""

import json
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.rows import dict_row

from services.contracts.members.erasure import Erasure
from services.kit.errors import Forbidden, NotFound
from tests.factories.members import a_consent, a_document, a_note, a_person, an_affiliation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def everything(members: Api) -> str:
    """All rows of all tables, as text."""
    found = []
    async with await psycopg.AsyncConnection.connect(
        members.runtime.database.conninfo, row_factory=dict_row
    ) as connection:
        tables = await (
            await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).fetchall()
        for table in (row["tablename"] for row in tables):
            rows = await (await connection.execute(f'SELECT to_jsonb(t) AS row FROM "{table}" t'.encode())).fetchall()
            for row in rows:
                found.append(f"{table}: {json.dumps(row['row'], ensure_ascii=False)}")
                if table == "idempotency":
                    found.append(bytes.fromhex(row["row"]["body"].removeprefix("\\x")).decode())
    return "\n".join(found)


async def someone(members: Api, organisation: dict[str, Any], mark: str) -> dict[str, Any]:
    """A person whose every field bears the mark, and everything that can hang on one."""
    whole = a_person(
        names={"en": f"Yafei {mark}", "zh": f"亚非{mark}"},
        family_name=mark,
        given_name="Yafei",
        email=f"{mark}@example.org",
        other_emails=[f"home-{mark}@example.org"],
        wechat=f"w{mark[:20]}",
        address=f"{mark} Street",
        titles={"en": f"Dr {mark}"},
        tags=[mark],
        birth_date="1901-02-03",
        diet=f"no {mark}",
        health=mark,
        passport={"number": mark[:9].upper(), "country": "CN"},
        identifiers=[{"scheme": "orcid", "value": mark}],
        channels=[{"kind": "other", "value": mark}],
        private_channels=[{"kind": "other", "value": f"private {mark}"}],
    )
    made = await members.made("/v1/persons", whole)
    await members.patch(f"/v1/persons/{made['id']}", {"names": {"fr": f"Autre {mark}"}, "tags": [mark, f"{mark}2"]})
    role = {"role": {"en": f"Head of {mark}"}}
    await members.made("/v1/affiliations", an_affiliation(made["id"], organisation["id"], **role))
    await members.made("/v1/consents", a_consent(made["id"], proof=f"letter of {mark}"))
    about = {"resource": "person", "id": made["id"]}
    await members.made("/v1/notes", a_note(organisation["id"]) | {"about": about, "text": f"Met {mark}"})
    await members.made("/v1/documents", a_document(organisation["id"]) | {"about": about, "title": {"en": mark}})
    return made


async def test_nothing_is_left_of_them(members: Api, organisation: dict[str, Any]) -> None:
    mark = f"m{uuid4().hex}"
    person = await someone(members, organisation, mark)
    assert (await everything(members)).count(mark) > 20
    erasure = await members.made("/v1/erasures", {"person_id": person["id"], "reason": "asked_for"})
    left = [line[:300] for line in (await everything(members)).splitlines() if mark in line or mark[:9].upper() in line]
    assert left == []
    assert_problem(await members.get(f"/v1/persons/{person['id']}"), NotFound)
    assert await members.items("/v1/persons", q=mark) == []
    assert await members.items("/v1/affiliations", person_id=person["id"]) == []
    done = erasure["receipts"][0]["done"]
    kinds = {"person": 1, "affiliation": 1, "note": 1, "document": 1, "consent": 1}
    assert {kind: done[kind] for kind in kinds} == kinds
    assert (done["change"] > 4, done["kept_answer"] >= 1) == (True, True)


async def test_it_is_on_record_by_ids_only(members: Api, organisation: dict[str, Any]) -> None:
    person = await someone(members, organisation, f"m{uuid4().hex}")
    made = await members.made("/v1/erasures", {"person_id": person["id"], "reason": "consent_withdrawn"})
    read = exactly(Erasure, (await members.get(f"/v1/erasures/{made['id']}")).content)
    assert (read.state, [one.service for one in read.receipts]) == ("running", ["members"])
    (entry,) = await members.items("/v1/members/audit", action="persons.erased", about=person["id"])
    assert entry["detail"]["erasure_id"] == made["id"]
    assert [row["id"] for row in await members.items("/v1/erasures", person_id=person["id"])] == [made["id"]]


async def test_the_address_is_free_again(members: Api, person: dict[str, Any]) -> None:
    await members.made("/v1/erasures", {"person_id": person["id"], "reason": "asked_for"})
    again = await members.made("/v1/persons", a_person(email=person["email"]))
    assert again["id"] != person["id"]
    assert_problem(await members.post("/v1/erasures", {"person_id": person["id"], "reason": "asked_for"}), NotFound)


async def test_a_rehearsal_tells_what_would_be_gone_and_leaves_it(members: Api, organisation: dict[str, Any]) -> None:
    person = await someone(members, organisation, f"m{uuid4().hex}")
    reply = await members.post("/v1/erasures?dry_run=true", {"person_id": person["id"], "reason": "asked_for"})
    assert reply.json()["receipts"][0]["done"]["affiliation"] == 1
    assert (await members.get(f"/v1/persons/{person['id']}")).status_code == 200
    assert len(await members.items("/v1/affiliations", person_id=person["id"])) == 1


async def test_needs_its_scope_and_is_no_partner_s(
    members: Api, person: dict[str, Any], organisation: dict[str, Any], signer: Signer
) -> None:
    order = {"person_id": person["id"], "reason": "asked_for"}
    clerk = members.as_(signer.staff("persons:read", "persons:write", "privacy:read"))
    assert_problem(await clerk.post("/v1/erasures", order), Forbidden)
    await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    partner = members.as_(signer.partner(organisation["id"]))
    assert_problem(await partner.post("/v1/erasures", order), Forbidden)
    assert await partner.items("/v1/erasures") == []
    assert (await members.get(f"/v1/persons/{person['id']}")).status_code == 200
