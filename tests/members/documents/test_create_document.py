"""Adding documents."""

from typing import Any
from uuid import uuid4

from pydantic import MISSING

from services.contracts.members.document import Document
from services.kit.errors import Contradiction, Forbidden, NotFound
from tests.factories.members import a_document, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

EXPANDED = ("organisation", "person")


def about_person(person: dict[str, Any], **given: Any) -> dict[str, Any]:
    return a_document(person["id"], about={"resource": "person", "id": person["id"]}, **given)


async def test_answers_with_every_field(members: Api, organisation: dict[str, Any]) -> None:
    given = {"language": "zh-Hant", "tags": ["2026", "签署"], "shared": True}
    reply = await members.post("/v1/documents", a_document(organisation["id"], **given))
    assert reply.status_code == 201, reply.text
    made = exactly(Document, reply.content, without=EXPANDED)
    assert (made.language, made.tags, made.shared, made.sensitive) == ("zh-Hant", ["2026", "签署"], True, False)
    assert made.content is None
    read = exactly(Document, (await members.get(f"/v1/documents/{made.id}?expand=organisation&expand=person")).content)
    assert read.organisation not in (MISSING, None)
    assert read.person is None


async def test_needs_a_record_that_is_there(members: Api) -> None:
    for resource in ("organisation", "person"):
        new = a_document("", about={"resource": resource, "id": str(uuid4())})
        assert_problem(await members.post("/v1/documents", new), NotFound)


async def test_shares_only_what_may_be_shared(
    members: Api, organisation: dict[str, Any], person: dict[str, Any]
) -> None:
    for new in (about_person(person, shared=True), a_document(organisation["id"], shared=True, sensitive=True)):
        assert_problem(await members.post("/v1/documents", new), Contradiction, pointer="/shared")


async def test_sensitive_ones_are_there_for_holders_of_the_scope_only(
    members: Api, person: dict[str, Any], signer: Signer
) -> None:
    made = await members.made("/v1/documents", about_person(person, sensitive=True, title={"en": "Passport"}))
    scopes = ("documents:read", "documents:write", "persons:read", "members:read", "changes:read")
    colleague = members.as_(signer.staff(*scopes))
    assert await colleague.items("/v1/documents", person_id=person["id"]) == []
    assert await colleague.items("/v1/documents", q="Passport") == []
    assert await colleague.items("/v1/members/changes", resource_id=made["id"]) == []
    path = f"/v1/documents/{made['id']}"
    for reply in (await colleague.get(path), await colleague.patch(path, {"kind": "other"}, if_match="*")):
        assert_problem(reply, NotFound)
    assert_problem(await colleague.post("/v1/documents", about_person(person, sensitive=True)), Forbidden)
    plain = await colleague.made("/v1/documents", about_person(person))
    assert_problem(await colleague.patch(f"/v1/documents/{plain['id']}", {"sensitive": True}), Forbidden)


async def test_a_partner_reads_what_is_shared_with_it(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    shared = await members.made("/v1/documents", a_document(organisation["id"], shared=True))
    internal = await members.made("/v1/documents", a_document(organisation["id"]))
    other = await members.made("/v1/organisations", an_organisation())
    elsewhere = await members.made("/v1/documents", a_document(other["id"], shared=True))
    partner = members.as_(signer.partner(organisation["id"]))
    assert [one["id"] for one in await partner.items("/v1/documents")] == [shared["id"]]
    for hidden in (internal, elsewhere):
        assert_problem(await partner.get(f"/v1/documents/{hidden['id']}"), NotFound)
    assert_problem(await partner.post("/v1/documents", a_document(organisation["id"])), Forbidden)
    assert_problem(await partner.patch(f"/v1/documents/{shared['id']}", {"kind": "other"}), Forbidden)
    assert_problem(await partner.delete(f"/v1/documents/{shared['id']}"), Forbidden)


async def test_the_log_does_not_keep_the_title(members: Api, organisation: dict[str, Any]) -> None:
    made = await members.made("/v1/documents", a_document(organisation["id"], title={"en": "Complaint of Mr Test"}))
    changes = await members.items("/v1/members/changes", resource_id=made["id"])
    assert "Complaint" not in str(changes)
    assert changes[0]["organisation_ids"] == [organisation["id"]]


async def test_bulk_adds_each_for_itself(members: Api, organisation: dict[str, Any]) -> None:
    items = [a_document(organisation["id"]), a_document(str(uuid4()))]
    body = (await members.post("/v1/documents/bulk", {"items": items})).json()
    assert [result["status"] for result in body["results"]] == [201, 404]
