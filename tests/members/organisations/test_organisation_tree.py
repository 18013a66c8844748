"""Head offices and branches."""

import asyncio
from typing import Any
from uuid import UUID

from services.contracts.members.organisation_tree import OrganisationTree
from services.kit.errors import Contradiction, Forbidden, NotFound
from services.members.features.organisations.actions import MergedAway, OrganisationInUse
from services.members.features.organisations.tree import MOST_LEVELS
from tests.factories.members import a_merge, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def a_branch(members: Api, parent: str | None, name: str) -> str:
    made = await members.made("/v1/organisations", an_organisation(parent_id=parent, names={"en": name}))
    return str(made["id"])


async def test_shows_head_offices_before_their_branches_by_name(members: Api) -> None:
    head = await a_branch(members, None, "Head")
    west, east = await a_branch(members, head, "West"), await a_branch(members, head, "East")
    lower = await a_branch(members, east, "Lower")
    for asked in (head, lower):
        read = exactly(OrganisationTree, (await members.get(f"/v1/organisations/{asked}/tree")).content)
        assert [(str(node.id), node.level) for node in read.items] == [(head, 0), (east, 1), (lower, 2), (west, 1)]
        assert read.complete
    cut = (await members.get(f"/v1/organisations/{lower}/tree?limit=3")).json()
    assert [node["id"] for node in cut["items"]] == [head, east, west]
    assert cut["complete"] is False
    assert [row["id"] for row in await members.items("/v1/organisations", parent_id=[head])] == [west, east]


async def test_refuses_a_ring(members: Api) -> None:
    head = await a_branch(members, None, "Head")
    below = await a_branch(members, await a_branch(members, head, "Middle"), "Lowest")
    for parent in (head, below):
        reply = await members.patch(f"/v1/organisations/{head}", {"parent_id": parent})
        assert_problem(reply, Contradiction, pointer="/parent_id")


async def test_two_moves_at_once_make_no_ring(members: Api) -> None:
    for _ in range(5):
        one, other = await a_branch(members, None, "One"), await a_branch(members, None, "Other")
        replies = await asyncio.gather(
            members.patch(f"/v1/organisations/{one}", {"parent_id": other}, if_match="*"),
            members.patch(f"/v1/organisations/{other}", {"parent_id": one}, if_match="*"),
        )
        assert sorted(reply.status_code for reply in replies) == [200, 409]


async def test_has_an_end_to_its_levels(members: Api) -> None:
    lowest: str | None = None
    for level in range(MOST_LEVELS):
        lowest = await a_branch(members, lowest, f"Level {level}")
    reply = await members.post("/v1/organisations", an_organisation(parent_id=lowest))
    assert_problem(reply, Contradiction, pointer="/parent_id")
    top = await a_branch(members, None, "Above all")
    root = (await members.get(f"/v1/organisations/{lowest}/tree")).json()["items"][0]["id"]
    assert_problem(await members.patch(f"/v1/organisations/{root}", {"parent_id": top}), Contradiction)


async def test_a_head_office_is_one_that_there_is(members: Api, organisation: dict[str, Any]) -> None:
    unknown = "01976b1e-7c3a-7000-8000-00000000ffff"
    assert_problem(await members.post("/v1/organisations", an_organisation(parent_id=unknown)), NotFound)
    loser = await members.made("/v1/organisations", an_organisation())
    await members.post("/v1/merges", a_merge(organisation["id"], loser["id"]))
    assert_problem(await members.post("/v1/organisations", an_organisation(parent_id=loser["id"])), MergedAway)
    await members.made("/v1/organisations", an_organisation(parent_id=organisation["id"]))
    assert_problem(await members.delete(f"/v1/organisations/{organisation['id']}"), OrganisationInUse)


async def test_branches_go_with_a_merge(members: Api) -> None:
    head, winner = await a_branch(members, None, "Head"), await a_branch(members, None, "Winner")
    loser = await a_branch(members, head, "Loser")
    branch = await a_branch(members, loser, "Branch")
    await members.patch(f"/v1/organisations/{winner}", {"parent_id": loser})
    merged = await members.post("/v1/merges", a_merge(winner, loser))
    assert merged.status_code == 201, merged.text
    read = (await members.get(f"/v1/organisations/{winner}/tree")).json()["items"]
    assert [(node["id"], node["level"]) for node in read] == [(head, 0), (winner, 1), (branch, 2)]
    deep = await a_branch(members, await a_branch(members, winner, "Between"), "Deep")
    reply = await members.post("/v1/merges", a_merge(deep, winner))
    assert_problem(reply, Contradiction, pointer="/winner_id")


async def test_a_partner_finds_itself_alone_and_hangs_nowhere_else(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    branch = await a_branch(members, organisation["id"], "Branch")
    partner = members.as_(signer.partner(UUID(branch)))
    seen = (await partner.get(f"/v1/organisations/{branch}/tree")).json()["items"]
    assert [node["id"] for node in seen] == [branch]
    assert_problem(await partner.get(f"/v1/organisations/{organisation['id']}/tree"), NotFound)
    assert_problem(await partner.patch(f"/v1/organisations/{branch}", {"parent_id": None}), Forbidden)
