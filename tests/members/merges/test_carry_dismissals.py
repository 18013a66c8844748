"""Whoever is no duplicate of the loser is none of the winner."""

from typing import Any

from tests.factories.members import a_merge, an_organisation
from tests.members.duplicates.looking import CANDIDATES, candidates_of, look
from tests.wire.api import Api


async def three(members: Api, zh: str) -> list[dict[str, Any]]:
    """Of one name, so that each two are a candidate."""
    made = [await members.made("/v1/organisations", an_organisation(names={"zh": zh})) for _ in range(3)]
    await look(members)
    return made


async def status_of(members: Api, one: dict[str, Any], other: dict[str, Any]) -> str:
    found = await candidates_of(members, one)
    [status] = [row["status"] for row in found if other["id"] in (row["left_id"], row["right_id"])]
    return str(status)


async def test_a_dismissal_follows_the_merge_and_its_undo(members: Api) -> None:
    winner, loser, other = await three(members, "梵净山云海客栈")
    [pair] = [row for row in await candidates_of(members, loser) if other["id"] in (row["left_id"], row["right_id"])]
    await members.post(f"{CANDIDATES}/{pair['id']}/dismissals", {"note": "Another owner."})
    assert await status_of(members, winner, other) == "open"
    merge = await members.made("/v1/merges", a_merge(winner["id"], loser["id"]))
    assert await status_of(members, winner, other) == "dismissed"
    await look(members)
    assert await status_of(members, winner, other) == "dismissed"
    reply = await members.post(f"/v1/merges/{merge['id']}/undos", {})
    assert reply.status_code == 200, reply.text
    assert await status_of(members, winner, other) == "open"
    assert await status_of(members, loser, other) == "dismissed"


async def test_a_pair_that_was_not_found_is_dismissed_too(members: Api) -> None:
    winner = await members.made("/v1/organisations", an_organisation(names={"zh": "青岩古镇旧书店"}))
    _, loser, other = await three(members, "天河潭水上剧场")
    [pair] = [row for row in await candidates_of(members, loser) if other["id"] in (row["left_id"], row["right_id"])]
    await members.post(f"{CANDIDATES}/{pair['id']}/dismissals", {})
    await members.made("/v1/merges", a_merge(winner["id"], loser["id"]))
    assert await status_of(members, winner, other) == "dismissed"
