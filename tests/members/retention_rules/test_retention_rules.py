"""Retention rules: previewed, then applied every night to what is due, and to nothing else."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest_asyncio

from services.contracts.members.retention_rule import RetentionRule
from services.kit.errors import Forbidden, NotFound, Unavailable
from services.members.features.retention_rules.actions import RetentionRuleTaken, apply_retention
from tests.factories.members import a_consent, a_document, a_note, a_person, a_purpose, an_affiliation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import deliver, told
from tests.wire.office import office_today

RULES = "/v1/retention-rules"


async def aged(members: Api, table: str, id: str) -> None:
    async with await psycopg.AsyncConnection.connect(members.runtime.database.conninfo) as connection:
        statement = f"UPDATE {table} SET updated_at = now() - interval '400 days' WHERE id = %s"
        await connection.execute(statement.encode(), [id])


@pytest_asyncio.fixture
async def old(members: Api) -> dict[str, Any]:
    """A person whose record has not changed for more than a year."""
    made = await members.made("/v1/persons", a_person())
    await aged(members, "person", made["id"])
    return made


async def test_forgets_who_is_due_and_holds_no_role(
    members: Api, old: dict[str, Any], organisation: dict[str, Any], signer: Signer
) -> None:
    busy, fresh = [await members.made("/v1/persons", a_person()) for _ in range(2)]
    await members.made("/v1/affiliations", an_affiliation(busy["id"], organisation["id"]))
    await aged(members, "person", busy["id"])
    rule = await members.made(RULES, {"resource": "persons", "keep_days": 365})
    path = f"{RULES}/{rule['id']}"
    assert exactly(RetentionRule, (await members.get(path)).content).status == "paused"
    assert (await members.get(f"{path}/preview")).json() == {"count": 1, "records": [old["id"]]}
    await apply_retention.run(members.runtime)
    assert (await members.get(f"/v1/persons/{old['id']}")).status_code == 200, "a paused rule does nothing"
    await members.patch(path, {"status": "active"})
    await apply_retention.run(members.runtime)
    assert_problem(await members.get(f"/v1/persons/{old['id']}"), NotFound)
    for kept in (busy, fresh):
        assert (await members.get(f"/v1/persons/{kept['id']}")).status_code == 200
    (erasure,) = await members.items("/v1/erasures", person_id=old["id"])
    assert erasure["reason"] == "retention"
    (entry,) = await members.items("/v1/members/audit", action="retention_rules.applied", about=old["id"])
    assert entry["detail"]["rule_id"] == rule["id"]
    assert_problem(await members.post(RULES, {"resource": "persons", "keep_days": 9}), RetentionRuleTaken)
    clerk = members.as_(signer.staff("privacy:read"))
    assert_problem(await clerk.post(RULES, {"resource": "documents", "keep_days": 9}), Forbidden)
    assert (await members.delete(path)).status_code == 204


async def test_forgets_nobody_who_was_in_use_within_the_period(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    today = office_today()
    month, year = timedelta(days=30), timedelta(days=366)
    people = {
        name: (await members.made("/v1/persons", a_person()))["id"]
        for name in (
            *("begins", "left", "long_gone", "coming", "came", "came_long_ago", "year_known", "unknown"),
            *("cancelled", "decided", "decided_long_ago", "noted", "filed"),
        )
    }
    for name, dates in (
        ("begins", {"starts_on": today + month}),
        ("left", {"ends_on": today - month}),
        ("long_gone", {"ends_on": today - year}),
    ):
        given = an_affiliation(people[name], organisation["id"]) | {"starts_on": None}
        given |= {field: day.isoformat() for field, day in dates.items()}
        await members.made("/v1/affiliations", given)
    for name, told_of_event, status in (
        ("coming", told("events.event.created", uuid4(), ends_local=f"{today + month}T18:00:00"), "confirmed"),
        ("cancelled", told("events.event.created", uuid4(), ends_local=f"{today + month}T18:00:00"), "cancelled"),
        ("came", told("events.event.created", uuid4(), ends_local=f"{today - month}T18:00:00"), "confirmed"),
        ("came_long_ago", told("events.event.created", uuid4(), ends_local=f"{today - year}T18:00:00"), "confirmed"),
        ("year_known", told("events.event.created", uuid4(), starts_local=f"{today.year}-01-02T09:00:00"), "confirmed"),
        ("unknown", None, "confirmed"),
    ):
        event = uuid4() if told_of_event is None else told_of_event["resource_id"]
        if told_of_event is not None:
            await deliver(members, signer, told_of_event)
        created = {"event_id": str(event), "person_id": people[name], "status": status}
        await deliver(members, signer, told("events.registration.created", uuid4(), **created))
    purpose = await members.made("/v1/purposes", a_purpose())
    for name, day in (("decided", today - month), ("decided_long_ago", today - year)):
        given = a_consent(people[name], purpose["key"], decided_at=f"{day}T09:00:00Z")
        await members.made("/v1/consents", given)
    await members.made("/v1/notes", a_note("", about={"resource": "person", "id": people["noted"]}))
    await members.made("/v1/documents", a_document("", about={"resource": "person", "id": people["filed"]}))
    for id in people.values():
        await aged(members, "person", id)
    for rule in await members.items(RULES):
        await members.delete(f"{RULES}/{rule['id']}")
    rule = await members.made(RULES, {"resource": "persons", "keep_days": 365})
    due = (await members.get(f"{RULES}/{rule['id']}/preview")).json()
    gone = {"long_gone", "came_long_ago", "cancelled", "decided_long_ago"}
    assert set(due["records"]) & set(people.values()) == {people[name] for name in gone}
    await members.patch(f"{RULES}/{rule['id']}", {"status": "active"})
    await apply_retention.run(members.runtime)
    kept = {name for name, id in people.items() if (await members.get(f"/v1/persons/{id}")).status_code == 200}
    assert kept == set(people) - gone


async def test_deletes_notes_about_persons_only(
    members: Api, person: dict[str, Any], organisation: dict[str, Any]
) -> None:
    about = {"resource": "person", "id": person["id"]}
    due = await members.made("/v1/notes", a_note(organisation["id"]) | {"about": about})
    other = await members.made("/v1/notes", a_note(organisation["id"]))
    for note in (due, other):
        await aged(members, "note", note["id"])
    rule = await members.made(RULES, {"resource": "notes", "keep_days": 30})
    await members.patch(f"{RULES}/{rule['id']}", {"status": "active"})
    await apply_retention.run(members.runtime)
    assert_problem(await members.get(f"/v1/notes/{due['id']}"), NotFound)
    assert (await members.get(f"/v1/notes/{other['id']}")).status_code == 200


async def test_what_another_service_holds_waits_while_it_is_down(members: Api, old: dict[str, Any]) -> None:
    elsewhere = await members.made(RULES, {"resource": "registrations", "keep_days": 365})
    await members.patch(f"{RULES}/{elsewhere['id']}", {"status": "active"})
    asked = await members.get(f"{RULES}/{elsewhere['id']}/preview")
    assert_problem(asked, Unavailable)
    assert "Retry-After" in asked.headers
    rules = await members.items(RULES, resource="persons")
    if not rules:
        rules = [await members.made(RULES, {"resource": "persons", "keep_days": 365})]
        await members.patch(f"{RULES}/{rules[0]['id']}", {"status": "active"})
    await apply_retention.run(members.runtime)
    assert_problem(await members.get(f"/v1/persons/{old['id']}"), NotFound)


async def test_a_rule_that_fails_keeps_no_other_from_being_applied(members: Api, person: dict[str, Any]) -> None:
    for rule in await members.items(RULES):
        await members.delete(f"{RULES}/{rule['id']}")
    about = {"resource": "person", "id": person["id"]}
    stuck = await members.made("/v1/documents", a_document("", about=about))
    due = await members.made("/v1/notes", a_note("", about=about))
    for table, one in (("document", stuck), ("note", due)):
        await aged(members, table, one["id"])
        rule = await members.made(RULES, {"resource": f"{table}s", "keep_days": 30})
        await members.patch(f"{RULES}/{rule['id']}", {"status": "active"})
    async with await psycopg.AsyncConnection.connect(members.runtime.database.conninfo, autocommit=True) as connection:
        await connection.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no space left'; END $$"
        )
        await connection.execute("CREATE TRIGGER fail BEFORE DELETE ON document EXECUTE FUNCTION fail()")
        await apply_retention.run(members.runtime)
        assert_problem(await members.get(f"/v1/notes/{due['id']}"), NotFound)
        assert (await members.get(f"/v1/documents/{stuck['id']}")).status_code == 200
        await connection.execute("DROP FUNCTION fail CASCADE")
    await apply_retention.run(members.runtime)
    assert_problem(await members.get(f"/v1/documents/{stuck['id']}"), NotFound)
