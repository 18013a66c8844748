"""Changing events: merge, state, capacity."""

import pytest

from services.events.features.events.actions import NotADraft, WrongTransition
from services.kit.errors import Contradiction
from tests.factories.events import an_admission_type, an_event, at, published
from tests.wire.api import Api, assert_problem

STATES = ("draft", "published", "closed", "completed", "cancelled")
ALLOWED = {
    ("draft", "published"),
    ("draft", "cancelled"),
    ("published", "closed"),
    ("published", "cancelled"),
    ("closed", "published"),
    ("closed", "completed"),
    ("closed", "cancelled"),
}
WAY = {
    "draft": [],
    "published": ["published"],
    "closed": ["published", "closed"],
    "completed": ["published", "closed", "completed"],
    "cancelled": ["cancelled"],
}


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
async def test_goes_from_state_to_state_as_allowed(events: Api, before: str, after: str) -> None:
    path = f"/v1/events/{(await events.made('/v1/events', an_event()))['id']}"
    for status in WAY[before]:
        assert (await events.patch(path, {"status": status})).status_code == 200
    reply = await events.patch(path, {"status": after})
    if before == after or (before, after) in ALLOWED:
        assert (reply.status_code, reply.json()["status"]) == (200, after)
    else:
        assert_problem(reply, WrongTransition)
        assert (await events.get(path)).json()["status"] == before


async def test_tells_each_step_and_keeps_when_it_was_first_published(events: Api) -> None:
    event = await published(events)
    path = f"/v1/events/{event['id']}"
    for status in ("closed", "published", "closed", "completed"):
        reply = await events.patch(path, {"status": status})
        assert reply.json()["published_at"] == event["published_at"]
    changes = await events.items("/v1/events/changes", resource_id=event["id"])
    verbs = [change["type"].rsplit(".", 1)[-1] for change in changes]
    assert verbs == ["created", "published", "closed", "reopened", "closed", "completed"]


async def test_merges_what_is_given(events: Api) -> None:
    new = an_event(theme={"en": "One"}, city="Nusa Dua", venue={"en": "Resort"}, texts={"en": "Long"})
    path = f"/v1/events/{(await events.made('/v1/events', new))['id']}"
    change = {"theme": {"zh": "一"}, "city": None, "venue": None, "starts": at("2027-05-29T08:00", "Asia/Shanghai")}
    changed = (await events.patch(path, change)).json()
    assert (changed["theme"], changed["city"], changed["venue"]) == ({"en": "One", "zh": "一"}, None, None)
    assert (changed["starts_at"], changed["texts"]) == ("2027-05-29T00:00:00+00:00", {"en": "Long"})
    same = await events.patch(path, change)
    assert (same.status_code, same.json()["version"]) == (200, changed["version"])


async def test_refuses_an_end_before_the_start(events: Api) -> None:
    path = f"/v1/events/{(await events.made('/v1/events', an_event()))['id']}"
    assert_problem(await events.patch(path, {"starts": at("2027-05-30T09:00")}), Contradiction, pointer="/ends")


async def test_deletes_a_draft_with_its_admission_types(events: Api) -> None:
    event = await events.made("/v1/events", an_event())
    admission = await events.made("/v1/admission-types", an_admission_type(event["id"]))
    assert (await events.delete(f"/v1/events/{event['id']}")).status_code == 204
    assert (await events.get(f"/v1/admission-types/{admission['id']}")).status_code == 404
    changes = await events.items("/v1/events/changes", resource_id=[event["id"], admission["id"]])
    assert [change["type"] for change in changes[-2:]] == ["events.admission_type.deleted", "events.event.deleted"]
    assert_problem(await events.delete(f"/v1/events/{(await published(events))['id']}"), NotADraft)
