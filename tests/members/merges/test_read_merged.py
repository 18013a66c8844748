"""Reading a record that was merged answers with the address of the one that took its place."""

from typing import Any

import pytest

from services.kit.errors import Moved, NotFound
from tests.factories.members import a_merge, a_person, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def a_merged_pair(members: Api, resource: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made = [
        await members.made(f"/v1/{resource}", an_organisation() if resource == "organisations" else a_person())
        for _ in range(2)
    ]
    await members.made("/v1/merges", a_merge(made[0]["id"], made[1]["id"], resource))
    return made[0], made[1]


@pytest.mark.parametrize("resource", ["organisations", "persons"])
async def test_the_loser_s_address_leads_to_the_winner(members: Api, resource: str) -> None:
    winner, loser = await a_merged_pair(members, resource)
    reply = await members.get(f"/v1/{resource}/{loser['id']}")
    assert_problem(reply, Moved)
    assert reply.headers["location"] == f"/v1/{resource}/{winner['id']}"
    assert reply.headers["cache-control"] == "no-store"
    followed = await members.get(f"/v1/{resource}/{loser['id']}", follow_redirects=True)
    assert followed.json()["id"] == winner["id"]
    assert loser["id"] in [row["id"] for row in await members.items(f"/v1/{resource}", status="merged")]


async def test_a_chain_of_merges_leads_to_its_end(members: Api) -> None:
    middle, first = await a_merged_pair(members, "organisations")
    last = await members.made("/v1/organisations", an_organisation())
    await members.made("/v1/merges", a_merge(last["id"], middle["id"]))
    followed = await members.get(f"/v1/organisations/{first['id']}", follow_redirects=True)
    assert followed.json()["id"] == last["id"]


async def test_who_may_not_see_the_loser_learns_nothing(members: Api, signer: Signer) -> None:
    _, loser = await a_merged_pair(members, "organisations")
    other = await members.made("/v1/organisations", an_organisation())
    partner = members.as_(signer.partner(other["id"]))
    assert_problem(await partner.get(f"/v1/organisations/{loser['id']}"), NotFound)


async def test_a_merge_does_not_widen_what_a_key_sees(members: Api, signer: Signer) -> None:
    winner, loser = await a_merged_pair(members, "organisations")
    key = members.as_(signer.partner(loser["id"]))
    assert_problem(await key.get(f"/v1/organisations/{loser['id']}"), Moved)
    # It is told where its organisation went; staff binds it anew.
    assert_problem(await key.get(f"/v1/organisations/{winner['id']}"), NotFound)
    assert [row["merged_into"] for row in await key.items("/v1/organisations")] == [winner["id"]]
    assert [row["winner_id"] for row in await key.items("/v1/merges")] == [winner["id"]]
