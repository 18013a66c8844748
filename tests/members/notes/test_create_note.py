"""Writing notes."""

from typing import Any
from uuid import uuid4

import pytest
from pydantic import MISSING

from services.contracts.members.note import Note
from services.kit.errors import Forbidden, Invalid, NotFound
from services.members.features.organisations.actions import MergedAway
from tests.factories.members import a_merge, a_note, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

EXPANDED = ("organisation", "person")
TEXT = "希望上午联系。\n\t“Ring, don't write” — 100 % < 3 & > 2"


def about_person(person: dict[str, Any]) -> dict[str, Any]:
    return {"about": {"resource": "person", "id": person["id"]}}


async def test_answers_with_the_note_and_its_author(members: Api, organisation: dict[str, Any], signer: Signer) -> None:
    li = f"user:{uuid4()}"
    scopes = ["members:read", "notes:read", "notes:write"]
    caller = members.as_(signer.token(li, "staff", scopes, name="Li Shan"))
    reply = await caller.post("/v1/notes", a_note(organisation["id"], text=TEXT, pinned=True))
    assert reply.status_code == 201, reply.text
    made = exactly(Note, reply.content, without=EXPANDED)
    assert (made.text, made.pinned, made.author.subject, made.author.name) == (TEXT, True, li, "Li Shan")
    assert (made.about.resource, str(made.about.id)) == ("organisation", organisation["id"])
    read = exactly(Note, (await members.get(f"/v1/notes/{made.id}?expand=organisation&expand=person")).content)
    assert read.organisation not in (MISSING, None)
    assert read.person is None


async def test_is_about_a_person_too(members: Api, person: dict[str, Any]) -> None:
    made = await members.made("/v1/notes", {"text": "Speaks Nepali.", **about_person(person)})
    read = exactly(Note, (await members.get(f"/v1/notes/{made['id']}?expand=person&expand=organisation")).content)
    assert read.person not in (MISSING, None)
    assert read.organisation is None


@pytest.mark.parametrize("text", ["", None, "a\0b", "x" * 20_001, 5])
async def test_refuses_what_is_no_text(members: Api, organisation: dict[str, Any], text: Any) -> None:
    assert_problem(await members.post("/v1/notes", a_note(organisation["id"], text=text)), Invalid, pointer="/text")


async def test_refuses_records_that_are_not_there(members: Api) -> None:
    for resource in ("organisation", "person"):
        note = {"about": {"resource": resource, "id": str(uuid4())}, "text": "x"}
        assert_problem(await members.post("/v1/notes", note), NotFound)


async def test_refuses_an_organisation_that_was_merged_away(members: Api, organisation: dict[str, Any]) -> None:
    loser = await members.made("/v1/organisations", an_organisation())
    merge = a_merge(organisation["id"], loser["id"])
    assert (await members.post("/v1/merges", merge)).status_code == 201
    assert_problem(await members.post("/v1/notes", a_note(loser["id"])), MergedAway)


async def test_needs_the_scope_that_reads_the_record(
    members: Api, organisation: dict[str, Any], person: dict[str, Any], signer: Signer
) -> None:
    events_only = members.as_(signer.staff("notes:write", "notes:read", "persons:read"))
    assert_problem(await events_only.post("/v1/notes", a_note(organisation["id"])), Forbidden)
    assert (await events_only.post("/v1/notes", {"text": "x", **about_person(person)})).status_code == 201


async def test_no_partner_writes_or_reads_any(members: Api, organisation: dict[str, Any], signer: Signer) -> None:
    made = await members.made("/v1/notes", a_note(organisation["id"]))
    partner = members.as_(signer.partner(organisation["id"]))
    assert_problem(await partner.post("/v1/notes", a_note(organisation["id"])), Forbidden)
    assert (await partner.post("/v1/notes/bulk", {"items": [a_note(organisation["id"])]})).json()["refused"] == 1
    path = f"/v1/notes/{made['id']}"
    for reply in (await partner.get(path), await partner.patch(path, {"pinned": True}, if_match="*")):
        assert_problem(reply, NotFound)
    told = (await partner.get("/v1/notes?q=rating&count=true&facets=author")).json()
    assert (told["items"], told["total"], told["facets"]["author"]["values"]) == ([], 0, [])
    assert await partner.items("/v1/members/changes", resource_id=made["id"]) == []


async def test_the_log_tells_that_there_is_one_not_what_it_says(members: Api, organisation: dict[str, Any]) -> None:
    made = await members.made("/v1/notes", a_note(organisation["id"], text="Confidential remark"))
    changes = await members.items("/v1/members/changes", resource_id=made["id"])
    assert [(change["type"], change["organisation_ids"]) for change in changes] == [
        ("members.note.created", [organisation["id"]])
    ]
    assert "remark" not in str(changes)
    assert changes[0]["after"]["text"] == "…"


async def test_a_reader_of_changes_needs_what_a_reader_of_the_note_needs(
    members: Api, person: dict[str, Any], signer: Signer
) -> None:
    made = await members.made("/v1/notes", {"text": "x", **about_person(person)})
    for scopes, seen in (
        (["changes:read", "notes:read"], 0),
        (["changes:read", "persons:read"], 0),
        (["changes:read", "notes:read", "persons:read"], 1),
    ):
        reader = members.as_(signer.staff(*scopes))
        assert len(await reader.items("/v1/members/changes", resource_id=made["id"])) == seen


async def test_bulk_writes_each_for_itself(members: Api, organisation: dict[str, Any]) -> None:
    items = [a_note(organisation["id"]), a_note(str(uuid4())), a_note(organisation["id"])]
    body = (await members.post("/v1/notes/bulk", {"items": items})).json()
    assert [result["status"] for result in body["results"]] == [201, 404, 201]


async def test_a_trial_run_leaves_nothing(members: Api, organisation: dict[str, Any]) -> None:
    reply = await members.post("/v1/notes?dry_run=true", a_note(organisation["id"]))
    assert (reply.status_code, reply.headers["dry-run"]) == (201, "true")
    assert await members.items("/v1/notes", organisation_id=organisation["id"]) == []
