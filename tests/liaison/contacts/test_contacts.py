"""Contacts of counterparts: made, found, changed, removed."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.liaison.contact import Contact
from services.kit.errors import Contradiction, Invalid, NotFound, PreconditionFailed
from services.liaison.features.contacts.actions import ContactInUse
from tests.factories.liaison import a_contact, a_counterpart, an_interaction
from tests.wire.api import Api, assert_problem


async def test_creates_and_answers_with_the_record(liaison: Api, embassy: dict[str, Any]) -> None:
    body = a_contact(embassy["id"], title={"zh": "文化参赞"}, precedence=2, phones=[{"number": "010 6532 0000"}])
    reply = await liaison.post("/v1/contacts", body)
    assert reply.status_code == 201, reply.text
    made = Contact.model_validate(reply.json())
    assert (made.title, made.precedence, made.phones[0].number) == ({"zh": "文化参赞"}, 2, "+861065320000")
    read = await liaison.get(reply.headers["location"])
    assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])


async def test_needs_a_counterpart(liaison: Api) -> None:
    assert_problem(await liaison.post("/v1/contacts", a_contact(str(uuid4()))), NotFound)


async def test_an_office_does_not_end_before_it_begins(liaison: Api, embassy: dict[str, Any]) -> None:
    body = a_contact(embassy["id"], since="2026-03-02", until="2026-03-01")
    assert_problem(await liaison.post("/v1/contacts", body), Contradiction, pointer="/until")
    made = await liaison.made("/v1/contacts", {**body, "until": "2026-03-02"})
    change = {"since": "2026-03-03"}
    assert_problem(await liaison.patch(f"/v1/contacts/{made['id']}", change), Contradiction, pointer="/until")


@pytest.mark.parametrize("value", ["2026-02-30", "20260301", 20260301, "2026-03-01T00:00:00Z"])
async def test_takes_calendar_dates_only(liaison: Api, embassy: dict[str, Any], value: object) -> None:
    reply = await liaison.post("/v1/contacts", a_contact(embassy["id"], since=value))
    assert_problem(reply, Invalid, pointer="/since")


async def test_stand_in_order_of_precedence_unknown_ones_last(liaison: Api) -> None:
    mission = await liaison.made("/v1/counterparts", a_counterpart())
    for precedence in (3, None, 1, 2, None):
        await liaison.made("/v1/contacts", a_contact(mission["id"], precedence=precedence))
    for sort in ("precedence", "precedence,name", "-precedence"):
        found = await liaison.items("/v1/contacts", counterpart_id=mission["id"], sort=sort, limit=2)
        expected: list[int | None] = [3, 2, 1] if sort[0] == "-" else [1, 2, 3]
        assert [row["precedence"] for row in found] == [*expected, None, None]


async def test_filters_by_language_and_by_being_in_office(liaison: Api) -> None:
    mission = await liaison.made("/v1/counterparts", a_counterpart())
    day = date(2026, 3, 15)
    for since, until in (
        (None, None),
        (day, day),
        (day + timedelta(1), None),
        (None, day - timedelta(1)),
    ):
        body = a_contact(mission["id"], since=since and str(since), until=until and str(until), languages=["ne", "en"])
        await liaison.made("/v1/contacts", body)
    query = {"counterpart_id": mission["id"], "language": ["ne", "zh"], "as_of": str(day), "sort": "created_at"}
    assert [row["current"] for row in await liaison.items("/v1/contacts", **query)] == [True, True, False, False]
    for current, expected in (("true", 2), ("false", 2)):
        found = await liaison.items("/v1/contacts", **query, current=current)
        assert [row["current"] for row in found] == [current == "true"] * expected


async def test_is_found_by_name_in_either_script(liaison: Api, embassy: dict[str, Any]) -> None:
    made = await liaison.made("/v1/contacts", a_contact(embassy["id"], names={"zh": "何亚非", "en": "He Yafei"}))
    for q in ("何亞非", "Yafei He", "heyafei", "hyf"):
        assert made["id"] in [row["id"] for row in await liaison.items("/v1/contacts", q=q)], q


async def test_embeds_the_counterpart(liaison: Api, embassy: dict[str, Any]) -> None:
    made = await liaison.made("/v1/contacts", a_contact(embassy["id"]))
    body = (await liaison.get(f"/v1/contacts/{made['id']}?expand=counterpart")).json()
    assert body["counterpart"] == {name: embassy[name] for name in ("id", "names", "kind", "represents")}


async def test_changes_merge_and_stale_ones_are_refused(liaison: Api, embassy: dict[str, Any]) -> None:
    made = await liaison.made("/v1/contacts", a_contact(embassy["id"], title={"en": "Attaché"}, precedence=9))
    path = f"/v1/contacts/{made['id']}"
    tag = (await liaison.get(path)).headers["etag"]
    change = {"title": {"zh": "专员"}, "precedence": None, "phones": [{"number": "010 6532 0000"}]}
    now = (await liaison.patch(path, change)).json()
    assert (now["title"], now["precedence"], now["version"]) == ({"en": "Attaché", "zh": "专员"}, None, 2)
    assert now["phones"][0]["valid"] is True
    assert_problem(await liaison.patch(path, {"precedence": 1}, if_match=tag), PreconditionFailed)
    assert (await liaison.patch(path, {"title": None})).json()["title"] is None


async def test_changes_name_personal_fields_without_their_values(liaison: Api) -> None:
    organisation_id = str(uuid4())
    mission = await liaison.made("/v1/counterparts", a_counterpart(organisation_id=organisation_id))
    body = a_contact(mission["id"], names={"en": "Very Secret"}, emails=["secret@example.org"], languages=["ne"])
    made = await liaison.made("/v1/contacts", body)
    await liaison.patch(f"/v1/contacts/{made['id']}", {"names": {"en": "More Secret"}})
    await liaison.delete(f"/v1/contacts/{made['id']}")
    changes = await liaison.items("/v1/liaison/changes", resource_id=made["id"])
    assert [c["type"].rsplit(".", 1)[1] for c in changes] == ["created", "updated", "deleted"]
    assert [c["organisation_ids"] for c in changes] == [[organisation_id]] * 3
    assert list(changes[1]["after"]) == ["names"]
    assert "ecret" not in str(changes)


async def test_one_whom_the_log_names_is_not_deleted(liaison: Api, embassy: dict[str, Any]) -> None:
    made = await liaison.made("/v1/contacts", a_contact(embassy["id"]))
    met = await liaison.made("/v1/interactions", an_interaction(embassy["id"], contact_ids=[made["id"]]))
    assert_problem(await liaison.delete(f"/v1/contacts/{made['id']}"), ContactInUse)
    await liaison.patch(f"/v1/interactions/{met['id']}", {"contact_ids": []})
    assert (await liaison.delete(f"/v1/contacts/{made['id']}")).status_code == 204


async def test_bulk_answers_for_each_item(liaison: Api, embassy: dict[str, Any]) -> None:
    items = [a_contact(embassy["id"]), a_contact(str(uuid4())), a_contact(embassy["id"])]
    reply = await liaison.post("/v1/contacts/bulk", {"items": items})
    assert [result["status"] for result in reply.json()["results"]] == [201, 404, 201]
