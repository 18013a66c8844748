"""Callers abroad get the persons who agreed that their data crosses the border, and learn how many others there are."""

import json
from typing import Any
from uuid import uuid4

import pytest_asyncio

from services.contracts.scopes import SCOPES
from services.kit.errors import Forbidden, NotFound
from tests.factories.members import a_consent, a_document, a_person, a_segment, an_affiliation, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

TRANSFER = "cross_border_transfer"
REASON = "no_cross_border_consent"


@pytest_asyncio.fixture
async def office_abroad(members: Api, signer: Signer) -> Api:
    """A staff member in an office abroad, who holds every scope."""
    return members.as_(signer.token(f"user:{uuid4()}", "staff", list(SCOPES), abroad=True))


async def two(members: Api) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Someone who agreed and someone who did not, under a tag of their own."""
    tag = uuid4().hex
    agreed, not_asked = [await members.made("/v1/persons", a_person(tags=[tag], country="CN")) for _ in range(2)]
    await members.made("/v1/consents", a_consent(agreed["id"], TRANSFER))
    return tag, agreed, not_asked


async def test_lists_show_who_agreed_and_count_who_did_not(members: Api, office_abroad: Api) -> None:
    tag, agreed, _ = await two(members)
    page = (await office_abroad.get("/v1/persons", params={"tag": tag, "count": "true", "facets": "country"})).json()
    assert [row["id"] for row in page["items"]] == [agreed["id"]]
    assert (page["total"], page["left_out"]) == (1, [{"reason": REASON, "count": 1}])
    assert page["facets"]["country"]["values"] == [{"value": "CN", "count": 1}]
    at_home = (await members.get("/v1/persons", params={"tag": tag, "count": "true"})).json()
    assert (at_home["total"], "left_out" in at_home) == (2, False)


async def test_who_did_not_agree_is_not_there_for_them(members: Api, office_abroad: Api) -> None:
    _, agreed, hidden = await two(members)
    path = f"/v1/persons/{hidden['id']}"
    assert_problem(await office_abroad.get(path), NotFound)
    assert_problem(await office_abroad.patch(path, {"country": "NP"}, if_match="*"), NotFound)
    assert (await office_abroad.patch(f"/v1/persons/{agreed['id']}", {"country": "NP"})).status_code == 200
    assert_problem(await office_abroad.post("/v1/consents", a_consent(hidden["id"], TRANSFER)), NotFound)
    assert_problem(await office_abroad.post("/v1/persons", a_person()), Forbidden)


async def test_the_count_does_not_tell_of_single_persons(members: Api, office_abroad: Api) -> None:
    _, _, hidden = await two(members)
    for asked in ({"email": hidden["email"]}, {"q": hidden["names"]["en"]}):
        page = (await office_abroad.get("/v1/persons", params={**asked, "count": "true"})).json()
        assert (page["total"], page["left_out"]) == (0, [{"reason": REASON, "count": None}])


async def test_an_export_has_who_agreed_and_says_how_many_are_left_out(members: Api, office_abroad: Api) -> None:
    tag, agreed, _ = await two(members)
    reply = await office_abroad.get("/v1/persons/export", params={"tag": tag, "format": "jsonl"})
    assert [json.loads(line)["id"] for line in reply.text.splitlines()] == [agreed["id"]]
    assert reply.headers["left-out"] == f"{REASON}=1"


async def test_a_withdrawal_holds_at_once(members: Api, office_abroad: Api) -> None:
    tag, agreed, _ = await two(members)
    await members.made("/v1/consents", a_consent(agreed["id"], TRANSFER, decision="withdrawn"))
    assert await office_abroad.items("/v1/persons", tag=tag) == []
    exported = await office_abroad.get("/v1/persons/export", params={"tag": tag, "format": "jsonl"})
    assert (exported.text, exported.headers["left-out"]) == ("", f"{REASON}=2")


async def test_what_hangs_on_a_person_follows(members: Api, office_abroad: Api, organisation: dict[str, Any]) -> None:
    _, agreed, hidden = await two(members)
    for person in (agreed, hidden):
        await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
        about = {"resource": "person", "id": person["id"]}
        await members.made("/v1/documents", a_document(organisation["id"]) | {"about": about})
    roles = await office_abroad.items("/v1/affiliations", organisation_id=organisation["id"], expand="person")
    assert [role["person"]["id"] for role in roles] == [agreed["id"]]
    for path in ("/v1/documents", "/v1/consents"):
        seen = {row.get("person_id") or row["about"]["id"] for row in await office_abroad.items(path)}
        assert agreed["id"] in seen
        assert hidden["id"] not in seen


async def test_a_partner_s_key_abroad_gets_its_own_people_who_agreed(
    members: Api, signer: Signer, organisation: dict[str, Any]
) -> None:
    _, agreed, hidden = await two(members)
    other = await two(members)
    for person in (agreed, hidden):
        await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    claims = {"organisation_id": organisation["id"], "abroad": True}
    partner = members.as_(signer.token(f"key:{uuid4()}", "partner", ["persons:read"], **claims))
    page = (await partner.get("/v1/persons", params={"count": "true"})).json()
    assert [row["id"] for row in page["items"]] == [agreed["id"]]
    assert page["left_out"] == [{"reason": REASON, "count": 1}]
    assert_problem(await partner.get(f"/v1/persons/{other[1]['id']}"), NotFound)


async def test_an_organisation_is_not_found_by_somebody_who_did_not_agree(members: Api, office_abroad: Api) -> None:
    _, agreed, hidden = await two(members)
    ids = []
    for person in (agreed, hidden):
        organisation = await members.made("/v1/organisations", an_organisation())
        await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
        ids.append(organisation["id"])
    people = await members.made("/v1/segments", a_segment({"list": [agreed["id"], hidden["id"]]}, resource="persons"))
    theirs = await members.made("/v1/segments", a_segment({"segment": people["id"]}))
    for caller, expected in ((members, ids), (office_abroad, ids[:1])):
        for path, params in (
            ("/v1/organisations", {"segment": people["id"]}),
            (f"/v1/segments/{theirs['id']}/members", {}),
        ):
            page = (await caller.get(path, params={**params, "count": "true"})).json()
            assert ([row["id"] for row in page["items"]], page["total"]) == (expected, len(expected))
