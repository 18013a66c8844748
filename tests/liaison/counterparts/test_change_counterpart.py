"""Changing, archiving and deleting counterparts."""

from typing import Any
from uuid import uuid4

from services.kit.errors import Contradiction, NotFound, PreconditionFailed, PreconditionRequired
from services.liaison.features.counterparts.actions import CounterpartIdentifierTaken, CounterpartInUse
from tests.factories.liaison import a_colleague, a_contact, a_counterpart, a_follow_up, an_interaction
from tests.wire.api import Api, assert_problem


async def test_left_out_keeps_and_null_clears(liaison: Api) -> None:
    body = a_counterpart(city="Beijing", owner=a_colleague("Lin"), contact_cadence_days=30)
    made = await liaison.made("/v1/counterparts", body)
    change = {"names": {"fr": "Ambassade"}, "city": None, "owner": a_colleague("Wu")}
    reply = await liaison.patch(f"/v1/counterparts/{made['id']}", change)
    assert reply.status_code == 200, reply.text
    now = reply.json()
    assert now["names"] == {**made["names"], "fr": "Ambassade"}
    assert (now["city"], now["owner"]["name"], now["contact_cadence_days"]) == (None, "Wu", 30)
    assert now["version"] == made["version"] + 1
    cleared = (await liaison.patch(f"/v1/counterparts/{made['id']}", {"contact_cadence_days": None})).json()
    assert (cleared["next_due_on"], cleared["due"]) == (None, False)


async def test_the_same_again_changes_nothing(liaison: Api, embassy: dict[str, Any]) -> None:
    reply = await liaison.patch(f"/v1/counterparts/{embassy['id']}", {"kind": embassy["kind"]})
    assert reply.json() == embassy
    assert len(await liaison.items("/v1/liaison/changes", resource_id=embassy["id"])) == 1


async def test_identifiers_are_exchanged_and_stay_unique(liaison: Api) -> None:
    first, second = ([{"scheme": "wikidata", "value": f"Q{uuid4().int % 10**9}"}] for _ in range(2))
    mine = await liaison.made("/v1/counterparts", a_counterpart(identifiers=first))
    await liaison.made("/v1/counterparts", a_counterpart(identifiers=second))
    path = f"/v1/counterparts/{mine['id']}"
    assert_problem(await liaison.patch(path, {"identifiers": second}), CounterpartIdentifierTaken)
    assert (await liaison.patch(path, {"identifiers": []})).json()["identifiers"] == []
    await liaison.made("/v1/counterparts", a_counterpart(identifiers=first))


async def test_is_archived_and_brought_back(liaison: Api, embassy: dict[str, Any]) -> None:
    path = f"/v1/counterparts/{embassy['id']}"
    await liaison.patch(path, {"contact_cadence_days": 1})
    assert (await liaison.patch(path, {"status": "archived"})).json()["due"] is False
    assert (await liaison.patch(path, {"status": "active"})).json()["due"] is True
    types = [c["type"] for c in await liaison.items("/v1/liaison/changes", resource_id=embassy["id"])]
    assert types == [f"liaison.counterpart.{verb}" for verb in ("created", "updated", "archived", "restored")]


async def test_a_stale_change_is_refused(liaison: Api, embassy: dict[str, Any]) -> None:
    path = f"/v1/counterparts/{embassy['id']}"
    tag = (await liaison.get(path)).headers["etag"]
    await liaison.patch(path, {"city": "Beijing"})
    assert_problem(await liaison.patch(path, {"city": "Shanghai"}, if_match=tag), PreconditionFailed)
    assert_problem(await liaison._client.patch(path, json={}), PreconditionRequired)
    assert_problem(await liaison.patch(f"/v1/counterparts/{uuid4()}", {}), NotFound)


async def test_the_last_name_stays(liaison: Api) -> None:
    made = await liaison.made("/v1/counterparts", a_counterpart(names={"en": "Only"}))
    reply = await liaison.patch(f"/v1/counterparts/{made['id']}", {"names": {"en": None}})
    assert_problem(reply, Contradiction, pointer="/names")


async def test_an_unused_one_is_deleted(liaison: Api) -> None:
    body = a_counterpart(identifiers=[{"scheme": "wikidata", "value": "Q42"}])
    made = await liaison.made("/v1/counterparts", body)
    path = f"/v1/counterparts/{made['id']}"
    assert (await liaison.delete(path)).status_code == 204
    assert_problem(await liaison.get(path), NotFound)
    assert (await liaison.post("/v1/counterparts", body)).status_code == 201
    types = [c["type"] for c in await liaison.items("/v1/liaison/changes", resource_id=made["id"])]
    assert types == ["liaison.counterpart.created", "liaison.counterpart.deleted"]


async def test_one_in_use_is_not_deleted(liaison: Api) -> None:
    for path, body in (
        ("/v1/contacts", a_contact),
        ("/v1/interactions", an_interaction),
        ("/v1/follow-ups", a_follow_up),
    ):
        made = await liaison.made("/v1/counterparts", a_counterpart())
        await liaison.made(path, body(made["id"]))
        assert_problem(await liaison.delete(f"/v1/counterparts/{made['id']}"), CounterpartInUse)


async def test_an_unchanged_record_answers_304(liaison: Api, embassy: dict[str, Any]) -> None:
    path = f"/v1/counterparts/{embassy['id']}"
    tag = (await liaison.get(path)).headers["etag"]
    assert (await liaison.get(path, headers={"If-None-Match": tag})).status_code == 304
