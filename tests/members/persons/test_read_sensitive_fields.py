"""Sensitive fields: with the scope, for a stated purpose, and only once it is on record."""

import json
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from services.kit.errors import Forbidden, Invalid, PurposeRequired
from services.members.tables.person import SENSITIVE
from tests.factories.members import a_person, a_purpose, a_segment
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PURPOSE = {"Purpose": "visa_letter"}


async def someone(members: Api, **given: Any) -> dict[str, Any]:
    new = a_person(birth_date="1980-02-29", diet="素食", health="轮椅", **given)
    return await members.made("/v1/persons", new)


async def on_record(members: Api, person: dict[str, Any]) -> list[dict[str, Any]]:
    return await members.items("/v1/members/audit", about=person["id"], sort="sequence")


async def test_without_a_purpose_they_are_left_out_and_nothing_is_on_record(members: Api) -> None:
    made = await someone(members)
    read = (await members.get(f"/v1/persons/{made['id']}")).json()
    (listed,) = await members.items("/v1/persons", email=made["email"])
    for record in (made, read, listed):
        assert SENSITIVE.isdisjoint(record)
    assert await on_record(members, made) == []


@pytest.mark.parametrize("how", ["header", "parameter"])
async def test_a_read_for_a_purpose_shows_them_and_is_on_record(members: Api, how: str) -> None:
    made = await someone(members)
    given: dict[str, Any] = {"headers": PURPOSE} if how == "header" else {"params": {"purpose": "visa_letter"}}
    reply = await members.get(f"/v1/persons/{made['id']}", **given)
    assert (reply.json()["diet"], reply.json()["birth_date"]) == ("素食", "1980-02-29")
    (entry,) = await on_record(members, made)
    shown = sorted({*SENSITIVE, "custom"})
    assert (entry["action"], entry["purpose"], entry["fields"]) == ("persons.read", "visa_letter", shown)
    assert entry["request_id"] == reply.headers["x-request-id"]


async def test_what_a_purpose_would_show_is_named_to_who_may_state_one(members: Api, signer: Signer) -> None:
    made = await someone(members)
    one, many = f"/v1/persons/{made['id']}", f"/v1/persons?email={made['email']}"
    segment = await members.made("/v1/segments", a_segment({"list": [made["id"]]}, resource="persons"))
    exported, listed = f"{many}&format=jsonl".replace("?", "/export?"), f"/v1/segments/{segment['id']}/members"
    clerk = members.as_(signer.staff("persons:read", "members:read", "records:export"))
    for path in (one, many, exported, listed):
        reply = await members.get(path)
        assert reply.headers["fields-withheld"] == "birth_date, diet, health, passport, private_channels", path
        for silent in (await members.get(path, headers=PURPOSE), await clerk.get(path)):
            assert (silent.status_code, "fields-withheld" in silent.headers) == (200, False), path
        with_clerks_purpose = await clerk.get(path, headers=PURPOSE)
        assert "fields-withheld" not in with_clerks_purpose.headers
    assert (await members.get(one, params={"fields": "names,diet"})).headers["fields-withheld"] == "diet"
    assert "fields-withheld" not in (await members.get(one, params={"fields": "names"})).headers
    for silent_path in ("/v1/organisations", exported.replace("jsonl", "vcard")):
        assert "fields-withheld" not in (await members.get(silent_path)).headers


async def test_only_the_fields_that_were_shown_are_named(members: Api) -> None:
    made = await someone(members)
    await members.get(f"/v1/persons/{made['id']}", params={"fields": ["diet", "names"], "purpose": "catering"})
    await members.get(f"/v1/persons/{made['id']}", params={"fields": "names", "purpose": "catering"})
    assert [entry["fields"] for entry in await on_record(members, made)] == [["diet"]]


async def test_a_list_names_everyone_it_shows(members: Api) -> None:
    tag = uuid4().hex
    people = [await someone(members, tags=[tag]) for _ in range(3)]
    page = (await members.get("/v1/persons", params={"tag": tag, "limit": 2}, headers=PURPOSE)).json()
    assert [row["diet"] for row in page["items"]] == ["素食", "素食"]
    (entry,) = await on_record(members, people[1])
    assert entry["about"] == [people[0]["id"], people[1]["id"]]
    assert entry["detail"] == {"filters": ["tag"], "sort": "id", "searched": False, "counted": False}
    assert await on_record(members, people[2]) == []


@pytest.mark.parametrize(
    "asking",
    ["sort=birth_date", "sort=-birth_date,name", "birth_date.gte=1980-01-01", "count=true&birth_date.lt=1999-01-01"],
)
async def test_asking_by_them_needs_a_purpose_and_is_on_record_even_when_nothing_is_shown(
    members: Api, asking: str, signer: Signer
) -> None:
    clerk = members.as_(signer.staff("persons:read"))
    assert_problem(await clerk.get(f"/v1/persons?{asking}&purpose=visa_letter"), Forbidden)
    assert_problem(await members.get(f"/v1/persons?{asking}"), PurposeRequired)
    reply = await members.get(f"/v1/persons?{asking}&fields=names&tag={uuid4().hex}&purpose=visa_letter")
    assert reply.json()["items"] == []
    entries = await members.items("/v1/members/audit", request_id=reply.headers["x-request-id"])
    assert [(entry["fields"], entry["about_count"]) for entry in entries] == [(["birth_date"], 0)]


async def test_a_purpose_helps_nobody_without_the_scope(members: Api, signer: Signer) -> None:
    made = await someone(members)
    clerk = members.as_(signer.staff("persons:read"))
    read = await clerk.get(f"/v1/persons/{made['id']}", headers=PURPOSE)
    assert SENSITIVE.isdisjoint(read.json())
    assert await on_record(members, made) == []


async def test_a_purpose_must_be_one_of_those_that_are_in_use(members: Api) -> None:
    made = await someone(members)
    path = f"/v1/persons/{made['id']}"
    for unknown in ("curiosity", "newsletter"):
        assert_problem(await members.get(path, headers={"Purpose": unknown}), PurposeRequired)
    for wrong in ("Visa letter", "x", "ü" * 3):
        reply = await members.get(path, headers={"Purpose": wrong.encode()})
        assert_problem(reply, Invalid, pointer="purpose")
        assert_problem(await members.get(path, params={"purpose": wrong}), Invalid, pointer="purpose")
    own = await members.made("/v1/purposes", a_purpose(access=True, consent=False, texts=None))
    assert "diet" in (await members.get(path, headers={"Purpose": own["key"]})).json()
    await members.patch(f"/v1/purposes/{own['id']}", {"status": "archived"})
    assert_problem(await members.get(path, headers={"Purpose": own["key"]}), PurposeRequired)


async def test_answers_to_writes_follow_the_same_rule(members: Api) -> None:
    made = await someone(members)
    path = f"/v1/persons/{made['id']}"
    plain = await members._client.patch(path, json={"diet": "清真"}, headers={"If-Match": "*"})
    assert SENSITIVE.isdisjoint(plain.json())
    stated = await members._client.patch(path, json={"diet": "素食"}, headers={"If-Match": "*", **PURPOSE})
    assert stated.json()["diet"] == "素食"
    (entry,) = await on_record(members, made)
    assert entry["request_id"] == stated.headers["x-request-id"]
    created = await members.post("/v1/persons", a_person(diet="素食"), headers=PURPOSE)
    assert created.json()["diet"] == "素食"
    assert len(await on_record(members, created.json())) == 1


async def test_what_is_kept_to_be_sent_again_and_what_is_only_rehearsed_shows_none(members: Api) -> None:
    keyed = {"Idempotency-Key": uuid4().hex, **PURPOSE}
    new = a_person(diet="素")
    first, again = [await members.post("/v1/persons", new, headers=keyed) for _ in range(2)]
    assert SENSITIVE.isdisjoint(first.json())
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    dry = await members.post("/v1/persons?dry_run=true", a_person(diet="素"), headers=PURPOSE)
    assert dry.status_code == 201
    assert SENSITIVE.isdisjoint(dry.json())


async def test_an_export_shows_them_for_a_purpose_and_names_it(members: Api) -> None:
    tag = uuid4().hex
    people = [await someone(members, tags=[tag]) for _ in range(2)]
    given = {"tag": tag, "format": "jsonl"}
    plain = await members.get("/v1/persons/export", params=given)
    assert all(SENSITIVE.isdisjoint(json.loads(line)) for line in plain.text.splitlines())
    assert await on_record(members, people[0]) == []
    assert_problem(await members.get("/v1/persons/export", params=given | {"purpose": "curiosity"}), PurposeRequired)
    stated = await members.get("/v1/persons/export", params=given | {"purpose": "catering"})
    assert [json.loads(line)["diet"] for line in stated.text.splitlines()] == ["素食", "素食"]
    asked, named = await members.items("/v1/members/audit", request_id=stated.headers["x-request-id"], sort="sequence")
    assert {(entry["action"], entry["purpose"]) for entry in (asked, named)} == {("persons.exported", "catering")}
    assert set(asked["fields"]) >= SENSITIVE
    assert (named["about"], set(named["fields"]) >= SENSITIVE) == ([one["id"] for one in people], True)
    assert [entry["id"] for entry in await on_record(members, people[1])] == [named["id"]]


async def test_what_cannot_be_put_on_record_is_not_read(members: Api) -> None:
    made = await someone(members)
    path = f"/v1/persons/{made['id']}"
    async with await psycopg.AsyncConnection.connect(members.runtime.database.conninfo, autocommit=True) as owner:
        await owner.execute("ALTER TABLE audit ADD CONSTRAINT broken CHECK (action <> 'persons.read') NOT VALID")
        try:
            reply = await members.get(path, headers=PURPOSE)
            plain = await members.get(path)
        finally:
            await owner.execute("ALTER TABLE audit DROP CONSTRAINT broken")
    assert reply.status_code == 500
    assert "素食" not in reply.text
    assert plain.status_code == 200
