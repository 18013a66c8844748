"""Changing and deleting notes."""

from typing import Any
from uuid import uuid4

from services.kit.errors import Forbidden, NotFound, PreconditionFailed, PreconditionRequired
from tests.factories.members import a_note
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

WRITER = ("members:read", "notes:read", "notes:write")


async def test_an_author_changes_and_pins_their_own(members: Api, organisation: dict[str, Any], signer: Signer) -> None:
    author = members.as_(signer.staff(*WRITER))
    made = await author.made("/v1/notes", a_note(organisation["id"]))
    reply = await author.patch(f"/v1/notes/{made['id']}", {"text": "换了一句话", "pinned": True})
    assert (reply.status_code, reply.json()["text"], reply.json()["pinned"]) == (200, "换了一句话", True)
    assert len(await members.items("/v1/notes", q="換了", organisation_id=organisation["id"])) == 1


async def test_a_colleague_needs_the_scope_for_it(members: Api, organisation: dict[str, Any], signer: Signer) -> None:
    made = await members.as_(signer.staff(*WRITER)).made("/v1/notes", a_note(organisation["id"]))
    path = f"/v1/notes/{made['id']}"
    colleague = members.as_(signer.staff(*WRITER))
    assert_problem(await colleague.patch(path, {"text": "x"}), Forbidden)
    assert_problem(await colleague.delete(path), Forbidden)
    administrator = members.as_(signer.staff(*WRITER, "notes:manage"))
    changed = await administrator.patch(path, {"pinned": True})
    assert changed.json()["author"] == made["author"]
    assert (await administrator.delete(path)).status_code == 204
    assert_problem(await members.get(path), NotFound)


async def test_a_note_one_may_not_read_is_not_there_to_change(
    members: Api, person: dict[str, Any], signer: Signer
) -> None:
    made = await members.made("/v1/notes", {"about": {"resource": "person", "id": person["id"]}, "text": "x"})
    stranger = members.as_(signer.staff(*WRITER, "notes:manage"))
    assert_problem(await stranger.patch(f"/v1/notes/{made['id']}", {"text": "y"}, if_match="*"), NotFound)
    assert_problem(await stranger.delete(f"/v1/notes/{made['id']}", if_match="*"), NotFound)


async def test_needs_the_state_that_was_read(members: Api, organisation: dict[str, Any]) -> None:
    made = await members.made("/v1/notes", a_note(organisation["id"]))
    path = f"/v1/notes/{made['id']}"
    tag = (await members.get(path)).headers["etag"]
    assert (await members.patch(path, {"text": "first"}, if_match=tag)).status_code == 200
    assert_problem(await members.patch(path, {"text": "second"}, if_match=tag), PreconditionFailed)
    assert_problem(await members._client.patch(path, json={"text": "third"}), PreconditionRequired)


async def test_the_same_again_is_no_change(members: Api, organisation: dict[str, Any]) -> None:
    made = await members.made("/v1/notes", a_note(organisation["id"], text="the same"))
    reply = await members.patch(f"/v1/notes/{made['id']}", {"text": "the same", "pinned": False})
    assert reply.json()["version"] == made["version"]
    assert len(await members.items("/v1/members/changes", resource_id=made["id"])) == 1


async def test_what_it_is_about_stays(members: Api, organisation: dict[str, Any]) -> None:
    made = await members.made("/v1/notes", a_note(organisation["id"]))
    other = {"about": {"resource": "organisation", "id": str(uuid4())}}
    assert (await members.patch(f"/v1/notes/{made['id']}", other)).status_code == 422
