"""Changing persons."""

from typing import Any

from services.kit.errors import Contradiction, Forbidden, PreconditionFailed, PreconditionRequired
from services.members.features.persons.actions import EmailTaken, PersonIdentifierTaken
from tests.factories.members import a_person, an_affiliation, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_merges_names_and_clears_with_null(members: Api) -> None:
    made = await members.made(
        "/v1/persons", a_person(names={"zh": "何亚非"}, family_name="He", birth_date="1980-02-29")
    )
    path = f"/v1/persons/{made['id']}"
    changed = await members.patch(path, {"names": {"en": "He Yafei"}, "family_name": None, "birth_date": None})
    body = changed.json()
    assert body["names"] == {"zh": "何亚非", "en": "He Yafei"}
    assert (body["family_name"], body["email"]) == (None, made["email"])
    assert (await members.get(f"{path}?purpose=record_keeping")).json()["birth_date"] is None
    assert_problem(await members.patch(path, {"names": {"zh": None, "en": None}}), Contradiction, pointer="/names")


async def test_is_found_by_its_new_name(members: Api, person: dict[str, Any]) -> None:
    await members.patch(f"/v1/persons/{person['id']}", {"names": {"zh": "欧阳晓月"}})
    assert person["id"] in [row["id"] for row in await members.items("/v1/persons", q="歐陽")]


async def test_needs_the_state_that_was_read(members: Api, person: dict[str, Any]) -> None:
    path = f"/v1/persons/{person['id']}"
    tag = (await members.get(path)).headers["etag"]
    assert (await members.patch(path, {"country": "NP"}, if_match=tag)).status_code == 200
    assert_problem(await members.patch(path, {"country": "FR"}, if_match=tag), PreconditionFailed)
    bare = await members._client.patch(path, json={"country": "FR"})
    assert_problem(bare, PreconditionRequired)


async def test_no_change_writes_none(members: Api, person: dict[str, Any]) -> None:
    path = f"/v1/persons/{person['id']}"
    assert (await members.patch(path, {"email": person["email"]})).json()["version"] == 1
    assert len(await members.items("/v1/members/changes", resource_id=person["id"])) == 1


async def test_what_one_may_not_see_one_may_not_overwrite(members: Api, person: dict[str, Any], signer: Signer) -> None:
    clerk = members.as_(signer.staff("persons:read", "persons:write"))
    assert_problem(await clerk.patch(f"/v1/persons/{person['id']}", {"diet": None}), Forbidden)


async def test_refuses_the_address_of_another(members: Api, person: dict[str, Any]) -> None:
    other = await members.made("/v1/persons", a_person())
    reply = await members.patch(f"/v1/persons/{person['id']}", {"email": other["email"].upper()})
    assert_problem(reply, EmailTaken)


async def test_a_partner_changes_none_that_others_share(
    members: Api, person: dict[str, Any], organisation: dict[str, Any], signer: Signer
) -> None:
    path, partner = f"/v1/persons/{person['id']}", members.as_(signer.partner(organisation["id"]))
    await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    other = await members.made("/v1/organisations", an_organisation())
    role = await members.made("/v1/affiliations", an_affiliation(person["id"], other["id"]))
    refused = assert_problem(await partner.patch(path, {"country": "NP"}), Forbidden)
    assert "another organisation" in refused["detail"]
    assert other["id"] not in str(refused)
    assert (await members.patch(path, {"country": "FR"})).status_code == 200
    future = {"starts_on": "2999-01-01"}
    assert (await members.patch(f"/v1/affiliations/{role['id']}", future)).status_code == 200
    assert_problem(await partner.patch(path, {"country": "NP"}), Forbidden)
    over = {"starts_on": "2020-01-01", "ends_on": "2021-01-01"}
    assert (await members.patch(f"/v1/affiliations/{role['id']}", over)).status_code == 200
    assert (await partner.patch(path, {"country": "NP"})).status_code == 200


async def test_a_whole_name_made_of_parts_follows_them_and_a_given_one_stays(members: Api) -> None:
    parts = {"zh": {"family": "林", "given": "晓山"}, "en": {"family": "Lin", "given": "Xiaoshan"}}
    made = await members.made("/v1/persons", {"names": {"en": "Ms Lin"}, "name_parts": parts})
    assert made["names"] == {"zh": "林晓山", "en": "Ms Lin"}
    path = f"/v1/persons/{made['id']}"
    changed = (await members.patch(path, {"name_parts": {"zh": {"given": "晓岚"}, "en": {"given": "Xiaolan"}}})).json()
    assert changed["names"] == {"zh": "林晓岚", "en": "Ms Lin"}
    assert changed["name_parts"]["zh"] == {"family": "林", "given": "晓岚", "order": "family_first"}
    back = (await members.patch(path, {"names": {"en": None}, "name_parts": {"zh": None}})).json()
    assert back["names"] == {"zh": "林晓岚", "en": "Xiaolan Lin"}
    assert "zh" not in back["name_parts"]
    empty = {"name_parts": {"en": {"family": None, "given": None}}}
    assert_problem(await members.patch(path, empty), Contradiction, pointer="/name_parts/en")
    assert_problem(await members.post("/v1/persons", {}), Contradiction, pointer="/names")


async def test_changes_a_travel_document_in_part(members: Api, person: dict[str, Any]) -> None:
    path = f"/v1/persons/{person['id']}"
    assert_problem(
        await members.patch(path, {"passport": {"country": "NP"}}), Contradiction, pointer="/passport/number"
    )
    whole = {"number": "E00000000", "country": "NP", "expires_on": "2031-05-28"}
    for change, kept in ((whole, whole), ({"expires_on": None}, {**whole, "expires_on": None}), (None, None)):
        assert (await members.patch(path, {"passport": change})).status_code == 200
        assert (await members.get(f"{path}?purpose=visa_letter")).json()["passport"] == kept


async def test_an_identifier_is_of_one_person(members: Api, person: dict[str, Any]) -> None:
    mine = [{"scheme": "orcid", "value": person["id"]}]
    assert (await members.patch(f"/v1/persons/{person['id']}", {"identifiers": mine})).status_code == 200
    assert_problem(await members.post("/v1/persons", a_person(identifiers=mine)), PersonIdentifierTaken)
    found = await members.items("/v1/persons", identifier=f"orcid:{person['id']}")
    assert [row["id"] for row in found] == [person["id"]]


async def test_a_channel_ends_after_it_begins(members: Api, person: dict[str, Any]) -> None:
    channel = {"kind": "phone", "value": "0851 8555 0123", "valid_from": "2026-02-01", "valid_to": "2026-01-31"}
    for field in ("channels", "private_channels"):
        reply = await members.patch(f"/v1/persons/{person['id']}", {field: [channel]})
        assert_problem(reply, Contradiction, pointer=f"/{field}/0/valid_to")
