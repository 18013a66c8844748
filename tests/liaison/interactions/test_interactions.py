"""The daily log: written, found, changed, removed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.liaison.interaction import Interaction
from services.kit.errors import Invalid, NotFound, PreconditionFailed
from services.liaison.features.interactions.actions import InteractionInUse, NotYetHappened
from tests.factories.liaison import a_colleague, a_contact, a_counterpart, a_follow_up, an_interaction
from tests.wire.api import Api, assert_problem

LIN = f"user:{uuid4()}"


async def test_creates_and_answers_with_the_record(liaison: Api, embassy: dict[str, Any]) -> None:
    contact = await liaison.made("/v1/contacts", a_contact(embassy["id"]))
    body = an_interaction(
        embassy["id"],
        time={"local": "14:30", "time_zone": "Asia/Kathmandu"},
        ours=[a_colleague("Lin", LIN)],
        contact_ids=[contact["id"], contact["id"]],
        their_names=["Driver Example"],
        summary={"en": "They will confirm."},
    )
    reply = await liaison.post("/v1/interactions", body)
    assert reply.status_code == 201, reply.text
    made = Interaction.model_validate(reply.json())
    assert [str(id) for id in made.contact_ids] == [contact["id"]]
    assert (made.confidentiality, made.their_names) == ("normal", ["Driver Example"])
    read = await liaison.get(reply.headers["location"])
    assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])


async def test_needs_a_counterpart_and_contacts_that_exist(liaison: Api, embassy: dict[str, Any]) -> None:
    assert_problem(await liaison.post("/v1/interactions", an_interaction(str(uuid4()))), NotFound)
    body = an_interaction(embassy["id"], contact_ids=[str(uuid4())])
    assert_problem(await liaison.post("/v1/interactions", body), NotFound)
    made = await liaison.made("/v1/interactions", an_interaction(embassy["id"]))
    reply = await liaison.patch(f"/v1/interactions/{made['id']}", {"contact_ids": [str(uuid4())]})
    assert_problem(reply, NotFound)


async def test_the_future_is_not_logged(liaison: Api, embassy: dict[str, Any]) -> None:
    tomorrow = str((datetime.now(UTC) + timedelta(days=2)).date())
    body = an_interaction(embassy["id"], occurred_on=tomorrow)
    assert_problem(await liaison.post("/v1/interactions", body), NotYetHappened)
    made = await liaison.made("/v1/interactions", an_interaction(embassy["id"]))
    reply = await liaison.patch(f"/v1/interactions/{made['id']}", {"occurred_on": tomorrow})
    assert_problem(reply, NotYetHappened)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"channel": "fax"}, "/channel"),
        ({"time": {"local": "24:00", "time_zone": "Asia/Shanghai"}}, "/time/local"),
        ({"time": {"local": "10:00", "time_zone": "Asia/Nowhere"}}, "/time/time_zone"),
        ({"confidentiality": "secret"}, "/confidentiality"),
        ({"subject": {}}, "/subject"),
    ],
)
async def test_names_the_value_it_refuses(
    liaison: Api, embassy: dict[str, Any], given: dict[str, Any], pointer: str
) -> None:
    reply = await liaison.post("/v1/interactions", an_interaction(embassy["id"], **given))
    assert_problem(reply, Invalid, pointer=pointer)


async def test_filters_and_sorts(liaison: Api) -> None:
    organisation_id = str(uuid4())
    mission = await liaison.made("/v1/counterparts", a_counterpart(organisation_id=organisation_id))
    contact = await liaison.made("/v1/contacts", a_contact(mission["id"]))
    entries: list[dict[str, Any]] = [
        {"channel": "call", "occurred_on": "2026-01-05", "ours": [a_colleague("Lin", LIN)]},
        {"channel": "visit", "occurred_on": "2026-01-07", "contact_ids": [contact["id"]]},
        {"channel": "call", "occurred_on": "2026-01-06", "confidentiality": "confidential"},
    ]
    made = [await liaison.made("/v1/interactions", an_interaction(mission["id"], **entry)) for entry in entries]
    for query, expected in (
        ({"sort": "-occurred_on"}, [1, 2, 0]),
        ({"sort": "channel,-occurred_on"}, [2, 0, 1]),
        ({"channel": ["call"]}, [0, 2]),
        ({"occurred_on.gte": "2026-01-06", "occurred_on.lt": "2026-01-07"}, [2]),
        ({"contact_id": contact["id"]}, [1]),
        ({"colleague": LIN}, [0]),
        ({"confidentiality": "confidential"}, [2]),
        ({"organisation_id": organisation_id}, [0, 1, 2]),
    ):
        found = await liaison.items("/v1/interactions", counterpart_id=mission["id"], limit=1, **query)
        assert [row["id"] for row in found] == [made[n]["id"] for n in expected], query


async def test_is_found_by_subject_and_participants(liaison: Api, embassy: dict[str, Any]) -> None:
    body = an_interaction(embassy["id"], subject={"zh": "步道示范点考察"}, their_names=["Tenzin Nobody"])
    made = await liaison.made("/v1/interactions", body)
    for q in ("示范点", "budao", "tenzin nobody"):
        assert made["id"] in [row["id"] for row in await liaison.items("/v1/interactions", q=q)], q


async def test_embeds_the_counterpart_and_contacts_by_precedence(liaison: Api, embassy: dict[str, Any]) -> None:
    contacts = [
        await liaison.made("/v1/contacts", a_contact(embassy["id"], precedence=precedence))
        for precedence in (None, 2, 1)
    ]
    ids = [contact["id"] for contact in contacts]
    made = await liaison.made("/v1/interactions", an_interaction(embassy["id"], contact_ids=ids))
    params = {"expand": ["contacts", "counterpart"]}
    body = (await liaison.get(f"/v1/interactions/{made['id']}", params=params)).json()
    assert [contact["id"] for contact in body["contacts"]] == list(reversed(ids))
    assert body["contact_ids"] == ids
    assert body["counterpart"]["names"] == embassy["names"]


async def test_changes_merge_and_are_told_without_names(liaison: Api, embassy: dict[str, Any]) -> None:
    body = an_interaction(embassy["id"], summary={"en": "First"}, ours=[a_colleague("Hidden Colleague")])
    made = await liaison.made("/v1/interactions", body)
    path = f"/v1/interactions/{made['id']}"
    tag = (await liaison.get(path)).headers["etag"]
    now = (await liaison.patch(path, {"summary": {"zh": "第一"}, "their_names": ["Hidden Guest"]})).json()
    assert (now["summary"], now["version"]) == ({"en": "First", "zh": "第一"}, 2)
    assert_problem(await liaison.patch(path, {"channel": "call"}, if_match=tag), PreconditionFailed)
    changes = await liaison.items("/v1/liaison/changes", resource_id=made["id"])
    assert [c["type"] for c in changes] == ["liaison.interaction.created", "liaison.interaction.updated"]
    assert set(changes[1]["after"]) == {"summary", "their_names"}
    assert "Hidden" not in str(changes)


async def test_one_that_led_to_something_is_not_deleted(liaison: Api, embassy: dict[str, Any]) -> None:
    made = await liaison.made("/v1/interactions", an_interaction(embassy["id"]))
    todo = await liaison.made("/v1/follow-ups", a_follow_up(embassy["id"], interaction_id=made["id"]))
    assert_problem(await liaison.delete(f"/v1/interactions/{made['id']}"), InteractionInUse)
    assert (await liaison.delete(f"/v1/follow-ups/{todo['id']}")).status_code == 204
    assert (await liaison.delete(f"/v1/interactions/{made['id']}")).status_code == 204
    assert_problem(await liaison.get(f"/v1/interactions/{made['id']}"), NotFound)


async def test_bulk_answers_for_each_item(liaison: Api, embassy: dict[str, Any]) -> None:
    items = [
        an_interaction(embassy["id"]),
        an_interaction(str(uuid4())),
        an_interaction(embassy["id"], contact_ids=[str(uuid4())]),
        an_interaction(embassy["id"], occurred_on="2026-05-05"),
    ]
    reply = await liaison.post("/v1/interactions/bulk", {"items": items})
    assert [result["status"] for result in reply.json()["results"]] == [201, 404, 404, 201]
    assert (await liaison.get(f"/v1/counterparts/{embassy['id']}")).json()["last_contact_on"] == "2026-05-05"
