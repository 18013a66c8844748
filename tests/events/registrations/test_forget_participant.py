"""Forgetting a person in events: by the person's id and by their addresses; the place stays."""

from uuid import uuid4

import psycopg

from services.kit.errors import Forbidden, NotFound
from services.kit.subjects import digest
from tests.factories.events import open_event, registered
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_registrations_are_anonymous_and_places_stay(events: Api, signer: Signer) -> None:
    members = events.as_(signer.service("members"))
    event_id, admission = await open_event(events)
    person, address = str(uuid4()), f"{uuid4().hex}@Example.org"
    linked = await registered(events, admission, person_id=person)
    same = await registered(events, admission, participant={"email": address})
    other = await registered(events, admission)
    let_in = await events.made("/v1/check-ins", {"code": linked["code"]})
    order = {"id": str(uuid4()), "actor": "user:x", "person_id": person, "emails": [digest(address)], "names": []}
    held = (await members.post("/internal/subjects", {k: order[k] for k in ("person_id", "emails", "names")})).json()
    assert {row["id"] for row in held["records"]["registration"]} == {linked["id"], same["id"]}
    assert [row["id"] for row in held["records"]["check_in"]] == [let_in["id"]]
    receipt = (await members.post("/internal/erasures", order)).json()
    assert (receipt["service"], receipt["done"]["registration"]) == ("events", 2)
    for id in (linked["id"], same["id"]):
        now = (await events.get(f"/v1/registrations/{id}")).json()
        assert now["participant"] == {
            "names": {"zh": "（已删除）", "en": "(erased)"},
            "email": None,
            "phone": None,
            "country": "CN",
            "job_title": None,
        }
        assert (now["person_id"], now["status"]) == (None, "confirmed")
    assert (await events.get(f"/v1/registrations/{other['id']}")).json()["participant"] == other["participant"]
    assert await events.items("/v1/registrations", event_id=event_id, email=address) == []
    again = (await members.post("/internal/erasures", order)).json()
    assert again["done"]["registration"] == 0


async def test_who_used_what_is_held_is_told(events: Api, signer: Signer) -> None:
    members = events.as_(signer.service("members"))
    field = {"key": "allergy", "type": "text", "labels": {"en": "Allergy"}, "sensitive": True}
    await events.made("/v1/registration-custom-fields", field)
    event_id, admission = await open_event(events)
    person = str(uuid4())
    mine = await registered(events, admission, person_id=person, custom={"allergy": "nuts"})
    other = await registered(events, admission, custom={"allergy": "milk"})
    asked = {"event_id": event_id, "purpose": "catering"}
    assert (await events.get("/v1/registrations/export", params=asked)).status_code == 200
    (entry,) = await events.items("/v1/events/audit", action="registrations.exported", about=mine["id"])
    assert {mine["id"], other["id"]} == set(entry["about"])
    told = (await members.post("/internal/subjects", {"person_id": person})).json()
    (use,) = told["records"]["audit"]
    assert (use["action"], use["purpose"], use["fields"]) == ("registrations.exported", "catering", entry["fields"])
    assert other["id"] not in str(use), "other participants are not theirs to know"
    stranger = (await members.post("/internal/subjects", {"person_id": str(uuid4())})).json()
    assert stranger["records"]["audit"] == []


async def test_participants_are_let_go_of_when_their_event_is_long_over(events: Api, signer: Signer) -> None:
    members = events.as_(signer.service("members"))
    over, admission_over = await open_event(events)
    _, admission_coming = await open_event(events)
    past = await registered(events, admission_over)
    coming = await registered(events, admission_coming)
    async with await psycopg.AsyncConnection.connect(events.runtime.database.conninfo) as connection:
        await connection.execute("UPDATE registration SET created_at = now() - interval '400 days'")
        ended = "UPDATE event SET starts_at = now() - interval '391 days', ends_at = now() - interval '390 days'"
        await connection.execute(f"{ended} WHERE id = %s".encode(), [over])
    order = {"rule_id": str(uuid4()), "resource": "registrations", "after": "created_at", "keep_days": 365}
    preview = (await members.post("/internal/retention/previews", order)).json()
    assert preview == {"count": 1, "records": [past["id"]]}
    assert (await members.post("/internal/retention/previews", order | {"keep_days": 395})).json()["count"] == 0
    assert (await members.post("/internal/retention/portions", order)).json() == {"count": 1}
    assert (await members.post("/internal/retention/portions", order)).json() == {"count": 0}
    now = (await events.get(f"/v1/registrations/{past['id']}")).json()
    assert (now["participant"]["names"]["en"], now["participant"]["email"]) == ("(erased)", None)
    assert now["status"] == "confirmed"
    assert (await events.get(f"/v1/registrations/{coming['id']}")).json()["participant"] == coming["participant"]
    (entry,) = await events.items("/v1/events/audit", action="retention_rules.applied", about=past["id"])
    assert entry["detail"]["rule_id"] == order["rule_id"]
    assert_problem(await events.post("/internal/retention/portions", order), Forbidden)
    unknown = await members.post("/internal/retention/previews", order | {"resource": "persons"})
    assert_problem(unknown, NotFound)


async def test_only_a_service_has_someone_forgotten(events: Api) -> None:
    order = {"id": str(uuid4()), "actor": "user:x", "person_id": str(uuid4())}
    assert_problem(await events.post("/internal/erasures", order), Forbidden)
    assert_problem(await events.post("/internal/subjects", {"person_id": str(uuid4())}), Forbidden)
