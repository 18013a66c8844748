"""Merging two records of one organisation."""

import asyncio
from itertools import permutations
from typing import Any
from uuid import uuid4

from services.contracts.members.merge import Merge
from services.kit.errors import Contradiction, Forbidden, NotFound
from services.members.features.merges.actions import WinnerArchived
from services.members.features.organisations.actions import MergedAway
from tests.factories.members import a_membership, a_merge, a_person, a_term, an_affiliation, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PATH = "/v1/merges"


async def two(members: Api, **given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    winner = await members.made("/v1/organisations", an_organisation())
    return winner, await members.made("/v1/organisations", an_organisation(**given))


async def test_everything_of_the_loser_becomes_the_winner_s(
    members: Api, person: dict[str, Any], yearly: dict[str, Any]
) -> None:
    identifier = {"scheme": "wikidata", "value": f"Q{uuid4().int % 10**9}"}
    winner, loser = await two(members, identifiers=[identifier])
    role = await members.made("/v1/affiliations", an_affiliation(person["id"], loser["id"]))
    new = a_membership(loser["id"], yearly["id"], terms=[a_term("2024-01-01")])
    membership = await members.made("/v1/memberships", new)
    reply = await members.post(PATH, a_merge(winner["id"], loser["id"]))
    assert reply.status_code == 201, reply.text
    told = exactly(Merge, reply.content)
    assert {one.resource: one.count for one in told.moved if one.count} == {"affiliations": 1, "memberships": 1}
    assert reply.headers["location"] == f"{PATH}/{told.id}"
    (gone,) = [row for row in await members.items("/v1/organisations", status="merged") if row["id"] == loser["id"]]
    assert (gone["status"], gone["merged_into"], gone["identifiers"]) == ("merged", winner["id"], [])
    held = await members.items("/v1/organisations", identifier=f"wikidata:{identifier['value']}")
    assert [(row["id"], row["identifiers"]) for row in held] == [(winner["id"], [identifier])]
    for path in (f"/v1/affiliations/{role['id']}", f"/v1/memberships/{membership['id']}"):
        assert (await members.get(path)).json()["organisation_id"] == winner["id"]
    for one in (winner, loser):
        read = (await members.get(f"/v1/organisations/{one['id']}/standing?on=2024-05-29")).json()
        assert (read["status"], read["merged_into"]) == ("active", winner["id"] if one is loser else None)


async def test_is_told_of_both(members: Api) -> None:
    winner, loser = await two(members, identifiers=[{"scheme": "isni", "value": uuid4().hex}])
    await members.post(PATH, a_merge(winner["id"], loser["id"]))
    merged = (await members.items("/v1/members/changes", resource_id=loser["id"]))[-1]
    assert merged["type"] == "members.organisation.merged"
    assert (merged["after"]["status"], merged["after"]["merged_into"]) == ("merged", winner["id"])
    assert sorted(merged["organisation_ids"]) == sorted([winner["id"], loser["id"]])
    updated = (await members.items("/v1/members/changes", resource_id=winner["id"]))[-1]
    assert updated["type"] == "members.organisation.updated"
    assert {"identifiers", "names"} >= set(updated["after"])


async def test_the_same_role_at_both_becomes_one(members: Api, person: dict[str, Any]) -> None:
    winner, loser = await two(members)
    for organisation, starts, ends in (
        (loser, "2019-01-01", "2020-06-30"),
        (winner, "2020-01-01", "2020-12-31"),
        (loser, "2020-12-31", "2021-12-31"),
        (loser, "2023-01-01", None),
        (winner, None, "2018-12-31"),
    ):
        new = an_affiliation(person["id"], organisation["id"], starts_on=starts, ends_on=ends)
        await members.made("/v1/affiliations", new)
    other = await members.made("/v1/persons", a_person())
    await members.made("/v1/affiliations", an_affiliation(other["id"], loser["id"]))
    assert (await members.post(PATH, a_merge(winner["id"], loser["id"]))).status_code == 201
    held = await members.items("/v1/affiliations", person_id=person["id"], sort="ends_on")
    assert [(row["starts_on"], row["ends_on"]) for row in held] == [
        (None, "2018-12-31"),
        ("2019-01-01", "2021-12-31"),
        ("2023-01-01", None),
    ]
    assert {row["organisation_id"] for row in held} == {winner["id"]}


async def test_a_role_that_grows_gives_way_to_another_primary_one(members: Api, person: dict[str, Any]) -> None:
    winner, loser = await two(members)
    other = await members.made("/v1/organisations", an_organisation())
    for organisation, starts_on, ends_on, role, primary in (
        (winner, "2010-01-01", "2015-12-31", "Director", True),
        (other, "2016-01-01", None, "Chair", True),
        (loser, "2014-01-01", "2018-12-31", "Director", False),
    ):
        given = {"starts_on": starts_on, "ends_on": ends_on, "role": {"en": role}}
        made = await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"], **given))
        assert made["primary"] is primary
    await members.made(PATH, a_merge(winner["id"], loser["id"]))
    held = await members.items("/v1/affiliations", person_id=person["id"], sort="starts_on")
    assert [(row["ends_on"], row["primary"]) for row in held] == [("2018-12-31", False), (None, True)]


async def test_standing_follows_a_chain_of_merges(members: Api, yearly: dict[str, Any]) -> None:
    last, middle = await two(members)
    first = await members.made("/v1/organisations", an_organisation())
    await members.made("/v1/memberships", a_membership(first["id"], yearly["id"], terms=[a_term("2024-01-01")]))
    for winner, loser in ((middle, first), (last, middle)):
        assert (await members.post(PATH, a_merge(winner["id"], loser["id"]))).status_code == 201
    read = (await members.get(f"/v1/organisations/{first['id']}/standing?on=2024-05-29")).json()
    assert (read["status"], read["merged_into"]) == ("active", last["id"])


async def test_refuses_what_cannot_be_merged(members: Api) -> None:
    winner, loser = await two(members)
    assert_problem(await members.post(PATH, a_merge(winner["id"], winner["id"])), Contradiction, pointer="/loser_id")
    assert_problem(await members.post(PATH, a_merge(winner["id"], str(uuid4()))), NotFound)
    await members.patch(f"/v1/organisations/{winner['id']}", {"status": "archived"})
    assert_problem(await members.post(PATH, a_merge(winner["id"], loser["id"])), WinnerArchived)
    assert (await members.post(PATH, a_merge(loser["id"], winner["id"]))).status_code == 201
    third = await members.made("/v1/organisations", an_organisation())
    for pair in ((third, winner), (winner, third)):
        assert_problem(await members.post(PATH, a_merge(*(one["id"] for one in pair))), MergedAway)


async def test_nothing_is_attached_to_one_that_was_merged(
    members: Api, person: dict[str, Any], yearly: dict[str, Any]
) -> None:
    winner, loser = await two(members)
    await members.post(PATH, a_merge(winner["id"], loser["id"]))
    assert_problem(await members.post("/v1/affiliations", an_affiliation(person["id"], loser["id"])), MergedAway)
    assert_problem(await members.post("/v1/memberships", a_membership(loser["id"], yearly["id"])), MergedAway)


async def test_what_is_attached_while_it_merges_is_moved_or_refused(members: Api, yearly: dict[str, Any]) -> None:
    winner, loser = await two(members)
    people = [await members.made("/v1/persons", a_person()) for _ in range(6)]
    attach = [members.post("/v1/affiliations", an_affiliation(one["id"], loser["id"])) for one in people]
    join = [members.post("/v1/memberships", a_membership(loser["id"], yearly["id"])) for _ in range(3)]
    replies = await asyncio.gather(
        *attach[:3], *join, members.post(PATH, a_merge(winner["id"], loser["id"])), *attach[3:]
    )
    assert {reply.status_code for reply in replies} <= {201, 409}
    for path in ("/v1/affiliations", "/v1/memberships"):
        assert await members.items(path, organisation_id=loser["id"]) == []


async def test_of_merges_that_cross_one_wins(members: Api) -> None:
    three = [await members.made("/v1/organisations", an_organisation()) for _ in range(3)]
    merges = [members.post(PATH, a_merge(*(one["id"] for one in pair))) for pair in permutations(three, 2)]
    replies = await asyncio.gather(*merges)
    assert sorted(reply.status_code for reply in replies) == [201, 201, 409, 409, 409, 409]
    found = await members.items("/v1/organisations", sort="-created_at")
    ids = {one["id"] for one in three}
    assert sorted(row["status"] for row in found if row["id"] in ids) == ["active", "merged", "merged"]


async def test_renewals_while_it_merges_are_kept(members: Api, membership: dict[str, Any]) -> None:
    winner = await members.made("/v1/organisations", an_organisation())
    renewals = [members.post(f"/v1/memberships/{membership['id']}/terms", {}) for _ in range(4)]
    merge = members.post(PATH, a_merge(winner["id"], membership["organisation_id"]))
    replies = await asyncio.gather(*renewals[:2], merge, *renewals[2:])
    assert sorted(reply.status_code for reply in replies) == [201, 201, 201, 201, 201]
    assert len(await members.items("/v1/membership-terms", organisation_id=winner["id"])) == 4


async def test_a_dry_run_and_a_partner_change_nothing(members: Api, signer: Signer) -> None:
    winner, loser = await two(members)
    assert (await members.post(f"{PATH}?dry_run=true", a_merge(winner["id"], loser["id"]))).status_code == 201
    partner = members.as_(signer.partner(winner["id"]))
    assert_problem(await partner.post(PATH, a_merge(winner["id"], loser["id"])), Forbidden)
    assert (await members.get(f"/v1/organisations/{loser['id']}")).json()["status"] == "active"
