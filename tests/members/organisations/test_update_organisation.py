"""Changing, archiving and deleting organisations, and creating many."""

from typing import Any
from uuid import uuid4

from services.contracts.members.organisation import Organisation
from services.kit.errors import Contradiction, Forbidden, PreconditionFailed
from services.members.features.organisations.actions import IdentifierTaken, OrganisationInUse
from services.members.features.organisations.queries import OFFICE_ONLY
from tests.factories.members import a_membership, a_merge, an_affiliation, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


def an_identifier() -> dict[str, str]:
    return {"scheme": "wikidata", "value": f"Q{uuid4().int % 10**12}"}


async def test_every_field_reads_as_its_contract_says(members: Api) -> None:
    whole = an_organisation(
        names={"zh": "贵州省旅游协会", "zh-Hant": "貴州省旅遊協會", "en": "G" * 300},
        kind="association",
        country="CN",
        subdivision="CN-GZ",
        city="贵阳",
        address="中华北路 38",
        website="https://tourism.example.org/关于",
        emails=["office@tourism.example.org"],
        phones=[{"number": "+86 851 8555 0123"}, {"number": "问前台"}],
        identifiers=[an_identifier()],
        tags=["理事单位", "mountain"],
        parent_id=(await members.made("/v1/organisations", an_organisation()))["id"],
        former_names=[{"names": {"zh": "贵州省旅游局"}, "until": "2018-11-06"}, {"names": {"en": "x"}, "until": None}],
        description={"zh": "山地旅游", "en": "Mountain tourism\nsince 1980"},
        officer_id=str(uuid4()),
        contact_cadence_days=90,
        key_member={"reason": {"zh": "理事单位"}, "starts_on": "2026-01-01", "ends_on": None},
    )
    made = await members.made("/v1/organisations", whole)
    read = exactly(Organisation, (await members.get(f"/v1/organisations/{made['id']}")).content)
    kept = read.model_dump(mode="json", include=set(whole) - {"phones"})
    assert kept == {name: value for name, value in whole.items() if name != "phones"}
    bare = await members.made("/v1/organisations", {"names": {"en": "Bare"}, "kind": "other"})
    exactly(Organisation, (await members.get(f"/v1/organisations/{bare['id']}")).content)


async def test_changes_what_is_given_and_moves_identifiers(members: Api, organisation: dict[str, Any]) -> None:
    path, old, new = f"/v1/organisations/{organisation['id']}", an_identifier(), an_identifier()
    await members.patch(path, {"identifiers": [old], "names": {"fr": "Région"}})
    changed = (await members.patch(path, {"identifiers": [new], "names": {"zh": None}, "country": None})).json()
    assert (sorted(changed["names"]), changed["country"], changed["version"]) == (["en", "fr"], None, 3)
    await members.made("/v1/organisations", an_organisation(identifiers=[old]))
    assert_problem(await members.patch(path, {"identifiers": [old]}), IdentifierTaken)
    assert_problem(await members.patch(path, {"subdivision": "NP-P1"}), Contradiction, pointer="/subdivision")
    assert_problem(await members.patch(path, {"city": "x"}, if_match='"1"'), PreconditionFailed)


async def test_archives_and_restores(members: Api, organisation: dict[str, Any]) -> None:
    path = f"/v1/organisations/{organisation['id']}"
    for status in ("archived", "active"):
        assert (await members.patch(path, {"status": status})).json()["status"] == status
    changes = await members.items("/v1/members/changes", resource_id=organisation["id"])
    assert [change["type"].rsplit(".")[-1] for change in changes] == ["created", "archived", "restored"]


async def test_deletes_only_what_nothing_refers_to(
    members: Api, organisation: dict[str, Any], person: dict[str, Any], yearly: dict[str, Any]
) -> None:
    member = await members.made("/v1/organisations", an_organisation())
    await members.made("/v1/memberships", a_membership(member["id"], yearly["id"]))
    role = await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    for used in (organisation, member):
        assert_problem(await members.delete(f"/v1/organisations/{used['id']}"), OrganisationInUse)
    await members.delete(f"/v1/affiliations/{role['id']}")
    path = f"/v1/organisations/{organisation['id']}"
    assert (await members.delete(path)).status_code == 204
    assert (await members.get(path)).status_code == 404


async def test_one_that_others_were_merged_into_stays(members: Api, organisation: dict[str, Any]) -> None:
    loser = await members.made("/v1/organisations", an_organisation())
    await members.post("/v1/merges", a_merge(organisation["id"], loser["id"]))
    assert_problem(await members.delete(f"/v1/organisations/{organisation['id']}"), OrganisationInUse)


async def test_bulk_gives_each_its_own_result(members: Api) -> None:
    mine = [an_identifier()]
    items = [an_organisation(identifiers=mine), an_organisation(identifiers=mine), an_organisation(subdivision="NP-P1")]
    body = (await members.post("/v1/organisations/bulk", {"items": items})).json()
    assert [result["status"] for result in body["results"]] == [201, 409, 409]


async def test_a_partner_makes_none(members: Api, organisation: dict[str, Any], signer: Signer) -> None:
    partner = members.as_(signer.partner(organisation["id"]))
    assert_problem(await partner.post("/v1/organisations", an_organisation()), Forbidden)
    assert (await partner.post("/v1/organisations/bulk", {"items": [an_organisation()]})).json()["refused"] == 1


async def test_a_partner_says_how_to_reach_its_organisation_and_nothing_else(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    path, partner = f"/v1/organisations/{organisation['id']}", members.as_(signer.partner(organisation["id"]))
    reached = {
        "city": "贵阳",
        "address": "中华北路 38",
        "website": "https://tourism.example.org",
        "emails": ["office@tourism.example.org"],
        "phones": [{"number": "+86 851 8555 0123"}],
    }
    changed = await partner.patch(path, reached)
    assert (changed.status_code, changed.json()["city"]) == (200, "贵阳")
    others: list[dict[str, Any]] = [
        {"names": {"en": "Renamed"}},
        {"kind": "hotel"},
        {"country": None},
        {"subdivision": "CN-GZ"},
        {"identifiers": []},
        {"tags": ["council"]},
        {"status": "archived"},
        {"city": "Guiyang", "status": "active"},
    ]
    for other in others:
        assert_problem(await partner.patch(path, other), Forbidden)
    assert_problem(await partner.delete(path), Forbidden)
    assert (await partner.get(path)).json() == changed.json()


async def test_what_the_office_notes_is_not_shown_to_partners(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    path, partner = f"/v1/organisations/{organisation['id']}", members.as_(signer.partner(organisation["id"]))
    key_member = {"reason": {"en": "Plans to leave"}, "starts_on": "2026-01-01"}
    await members.patch(path, {"key_member": key_member, "contact_cadence_days": 30})
    for asked in ("", "?fields=key_member&fields=contact_cadence_days&fields=stale_texts"):
        assert OFFICE_ONLY.isdisjoint((await partner.get(path + asked)).json())
    changes = await partner.items("/v1/members/changes", resource_id=organisation["id"])
    assert "Plans to leave" not in str(changes)
    assert changes[-1]["after"] == {"key_member": "…", "contact_cadence_days": "…"}
