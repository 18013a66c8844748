"""Merging: a person who is kept from the caller, or was forgotten, is not there, for either side."""

import json
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from services.contracts.scopes import SCOPES
from services.kit.errors import NotFound
from services.members.features.merges.undoing import ChangedSince
from tests.factories.members import a_consent, a_merge, a_person, an_affiliation, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PATH = "/v1/merges"
TRANSFER = "cross_border_transfer"


@pytest_asyncio.fixture
async def office_abroad(members: Api, signer: Signer) -> Api:
    """A staff member in an office abroad, who holds every scope."""
    return members.as_(signer.token(f"user:{uuid4()}", "staff", list(SCOPES), abroad=True))


async def someone(members: Api, *, agreed: bool, **given: Any) -> dict[str, Any]:
    made = await members.made("/v1/persons", a_person(**given))
    if agreed:
        await members.made("/v1/consents", a_consent(made["id"], TRANSFER))
    return made


async def status(members: Api, person: dict[str, Any]) -> str:
    found: str = (await members.get(f"/v1/persons/{person['id']}")).json()["status"]
    return found


@pytest.mark.parametrize("rehearsed", [True, False])
async def test_from_abroad_who_did_not_agree_is_on_neither_side(
    members: Api, office_abroad: Api, rehearsed: bool
) -> None:
    agreed, hidden = await someone(members, agreed=True), await someone(members, agreed=False)
    for winner, loser in ((agreed, hidden), (hidden, agreed)):
        new = a_merge(winner["id"], loser["id"], "persons")
        reply = await office_abroad.post(f"{PATH}?dry_run={str(rehearsed).lower()}", new)
        assert hidden["email"] not in json.dumps(assert_problem(reply, NotFound))
    assert [await status(members, one) for one in (agreed, hidden)] == ["active", "active"]


async def test_from_abroad_those_who_agreed_are_merged_and_undone(members: Api, office_abroad: Api) -> None:
    winner, loser = await someone(members, agreed=True), await someone(members, agreed=True)
    merge = await office_abroad.made(PATH, a_merge(winner["id"], loser["id"], "persons"))
    assert (await office_abroad.post(f"{PATH}/{merge['id']}/undos")).status_code == 200
    assert [await status(office_abroad, one) for one in (winner, loser)] == ["active", "active"]


@pytest.mark.parametrize("sides", [(True, False), (False, True), (False, False)])
@pytest.mark.parametrize("rehearsed", [True, False])
async def test_from_abroad_a_merge_of_who_did_not_agree_is_not_undone(
    members: Api, office_abroad: Api, sides: tuple[bool, bool], rehearsed: bool
) -> None:
    winner, loser = [await someone(members, agreed=one) for one in sides]
    merge = await members.made(PATH, a_merge(winner["id"], loser["id"], "persons"))
    path = f"{PATH}/{merge['id']}/undos?dry_run={str(rehearsed).lower()}"
    assert_problem(await office_abroad.post(path), NotFound)
    assert (await members.get(f"{PATH}/{merge['id']}")).json()["undone_at"] is None
    assert (await members.post(f"{PATH}/{merge['id']}/undos")).status_code == 200


async def test_what_changed_since_is_named_to_whom_may_read_it(
    members: Api, office_abroad: Api, signer: Signer
) -> None:
    hidden = await someone(members, agreed=False)
    winner, loser = [await members.made("/v1/organisations", an_organisation()) for _ in range(2)]
    role = {"en": f"Head of {uuid4().hex}"}
    for one, dates in (
        (winner, {"starts_on": "2020-01-01", "ends_on": "2021-12-31"}),
        (loser, {"starts_on": "2021-01-01", "ends_on": "2023-12-31"}),
    ):
        await members.made("/v1/affiliations", an_affiliation(hidden["id"], one["id"], role=role, **dates))
    merge = await members.made(PATH, a_merge(winner["id"], loser["id"]))
    (held,) = await members.items("/v1/affiliations", person_id=hidden["id"])
    await members.patch(f"/v1/affiliations/{held['id']}", {"ends_on": "2024-12-31"})
    undos = f"{PATH}/{merge['id']}/undos"
    clerk = members.as_(signer.staff("members:read", "members:write"))
    for caller, named in ((members, True), (office_abroad, False), (clerk, False)):
        body = assert_problem(await caller.post(undos), ChangedSince)
        assert (role["en"] in json.dumps(body)) is named
        assert held["id"] in json.dumps(body)


async def test_who_was_forgotten_is_not_merged(members: Api) -> None:
    erased, other = await someone(members, agreed=False), await someone(members, agreed=False)
    await members.made("/v1/erasures", {"person_id": erased["id"], "reason": "asked_for"})
    for winner, loser in ((erased, other), (other, erased)):
        assert_problem(await members.post(PATH, a_merge(winner["id"], loser["id"], "persons")), NotFound)
    # What the row would have kept from a later erasure.
    await members.made("/v1/erasures", {"person_id": other["id"], "reason": "asked_for"})
    assert_problem(await members.get(f"/v1/persons/{other['id']}"), NotFound)


async def test_merges_of_who_did_not_agree_are_not_shown_counted_or_facetted_abroad(
    members: Api, office_abroad: Api
) -> None:
    shown, hidden = [
        (await someone(members, agreed=agreed), await someone(members, agreed=agreed)) for agreed in (True, False)
    ]
    merges = [
        await members.made(PATH, a_merge(winner["id"], loser["id"], "persons")) for winner, loser in (shown, hidden)
    ]
    by = merges[0]["merged_by"]
    since = {"created_at.gte": merges[0]["created_at"], "merged_by": by, "resource": "persons"}
    reply = (await office_abroad.get(PATH, params={**since, "count": "true", "facets": "resource"})).json()
    assert [one["id"] for one in reply["items"]] == [merges[0]["id"]]
    assert reply["total"] == 1
    assert [one["count"] for one in reply["facets"]["resource"]["values"]] == [1]
    assert reply["left_out"] == [{"reason": "no_cross_border_consent", "count": 1}]
    assert_problem(await office_abroad.get(f"{PATH}/{merges[1]['id']}"), NotFound)
    named = await office_abroad.get(PATH, params={"record_id": hidden[1]["id"], "count": "true"})
    assert (named.json()["items"], named.json()["left_out"][0]["count"]) == ([], None)
    # Once they are two again, both must have agreed.
    (await members.post(f"{PATH}/{merges[0]['id']}/undos")).raise_for_status()
    assert (await office_abroad.get(f"{PATH}/{merges[0]['id']}")).status_code == 200
    withdrawn = a_consent(shown[1]["id"], TRANSFER, decision="withdrawn")
    await members.made("/v1/consents", withdrawn)
    assert_problem(await office_abroad.get(f"{PATH}/{merges[0]['id']}"), NotFound)
