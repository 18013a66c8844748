"""Changing, handing over, archiving and deleting sites."""

from typing import Any

from services.kit.errors import Contradiction, NotFound, PreconditionFailed
from services.members.features.sites.actions import SiteInUse
from tests.factories.members import a_designation, a_site, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_merges_by_field_and_language(members: Api, organisation: dict[str, Any]) -> None:
    made = await members.made(
        "/v1/sites", a_site(organisation["id"], city="Tongren", coordinates={"lat": 27.9, "lon": 108.7})
    )
    change = {"names": {"en": "New Name"}, "city": None, "coordinates": {"lat": 1.5, "lon": 2}, "tags": ["x"]}
    changed = (await members.patch(f"/v1/sites/{made['id']}", change)).json()
    assert changed["names"] == {"zh": made["names"]["zh"], "en": "New Name"}
    assert (changed["city"], changed["coordinates"], changed["tags"]) == (None, {"lat": 1.5, "lon": 2}, ["x"])
    cleared = (await members.patch(f"/v1/sites/{made['id']}", {"coordinates": None})).json()
    assert cleared["coordinates"] is None
    assert len(await members.items("/v1/sites", q="New Name", organisation_id=organisation["id"])) == 1


async def test_a_change_must_fit_what_is_stored(members: Api, site: dict[str, Any]) -> None:
    reply = await members.patch(f"/v1/sites/{site['id']}", {"subdivision": "NP-P3"})
    assert_problem(reply, Contradiction, pointer="/subdivision")
    reply = await members.patch(f"/v1/sites/{site['id']}", {"names": {"zh": None, "en": None}})
    assert_problem(reply, Contradiction, pointer="/names")


async def test_needs_the_state_that_was_read(members: Api, site: dict[str, Any]) -> None:
    path = f"/v1/sites/{site['id']}"
    tag = (await members.get(path)).headers["etag"]
    assert (await members.patch(path, {"city": "A"}, if_match=tag)).status_code == 200
    assert_problem(await members.patch(path, {"city": "B"}, if_match=tag), PreconditionFailed)


async def test_is_archived_and_brought_back_under_names_of_their_own(members: Api, site: dict[str, Any]) -> None:
    path = f"/v1/sites/{site['id']}"
    for status in ("archived", "active"):
        assert (await members.patch(path, {"status": status})).json()["status"] == status
    changes = await members.items("/v1/members/changes", resource_id=site["id"])
    assert [change["type"].rsplit(".", 1)[-1] for change in changes] == ["created", "archived", "restored"]


async def test_is_handed_over_with_both_told(
    members: Api, site: dict[str, Any], organisation: dict[str, Any], signer: Signer
) -> None:
    other = await members.made("/v1/organisations", an_organisation())
    await members.made("/v1/designations", a_designation(site["id"]))
    path = f"/v1/sites/{site['id']}"
    assert (await members.patch(path, {"organisation_id": other["id"]})).json()["organisation_id"] == other["id"]
    changes = await members.items("/v1/members/changes", resource_id=site["id"])
    assert sorted(changes[-1]["organisation_ids"]) == sorted([organisation["id"], other["id"]])
    former, present = members.as_(signer.partner(organisation["id"])), members.as_(signer.partner(other["id"]))
    assert_problem(await former.get(path), NotFound)
    assert len(await present.items("/v1/designations", site_id=site["id"])) == 1
    nobody = {"organisation_id": site["id"]}
    assert_problem(await members.patch(path, nobody), NotFound)


async def test_is_deleted_while_nothing_refers_to_it(members: Api, site: dict[str, Any]) -> None:
    path = f"/v1/sites/{site['id']}"
    rating = await members.made("/v1/designations", a_designation(site["id"]))
    assert_problem(await members.delete(path), SiteInUse)
    assert (await members.delete(f"/v1/designations/{rating['id']}")).status_code == 204
    assert (await members.delete(path)).status_code == 204
    assert_problem(await members.get(path), NotFound)
