"""What happened around one organisation, told by three services together."""

from typing import Any
from uuid import uuid4

import pytest_asyncio

from services.kit.errors import NotFound
from tests.factories.events import open_event, registered
from tests.factories.liaison import a_counterpart, an_interaction
from tests.journeys.alliance import EVENT_YEAR, a_key, an_organisation_of, frozen
from tests.journeys.callers import Caller, eventually, timed
from tests.wire.api import assert_problem
from tests.wire.stack import Stack

SERVICES = ("members", "events", "liaison")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def organisation(office: Caller) -> str:
    """An organisation that every service has something to tell about, some of it confidential."""
    id = await an_organisation_of(office, terms=EVENT_YEAR)
    _, admission = await open_event(office)
    for n in range(3):
        assert (await office.patch(f"/v1/organisations/{id}", {"city": f"City {n}"})).status_code == 200
        await registered(office, admission, organisation_id=id)
        counterpart = await office.made("/v1/counterparts", a_counterpart(organisation_id=id))
        for confidentiality in ("normal", "confidential"):
            new = an_interaction(counterpart["id"], confidentiality=confidentiality)
            await office.made("/v1/interactions", new)
    return id


async def _page(caller: Caller, organisation: str, **given: Any) -> dict[str, Any]:
    reply = await caller.get(f"/v1/organisations/{organisation}/timeline", params=given)
    assert reply.status_code == 200, reply.text
    page: dict[str, Any] = reply.json()
    return page


async def _told_by_feeds(caller: Caller, organisation: str) -> set[str]:
    found: set[str] = set()
    for service in SERVICES:
        found |= {c["id"] for c in await caller.items(f"/v1/{service}/changes", organisation_id=organisation)}
    return found


async def test_it_is_newest_first_and_pages_neither_skip_nor_repeat_while_more_happens(
    office: Caller, organisation: str
) -> None:
    expected = await _told_by_feeds(office, organisation)
    entries: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await _page(office, organisation, limit=4, **cursor)
        assert page["unavailable"] == []
        entries += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
        # What happens now stands before the first page, and moves nothing on those that follow.
        city = {"city": f"City {uuid4().hex[:8]}"}
        assert (await office.patch(f"/v1/organisations/{organisation}", city)).status_code == 200
    ids = [entry["id"] for entry in entries]
    assert len(ids) == len(set(ids))
    assert set(ids) == expected
    assert {entry["service"] for entry in entries} == set(SERVICES)
    assert [entry["at"] for entry in entries] == sorted((entry["at"] for entry in entries), reverse=True)


async def test_it_names_the_service_that_does_not_answer_and_gives_what_the_others_have(
    stack: Stack, office: Caller, organisation: str
) -> None:
    with frozen(stack, "liaison"):
        page, seconds = await timed(_page(office, organisation, limit=100))
    assert page["unavailable"] == ["liaison"]
    assert {entry["service"] for entry in page["items"]} == {"members", "events"}
    assert seconds < 2

    async def whole_again() -> None:
        assert (await _page(office, organisation))["unavailable"] == []

    await eventually(whole_again, within=10)


async def test_a_partner_is_told_what_it_may_see(office: Caller, organisation: str) -> None:
    scopes = ["changes:read", "members:read", "liaison:read", "liaison:confidential"]
    partner = office.as_((await a_key(office, *scopes, organisation=organisation))["key"])
    seen = (await _page(partner, organisation, limit=100))["items"]
    kinds = {entry["type"].rpartition(".")[0] for entry in seen}
    assert kinds == {"members.organisation", "liaison.counterpart", "liaison.interaction"}
    shown = {one["id"] for one in await partner.items("/v1/interactions")}
    told = {entry["resource_id"] for entry in seen if entry["resource"] == "interaction"}
    assert told == shown
    assert len(shown) == 3, "confidential ones are not a partner's, whatever its scopes"

    stranger = await an_organisation_of(office)
    assert_problem(await partner.get(f"/v1/organisations/{stranger}/timeline"), NotFound)
    nobody = await office.get(f"/v1/organisations/{uuid4()}/timeline")
    assert_problem(nobody, NotFound)


async def test_what_changed_since_the_last_contact_counts_only_contacts_one_may_see(office: Caller) -> None:
    id = await an_organisation_of(office, terms=EVENT_YEAR)
    counterpart = await office.made("/v1/counterparts", a_counterpart(organisation_id=id))
    path = f"/v1/organisations/{id}/since-last-contact"
    never = (await office.get(path, params={"by": "anyone"})).json()
    assert (never["last_contact"], never["since"]) == (None, None)
    assert never["items"]
    spoken = {}
    for confidentiality, day in (("normal", "2026-01-10"), ("confidential", "2026-02-20")):
        new = an_interaction(counterpart["id"], confidentiality=confidentiality, occurred_on=day)
        spoken[confidentiality] = (await office.made("/v1/interactions", new))["id"]
    clerk = office.as_((await a_key(office, "changes:read", "members:read", "liaison:read"))["key"])
    for caller, last in ((office, "confidential"), (clerk, "normal")):
        told = (await caller.get(path, params={"by": "anyone", "limit": 100})).json()
        assert told["last_contact"]["id"] == spoken[last]
        about = {entry["resource_id"] for entry in told["items"]}
        assert spoken[last] not in about
        assert id in about
    assert spoken["confidential"] not in about
    assert (await office.get(path)).json()["last_contact"] is None
