"""Merging: notes, documents and sites go to the winner."""

from typing import Any

from services.members.features.organisations.actions import OrganisationInUse
from services.members.features.persons.actions import PersonInUse
from tests.factories.members import a_designation, a_document, a_merge, a_note, a_site, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_moves_with_a_change_for_each(members: Api, organisation: dict[str, Any], signer: Signer) -> None:
    loser = await members.made("/v1/organisations", an_organisation())
    note = await members.made("/v1/notes", a_note(loser["id"]))
    document = await members.made("/v1/documents", a_document(loser["id"], shared=True))
    hidden = await members.made("/v1/documents", a_document(loser["id"], sensitive=True))
    site = await members.made("/v1/sites", a_site(loser["id"]))
    await members.made("/v1/designations", a_designation(site["id"]))
    merge = a_merge(organisation["id"], loser["id"])
    assert (await members.post("/v1/merges", merge)).status_code == 201
    for path, made in (("notes", [note]), ("documents", [document, hidden]), ("sites", [site])):
        found = await members.items(f"/v1/{path}", organisation_id=organisation["id"])
        assert [one["id"] for one in found] == [one["id"] for one in made]
    partner = members.as_(signer.partner(organisation["id"]))
    assert len(await partner.items("/v1/designations")) == 1
    assert [one["id"] for one in await partner.items("/v1/documents")] == [document["id"]]
    for one, scopes in ((note, {"notes:read"}), (hidden, {"documents:read", "persons:sensitive"})):
        change = (await members.items("/v1/members/changes", resource_id=one["id"]))[-1]
        assert sorted(change["organisation_ids"]) == sorted([organisation["id"], loser["id"]])
        without = members.as_(signer.staff(*({"changes:read", "members:read"} | scopes) - {max(scopes)}))
        assert len(await without.items("/v1/members/changes", resource_id=one["id"])) == 0


async def test_what_has_them_is_not_deleted(members: Api, organisation: dict[str, Any], person: dict[str, Any]) -> None:
    about = {"resource": "person", "id": person["id"]}
    for path, new in (("notes", a_note("", about=about)), ("documents", a_document("", about=about))):
        made = await members.made(f"/v1/{path}", new)
        assert_problem(await members.delete(f"/v1/persons/{person['id']}"), PersonInUse)
        await members.delete(f"/v1/{path}/{made['id']}")
    assert (await members.delete(f"/v1/persons/{person['id']}")).status_code == 204
    for path, new in (
        ("notes", a_note(organisation["id"])),
        ("documents", a_document(organisation["id"])),
        ("sites", a_site(organisation["id"])),
    ):
        made = await members.made(f"/v1/{path}", new)
        assert_problem(await members.delete(f"/v1/organisations/{organisation['id']}"), OrganisationInUse)
        await members.delete(f"/v1/{path}/{made['id']}")
    assert (await members.delete(f"/v1/organisations/{organisation['id']}")).status_code == 204
