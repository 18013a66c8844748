"""Merging two records of one person."""

from typing import Any

from services.kit.errors import Forbidden
from services.members.features.merges.undoing import UndoTooLate
from services.members.features.persons.actions import PersonMergedAway
from tests.factories.members import a_merge, a_person, an_affiliation, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PATH = "/v1/merges"


async def two(members: Api, **given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    winner = await members.made("/v1/persons", a_person())
    return winner, await members.made("/v1/persons", a_person(**given))


async def merged(members: Api, winner: dict[str, Any], loser: dict[str, Any], **fields: str) -> dict[str, Any]:
    return await members.made(PATH, a_merge(winner["id"], loser["id"], "persons", **fields))


async def test_everything_of_the_loser_becomes_the_winner_s(members: Api, organisation: dict[str, Any]) -> None:
    winner, loser = await two(members, identifiers=[{"scheme": "orcid", "value": "0000-0001"}], wechat="loser_wx")
    await members.made("/v1/affiliations", an_affiliation(loser["id"], organisation["id"]))
    note = {"about": {"resource": "person", "id": loser["id"]}, "text": "Speaks at openings."}
    made = await members.made("/v1/notes", note)
    done = await merged(members, winner, loser)
    assert {one["resource"]: one["count"] for one in done["moved"]} == {
        "affiliations": 1,
        "notes": 1,
        "registrations": None,
        "contacts": None,
    }, "what nobody answers for is not known"
    now = (await members.get(f"/v1/persons/{winner['id']}")).json()
    assert now["email"] == winner["email"]
    assert now["other_emails"] == [loser["email"]]
    assert (now["wechat"], now["identifiers"]) == ("loser_wx", [{"scheme": "orcid", "value": "0000-0001"}])
    assert [row["organisation_id"] for row in await members.items("/v1/affiliations", person_id=winner["id"])] == [
        organisation["id"]
    ]
    assert (await members.get(f"/v1/notes/{made['id']}")).json()["about"]["id"] == winner["id"]
    (gone,) = [row for row in await members.items("/v1/persons", status="merged") if row["id"] == loser["id"]]
    assert (gone["merged_into"], gone["email"], gone["identifiers"]) == (winner["id"], None, [])


async def test_the_loser_s_main_address_may_win(members: Api) -> None:
    winner, loser = await two(members)
    await merged(members, winner, loser, email="loser")
    now = (await members.get(f"/v1/persons/{winner['id']}")).json()
    assert now["email"] == loser["email"]


async def test_the_same_role_of_both_becomes_one_and_one_stays_primary(members: Api) -> None:
    winner, loser = await two(members)
    first = await members.made("/v1/organisations", an_organisation())
    second = await members.made("/v1/organisations", an_organisation())
    for person, organisation, primary in (
        (winner, first, True),
        (loser, first, False),
        (loser, second, True),
    ):
        await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"], primary=primary))
    await merged(members, winner, loser)
    rows = await members.items("/v1/affiliations", person_id=winner["id"])
    assert sorted((row["organisation_id"], row["primary"]) for row in rows) == sorted(
        [(first["id"], True), (second["id"], False)]
    )


async def test_nothing_is_done_with_one_who_was_merged(members: Api, organisation: dict[str, Any]) -> None:
    winner, loser = await two(members)
    await merged(members, winner, loser)
    assert_problem(
        await members.post("/v1/affiliations", an_affiliation(loser["id"], organisation["id"])), PersonMergedAway
    )
    assert_problem(await members.patch(f"/v1/persons/{loser['id']}", {"country": "CN"}, if_match="*"), PersonMergedAway)
    note = {"about": {"resource": "person", "id": loser["id"]}, "text": "Too late."}
    assert_problem(await members.post("/v1/notes", note), PersonMergedAway)
    third = await members.made("/v1/persons", a_person())
    assert_problem(await members.post(PATH, a_merge(third["id"], loser["id"], "persons")), PersonMergedAway)


async def test_what_was_decided_last_counts_for_both(members: Api) -> None:
    winner, loser = await two(members)
    for person, decision, at in (
        (winner, "given", "2024-01-01T00:00:00Z"),
        (loser, "withdrawn", "2025-01-01T00:00:00Z"),
    ):
        consent = {
            "person_id": person["id"],
            "purpose": "newsletter",
            "decision": decision,
            "decided_at": at,
            "channel": "email",
        }
        await members.made("/v1/consents", consent)
    await merged(members, winner, loser)
    read = (await members.get(f"/v1/persons/{winner['id']}?expand=consents")).json()
    assert [(one["purpose"], one["decision"]) for one in read["consents"]] == [("newsletter", "withdrawn")]


async def test_needs_the_right_to_write_persons(members: Api, signer: Signer) -> None:
    winner, loser = await two(members)
    clerk = members.as_(signer.staff("members:read", "members:write", "persons:read"))
    assert_problem(await clerk.post(PATH, a_merge(winner["id"], loser["id"], "persons")), Forbidden)
    made = await merged(members, winner, loser)
    assert await members.as_(signer.staff("members:read")).items(PATH, record_id=winner["id"]) == []
    assert [row["id"] for row in await members.items(PATH, record_id=winner["id"], resource="persons")] == [made["id"]]


async def test_who_is_erased_is_erased_in_the_records_merged_into_theirs_too(members: Api) -> None:
    winner, loser = await two(members, names={"en": "Wanda Forgotten"})
    merge = await merged(members, winner, loser)
    await members.made("/v1/erasures", {"person_id": winner["id"], "reason": "asked_for"})
    told = await members.items("/v1/members/changes", resource_id=loser["id"])
    assert told[-1]["type"] == "members.person.erased"
    assert_problem(await members.post(f"{PATH}/{merge['id']}/undos"), UndoTooLate)
