"""A merge is undone within 30 days: everything is as it was, unless somebody has changed it since."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from services.contracts.members.merge import Merge
from services.kit.db import now
from services.kit.errors import Forbidden
from services.members.features.merges.undoing import ChangedSince, UndoTooLate, forget_merges
from services.members.tables.merge import MergeRow
from tests.factories.members import (
    a_membership,
    a_merge,
    a_person,
    a_term,
    an_affiliation,
    an_organisation,
)
from tests.members.contract import exactly
from tests.members.duplicates.looking import candidates_of, look
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PATH = "/v1/merges"
_DERIVED = ("version", "updated_at")


def plain(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in _DERIVED}


async def state(members: Api, *paths: str) -> list[dict[str, Any]]:
    return [plain((await members.get(path)).json()) for path in paths]


async def undone(members: Api, merge: dict[str, Any]) -> dict[str, Any]:
    reply = await members.post(f"{PATH}/{merge['id']}/undos")
    assert reply.status_code == 200, reply.text
    record: dict[str, Any] = reply.json()
    return record


async def test_everything_of_organisations_is_as_it_was(
    members: Api, person: dict[str, Any], yearly: dict[str, Any]
) -> None:
    winner = await members.made("/v1/organisations", an_organisation(tags=["one"]))
    identifiers = [{"scheme": "wikidata", "value": f"Q{uuid4().int % 10**9}"}]
    loser = await members.made(
        "/v1/organisations",
        an_organisation(identifiers=identifiers, tags=["two"], phones=[{"number": "+86 851 8555 0133"}]),
    )
    branch = await members.made("/v1/organisations", an_organisation(parent_id=loser["id"]))
    roles = [
        await members.made("/v1/affiliations", an_affiliation(person["id"], one["id"], **dates))
        for one, dates in (
            (winner, {"starts_on": "2020-01-01", "ends_on": "2021-12-31"}),
            (loser, {"starts_on": "2021-06-01", "ends_on": "2023-12-31"}),
            (loser, {"starts_on": "2024-06-01"}),
        )
    ]
    new = a_membership(loser["id"], yearly["id"], terms=[a_term("2024-01-01")])
    membership = await members.made("/v1/memberships", new)
    paths = [
        *(f"/v1/organisations/{one['id']}" for one in (winner, loser, branch)),
        *(f"/v1/affiliations/{one['id']}" for one in roles),
        f"/v1/memberships/{membership['id']}",
    ]
    before = await state(members, *paths)
    merge = await members.made(PATH, a_merge(winner["id"], loser["id"], tags="loser"))
    assert await state(members, *paths) != before
    record = await undone(members, merge)
    exactly(Merge, (await members.get(f"{PATH}/{merge['id']}")).content)
    assert record["undone_by"] is not None
    after = await state(members, *paths)
    for was, is_ in zip(before, after, strict=True):
        assert {**is_, "created_at": None} == {**was, "created_at": None}
    held = await members.items("/v1/organisations", identifier=f"wikidata:{identifiers[0]['value']}")
    assert [row["id"] for row in held] == [loser["id"]]
    told = (await members.items("/v1/members/changes", resource_id=loser["id"]))[-1]
    assert told["type"] == "members.organisation.unmerged"
    assert (told["after"]["status"], told["after"]["merged_into"]) == ("active", None)


async def test_everything_of_persons_is_as_it_was(members: Api, organisation: dict[str, Any]) -> None:
    winner = await members.made("/v1/persons", a_person())
    loser = await members.made("/v1/persons", a_person(diet="No nuts.", birth_date="1980-02-29"))
    role = await members.made("/v1/affiliations", an_affiliation(loser["id"], organisation["id"], primary=True))
    purpose = "?purpose=record_keeping"
    paths = [
        *(f"/v1/persons/{one['id']}{purpose}" for one in (winner, loser)),
        f"/v1/affiliations/{role['id']}",
    ]
    before = await state(members, *paths)
    merge = await members.made(PATH, a_merge(winner["id"], loser["id"], "persons"))
    await undone(members, merge)
    assert await state(members, *paths) == before


async def test_a_second_time_changes_nothing(members: Api) -> None:
    merge = await a_merge_of_two(members)
    first = await undone(members, merge)
    assert await undone(members, merge) == first


async def a_merge_of_two(members: Api, **given: Any) -> dict[str, Any]:
    winner = await members.made("/v1/organisations", an_organisation())
    loser = await members.made("/v1/organisations", an_organisation(**given))
    return await members.made(PATH, a_merge(winner["id"], loser["id"]))


async def test_what_changed_since_is_named_and_nothing_is_undone(members: Api, yearly: dict[str, Any]) -> None:
    winner = await members.made("/v1/organisations", an_organisation(city=None))
    loser = await members.made("/v1/organisations", an_organisation(city="Anshun"))
    merge = await members.made(PATH, a_merge(winner["id"], loser["id"]))
    await members.patch(f"/v1/organisations/{winner['id']}", {"city": "Kaili"})
    body = assert_problem(await members.post(f"{PATH}/{merge['id']}/undos"), ChangedSince)
    (error,) = body["errors"]
    assert error["pointer"] == f"/organisation/{winner['id']}"
    assert winner["names"]["en"] in error["detail"]
    assert (await members.get(f"{PATH}/{merge['id']}")).json()["undone_at"] is None
    # As the merge left it, it can be undone.
    await members.patch(f"/v1/organisations/{winner['id']}", {"city": "Anshun"})
    await undone(members, merge)


async def test_what_others_changed_of_the_winner_and_what_came_since_stays(
    members: Api, person: dict[str, Any]
) -> None:
    merge = await a_merge_of_two(members, tags=["two"])
    await members.patch(f"/v1/organisations/{merge['winner_id']}", {"address": "1 New Road"})
    role = await members.made("/v1/affiliations", an_affiliation(person["id"], merge["winner_id"]))
    await undone(members, merge)
    now = (await members.get(f"/v1/organisations/{merge['winner_id']}")).json()
    assert (now["address"], now["tags"]) == ("1 New Road", [])
    assert (await members.get(f"/v1/affiliations/{role['id']}")).json()["organisation_id"] == merge["winner_id"]


async def test_of_a_chain_the_last_is_undone_first(members: Api) -> None:
    first = await a_merge_of_two(members)
    last = await members.made("/v1/organisations", an_organisation())
    second = await members.made(PATH, a_merge(last["id"], first["winner_id"]))
    assert_problem(await members.post(f"{PATH}/{first['id']}/undos"), ChangedSince)
    await undone(members, second)
    await undone(members, first)
    assert (await members.get(f"/v1/organisations/{first['loser_id']}")).json()["status"] == "active"


async def test_after_thirty_days_it_is_too_late_and_what_it_was_is_forgotten(members: Api) -> None:
    merge = await a_merge_of_two(members)
    async with members.runtime.database.transaction() as session:
        row = update(MergeRow).where(MergeRow.id == UUID(merge["id"]))
        await session.execute(row.values(undo_until=now() - timedelta(seconds=1)))
    assert_problem(await members.post(f"{PATH}/{merge['id']}/undos"), UndoTooLate)
    await forget_merges.run(members.runtime)
    async with members.runtime.database.transaction() as session:
        assert (await session.get_one(MergeRow, UUID(merge["id"]))).images == []


async def test_two_who_undo_at_once_undo_once(members: Api) -> None:
    merge = await a_merge_of_two(members)
    replies = await asyncio.gather(*[members.post(f"{PATH}/{merge['id']}/undos") for _ in range(3)])
    assert {reply.status_code for reply in replies} == {200}
    told = await members.items("/v1/members/changes", resource_id=merge["id"])
    assert [change["type"] for change in told] == ["members.merge.created", "members.merge.undone"]


async def test_a_dry_run_and_a_partner_undo_nothing(members: Api, signer: Signer) -> None:
    merge = await a_merge_of_two(members)
    reply = await members.post(f"{PATH}/{merge['id']}/undos?dry_run=true")
    assert reply.status_code == 200
    partner = members.as_(signer.partner(UUID(merge["winner_id"])))
    assert_problem(await partner.post(f"{PATH}/{merge['id']}/undos"), Forbidden)
    assert [row["id"] for row in await partner.items(PATH)] == [merge["id"]]
    assert (await members.get(f"{PATH}/{merge['id']}")).json()["undone_at"] is None


async def test_the_candidate_is_merged_and_open_again_when_undone(members: Api) -> None:
    winner = await members.made("/v1/organisations", an_organisation(names={"zh": "云屯生态公园"}))
    loser = await members.made("/v1/organisations", an_organisation(names={"zh": "雲屯生態公園"}))
    await look(members)
    assert [row["status"] for row in await candidates_of(members, winner)] == ["open"]
    merge = await members.made(PATH, a_merge(winner["id"], loser["id"]))
    await look(members)
    assert [row["status"] for row in await candidates_of(members, winner)] == ["merged"]
    await undone(members, merge)
    await look(members)
    assert [row["status"] for row in await candidates_of(members, winner)] == ["open"]
