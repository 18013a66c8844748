"""A partner's key reads what concerns its own organisation, nothing confidential, and writes nothing."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest_asyncio

from services.kit.errors import Forbidden
from tests.factories.liaison import a_contact, a_counterpart, a_follow_up, an_interaction
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

RESOURCES = ("counterparts", "contacts", "interactions", "follow-ups")


@dataclass
class Two:
    """A partner's view, and the ids of what is its own and of what is another's, by resource."""

    partner: Api
    mine: dict[str, str]
    theirs: dict[str, str]


async def _records(liaison: Api, organisation_id: str) -> dict[str, str]:
    mission = await liaison.made("/v1/counterparts", a_counterpart(organisation_id=organisation_id))
    contact = await liaison.made("/v1/contacts", a_contact(mission["id"]))
    met = await liaison.made("/v1/interactions", an_interaction(mission["id"], contact_ids=[contact["id"]]))
    todo = await liaison.made("/v1/follow-ups", a_follow_up(mission["id"], interaction_id=met["id"]))
    secret = an_interaction(mission["id"], occurred_on="2026-04-01", confidentiality="confidential")
    hidden = await liaison.made("/v1/interactions", secret)
    await liaison.made("/v1/follow-ups", a_follow_up(mission["id"], interaction_id=hidden["id"]))
    return dict(zip(RESOURCES, (mission["id"], contact["id"], met["id"], todo["id"]), strict=True))


@pytest_asyncio.fixture
async def two(liaison: Api, signer: Signer) -> Two:
    mine, theirs = uuid4(), uuid4()
    # Every scope there is, the one for confidential interactions too: it must make no difference.
    partner = liaison.as_(signer.partner(mine))
    return Two(partner, await _records(liaison, str(mine)), await _records(liaison, str(theirs)))


async def test_lists_and_counts_its_own(two: Two) -> None:
    for resource, id in two.mine.items():
        assert [row["id"] for row in await two.partner.items(f"/v1/{resource}")] == [id]
        assert (await two.partner.get(f"/v1/{resource}?count=true")).json()["total"] == 1


async def test_reads_its_own_and_finds_no_others(two: Two) -> None:
    for resource in RESOURCES:
        assert (await two.partner.get(f"/v1/{resource}/{two.mine[resource]}")).status_code == 200
        assert (await two.partner.get(f"/v1/{resource}/{two.theirs[resource]}")).status_code == 404


async def test_last_contact_leaves_out_what_is_confidential(liaison: Api, two: Two) -> None:
    path = f"/v1/counterparts/{two.mine['counterparts']}"
    assert (await two.partner.get(path)).json()["last_contact_on"] == "2026-03-12"
    assert (await liaison.get(path)).json()["last_contact_on"] == "2026-04-01"


async def test_embeds_no_contacts_of_others(liaison: Api, two: Two) -> None:
    both = [two.mine["contacts"], two.theirs["contacts"]]
    path = f"/v1/interactions/{two.mine['interactions']}"
    await liaison.patch(path, {"contact_ids": both})
    params = {"expand": "contacts"}
    assert [c["id"] for c in (await two.partner.get(path, params=params)).json()["contacts"]] == both[:1]
    assert len((await liaison.get(path, params=params)).json()["contacts"]) == 2


async def test_writes_nothing(two: Two) -> None:
    mission = two.mine["counterparts"]
    bodies: dict[str, dict[str, Any]] = {
        "counterparts": a_counterpart(),
        "contacts": a_contact(mission),
        "interactions": an_interaction(mission),
        "follow-ups": a_follow_up(mission),
    }
    for resource, body in bodies.items():
        assert_problem(await two.partner.post(f"/v1/{resource}", body), Forbidden)
        bulk = await two.partner.post(f"/v1/{resource}/bulk", {"items": [body]})
        assert [result["status"] for result in bulk.json()["results"]] == [403]
        for id in (two.mine[resource], two.theirs[resource]):
            path = f"/v1/{resource}/{id}"
            assert_problem(await two.partner.patch(path, {}, if_match="*"), Forbidden)
            assert_problem(await two.partner.delete(path, if_match="*"), Forbidden)


async def test_its_feed_tells_of_its_own_and_nothing_confidential(liaison: Api, two: Two) -> None:
    changes = await two.partner.items("/v1/liaison/changes")
    assert {change["resource_id"] for change in changes} == set(two.mine.values())
    path = f"/v1/interactions/{two.mine['interactions']}"
    await liaison.patch(path, {"confidentiality": "confidential"})
    changes = await two.partner.items("/v1/liaison/changes")
    assert {change["resource"] for change in changes} == {"counterpart", "contact"}
    assert (await two.partner.get(path)).status_code == 404


async def test_an_unlinked_counterpart_is_no_longer_its_own(liaison: Api, two: Two) -> None:
    await liaison.patch(f"/v1/counterparts/{two.mine['counterparts']}", {"organisation_id": None})
    for resource in RESOURCES:
        assert (await two.partner.get(f"/v1/{resource}")).json()["items"] == []
