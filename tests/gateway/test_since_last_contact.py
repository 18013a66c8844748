"""What changed since the last contact, put together at the gateway."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID, uuid4

from gateway.accounts import create_key
from services.kit.errors import Forbidden, NotFound, Unavailable
from tests.gateway.gateways import gateway
from tests.gateway.recorders import BEGAN, ORGANISATION, Services, a_change, urls_of
from tests.gateway.services import Reply
from tests.wire.api import assert_problem

PATH = f"/v1/organisations/{ORGANISATION}/since-last-contact"
SPOKEN = {
    "id": str(UUID(int=7)),
    "counterpart_id": str(uuid4()),
    "channel": "call",
    "occurred_on": str(BEGAN.date()),
    "subject": {"en": "Plans for the year"},
}


def _answering(recorders: Services, *interactions: dict[str, Any]) -> list[dict[str, list[str]]]:
    """Liaison answers with these; what it was asked."""
    asked: list[dict[str, list[str]]] = []

    def reply(request: dict[str, Any]) -> tuple[int, Any]:
        asked.append(parse_qs(request["query"]))
        return 200, {"items": list(interactions), "next_cursor": None}

    recorders["liaison"][0].replies["/v1/interactions"] = reply
    return asked


def _always(answer: tuple[int, Any]) -> Reply:
    return lambda _: answer


async def test_tells_all_of_that_day_and_after_but_the_contact_itself(
    database_url: str, administrator: tuple[str, str], recorders: Services
) -> None:
    asked = _answering(recorders, SPOKEN)
    before, own = a_change("events", 900, BEGAN - timedelta(hours=10)), a_change("liaison", 901, BEGAN)
    recorders["events"][0].changes.append(before)
    recorders["liaison"][0].changes.append({**own, "resource_id": SPOKEN["id"]})
    async with gateway(database_url, urls_of(recorders)) as gate:
        email, password = administrator
        signed_in = await gate.as_(None).post("/v1/sessions", json={"email": email, "password": password})
        mine = gate.as_(signed_in.json()["access_token"])
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await mine.get(PATH, params={"limit": 30, **cursor})).json()
            assert (page["by"], page["last_contact"], page["unavailable"]) == ("me", SPOKEN, [])
            assert page["since"] == "2026-05-28T16:00:00Z", "the day begins at midnight in the office"
            found += page["items"]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
    assert len({one["id"] for one in found}) == len(found) == 70
    assert {before["id"], own["id"]}.isdisjoint(one["id"] for one in found)
    assert asked[0]["colleague"][0].startswith("user:")


async def test_anyone_s_contact_counts_when_asked_so_and_none_means_everything(
    database_url: str, key: str, recorders: Services
) -> None:
    asked = _answering(recorders)
    async with gateway(database_url, urls_of(recorders)) as gate:
        page = (await gate.as_(key).get(PATH, params={"by": "anyone", "limit": 100})).json()
        own = (await gate.as_(key).get(PATH)).json()
    assert (own["by"], own["last_contact"], len(asked)) == ("me", None, 1), "a key speaks to nobody"
    assert (page["last_contact"], page["since"], len(page["items"])) == (None, None, 70)
    assert "colleague" not in asked[0]


async def test_says_which_service_is_missing_and_nothing_without_liaison(
    database_url: str, key: str, recorders: Services
) -> None:
    _answering(recorders, SPOKEN)
    urls = {name: url for name, url in urls_of(recorders).items() if name != "events"}
    async with gateway(database_url, urls) as gate:
        assert (await gate.as_(key).get(PATH, params={"by": "anyone"})).json()["unavailable"] == ["events"]
    broken: list[tuple[int, Any]] = [(500, {}), (200, {"items": [{}]})]
    for answer in broken:
        recorders["liaison"][0].replies["/v1/interactions"] = _always(answer)
        async with gateway(database_url, urls_of(recorders)) as gate:
            assert_problem(await gate.as_(key).get(PATH, params={"by": "anyone"}), Unavailable)


async def test_needs_both_scopes_and_one_s_own_organisation(database_url: str, recorders: Services) -> None:
    _answering(recorders, SPOKEN)
    feeds = await create_key(database_url, "feeds", ["changes:read", "members:read"])
    both = ["changes:read", "liaison:read", "members:read"]
    stranger = await create_key(database_url, "stranger", both, uuid4())
    async with gateway(database_url, urls_of(recorders)) as gate:
        assert_problem(await gate.as_(feeds).get(PATH), Forbidden)
        assert_problem(await gate.as_(stranger).get(PATH), NotFound)
