"""Creating counterparts."""

from uuid import uuid4

import pytest

from services.contracts.liaison.counterpart import Counterpart
from services.kit.bulk import NothingCreated
from services.kit.errors import Forbidden, IdempotencyKeyReused, Invalid, Unauthenticated
from services.liaison.features.counterparts.actions import CounterpartIdentifierTaken
from tests.factories.liaison import a_colleague, a_counterpart
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_creates_and_answers_with_the_record(liaison: Api) -> None:
    reply = await liaison.post("/v1/counterparts", a_counterpart(names={"en": "Embassy of Nepal"}))
    assert reply.status_code == 201, reply.text
    made = Counterpart.model_validate(reply.json())
    assert (made.names, made.status, made.due, made.last_contact_on) == (
        {"en": "Embassy of Nepal"},
        "active",
        False,
        None,
    )
    assert reply.headers["location"] == f"/v1/counterparts/{made.id}"
    read = await liaison.get(reply.headers["location"])
    assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])


async def test_reads_phones_as_those_of_the_country_it_stands_in(liaison: Api) -> None:
    phones = [{"number": "010 6532 0000"}, {"number": "ask the gate"}]
    made = await liaison.made("/v1/counterparts", a_counterpart(stands_in="CN", phones=phones))
    assert [(p["number"], p["valid"]) for p in made["phones"]] == [("+861065320000", True), ("ask the gate", False)]


async def test_an_international_body_represents_no_country(liaison: Api) -> None:
    body = a_counterpart(kind="international_organisation", represents=None, stands_in=None)
    assert (await liaison.made("/v1/counterparts", body))["represents"] is None


async def test_refuses_an_identifier_that_another_holds(liaison: Api) -> None:
    mine = [{"scheme": "wikidata", "value": f"Q{uuid4().int % 10**9}"}]
    await liaison.made("/v1/counterparts", a_counterpart(identifiers=mine))
    assert_problem(await liaison.post("/v1/counterparts", a_counterpart(identifiers=mine)), CounterpartIdentifierTaken)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"colour": "red"}, "/colour"),
        ({"kind": "castle"}, "/kind"),
        ({"represents": "XX"}, "/represents"),
        ({"contact_cadence_days": 0}, "/contact_cadence_days"),
        ({"contact_cadence_days": 2**31}, "/contact_cadence_days"),
        ({"owner": {"name": "Lin"}}, "/owner/subject"),
        ({"owner": a_colleague(subject="user:lin")}, "/owner/subject"),
    ],
)
async def test_names_the_value_it_refuses(liaison: Api, given: dict[str, object], pointer: str) -> None:
    assert_problem(await liaison.post("/v1/counterparts", a_counterpart(**given)), Invalid, pointer=pointer)


async def test_needs_a_credential_and_the_scope(liaison: Api, signer: Signer) -> None:
    assert_problem(await liaison.as_(None).post("/v1/counterparts", a_counterpart()), Unauthenticated)
    reader = liaison.as_(signer.staff("liaison:read"))
    assert_problem(await reader.post("/v1/counterparts", a_counterpart()), Forbidden)


async def test_a_repeated_key_makes_one(liaison: Api) -> None:
    new, key = a_counterpart(names={"en": f"Once {uuid4()}"}), {"Idempotency-Key": uuid4().hex}
    first = await liaison.post("/v1/counterparts", new, headers=key)
    again = await liaison.post("/v1/counterparts", new, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert_problem(await liaison.post("/v1/counterparts", a_counterpart(), headers=key), IdempotencyKeyReused)


async def test_a_dry_run_stores_nothing(liaison: Api) -> None:
    reply = await liaison.post("/v1/counterparts?dry_run=true", a_counterpart(organisation_id=str(uuid4())))
    assert (reply.status_code, reply.headers["dry-run"]) == (201, "true")
    assert (await liaison.get(f"/v1/counterparts/{reply.json()['id']}")).status_code == 404


async def test_writes_one_change_without_personal_values(liaison: Api) -> None:
    organisation_id = str(uuid4())
    body = a_counterpart(emails=["ambassador@embassy.example.org"], organisation_id=organisation_id)
    made = await liaison.made("/v1/counterparts", body)
    changes = await liaison.items("/v1/liaison/changes", resource_id=made["id"])
    assert [change["type"] for change in changes] == ["liaison.counterpart.created"]
    assert changes[0]["organisation_ids"] == [organisation_id]
    assert changes[0]["after"]["names"] == made["names"]
    assert "ambassador" not in str(changes)


async def test_a_cadence_without_contact_is_due_at_once(liaison: Api) -> None:
    made = await liaison.made("/v1/counterparts", a_counterpart(contact_cadence_days=30))
    assert (made["due"], made["last_contact_on"]) == (True, None)
    assert made["next_due_on"] is not None


async def test_bulk_answers_for_each_item(liaison: Api) -> None:
    mine = [{"scheme": "wikidata", "value": f"Q{uuid4().int % 10**9}"}]
    items = [a_counterpart(identifiers=mine), a_counterpart(), a_counterpart(identifiers=mine)]
    reply = await liaison.post("/v1/counterparts/bulk", {"items": items})
    assert [result["status"] for result in reply.json()["results"]] == [201, 201, 409]
    assert reply.json()["results"][2]["problem"]["type"].endswith("counterpart-identifier-taken")
    atomic = await liaison.post("/v1/counterparts/bulk", {"atomic": True, "items": [a_counterpart(), items[0]]})
    assert_problem(atomic, NothingCreated, pointer="/items/1")


async def test_bulk_takes_a_thousand(liaison: Api) -> None:
    organisation_id = str(uuid4())
    items = [a_counterpart(organisation_id=organisation_id, tags=["thousand"]) for _ in range(1000)]
    reply = await liaison.post("/v1/counterparts/bulk", {"items": items})
    assert (reply.status_code, reply.json()["created"]) == (200, 1000)
    assert (await liaison.get("/v1/counterparts?tag=thousand&count=true&limit=1")).json()["total"] == 1000
