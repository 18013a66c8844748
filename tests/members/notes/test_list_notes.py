"""Listing notes."""

from typing import Any

import pytest

from services.kit.errors import Forbidden, Invalid
from tests.factories.members import a_note
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def texts(api: Api, **params: Any) -> list[str]:
    return [note["text"] for note in await api.items("/v1/notes", **params)]


async def test_finds_by_what_they_are_about(members: Api, organisation: dict[str, Any], person: dict[str, Any]) -> None:
    await members.made("/v1/notes", a_note(organisation["id"], text="one"))
    await members.made("/v1/notes", {"about": {"resource": "person", "id": person["id"]}, "text": "two"})
    assert await texts(members, organisation_id=organisation["id"]) == ["one"]
    assert await texts(members, person_id=person["id"]) == ["two"]


async def test_those_about_records_one_may_not_read_are_not_there(
    members: Api, organisation: dict[str, Any], person: dict[str, Any], signer: Signer
) -> None:
    await members.made("/v1/notes", a_note(organisation["id"]))
    of_person = await members.made("/v1/notes", {"about": {"resource": "person", "id": person["id"]}, "text": "x"})
    reader = members.as_(signer.staff("notes:read", "members:read"))
    assert await texts(reader, person_id=person["id"]) == []
    assert (await reader.get(f"/v1/notes/{of_person['id']}")).status_code == 404
    counted = (await reader.get("/v1/notes", params={"count": "true", "person_id": person["id"]})).json()
    assert counted["total"] == 0
    assert_problem(await members.as_(signer.staff("members:read")).get("/v1/notes"), Forbidden)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("評級標準", True),
        ("评级", True),
        ("CAFE rules", True),
        ("rules café", True),
        ("rating%", True),
        ("rules missing", False),
        ("%", False),
        ("_", False),
        ("评标", False),
    ],
)
async def test_search_folds_scripts_accents_and_capitals(
    members: Api, organisation: dict[str, Any], q: str, found: bool
) -> None:
    note = await members.made(
        "/v1/notes", a_note(organisation["id"], text="询问评级标准（rating rules）\nMet at the Café.")
    )
    ids = [one["id"] for one in await members.items("/v1/notes", q=q, organisation_id=organisation["id"])]
    assert ids == ([note["id"]] if found else [])


async def test_search_reads_a_long_text_to_its_end(members: Api, organisation: dict[str, Any]) -> None:
    for text in ("贵" * 130 + "州山地" * 60 + "尾", "walk " * 500 + "goal"):
        await members.made("/v1/notes", a_note(organisation["id"], text=text))
    assert len(await members.items("/v1/notes", q="山地尾", organisation_id=organisation["id"])) == 1
    assert len(await members.items("/v1/notes", q="walk goal", organisation_id=organisation["id"])) == 1


async def test_search_is_bounded(members: Api) -> None:
    assert_problem(await members.get("/v1/notes", params={"q": "x" * 201}), Invalid, pointer="q")
    assert_problem(await members.get("/v1/notes", params={"q": ""}), Invalid, pointer="q")


async def test_filters_by_author_pin_and_day(members: Api, organisation: dict[str, Any], signer: Signer) -> None:
    scopes = ["members:read", "notes:read", "notes:write"]
    subject = "user:01976b1e-7c3a-7000-8000-00000000000a"
    author = members.as_(signer.token(subject, "staff", scopes))
    mine = await author.made("/v1/notes", a_note(organisation["id"], text="mine", pinned=True))
    await members.made("/v1/notes", a_note(organisation["id"], text="another's"))
    about = {"organisation_id": organisation["id"]}
    assert await texts(members, author=subject, **about) == ["mine"]
    assert await texts(members, pinned="true", **about) == ["mine"]
    assert await texts(members, pinned="false", **about) == ["another's"]
    assert await texts(members, sort="-pinned,-created_at", **about) == ["mine", "another's"]
    created = {"created_at.lte": mine["created_at"]}
    assert await texts(members, **created, **about) == ["mine"]


async def test_pages_meet_every_note_once_in_each_order(members: Api, organisation: dict[str, Any]) -> None:
    made = {(await members.made("/v1/notes", a_note(organisation["id"], pinned=bool(n % 3))))["id"] for n in range(7)}
    for sort in ("pinned", "-pinned,created_at", "-updated_at", "id"):
        found = await members.items("/v1/notes", organisation_id=organisation["id"], sort=sort, limit=2)
        assert len(found) == len(made)
        assert {note["id"] for note in found} == made
