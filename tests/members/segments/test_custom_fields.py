"""Segments that go by fields an administrator defined."""

from typing import Any

import pytest

from services.kit.errors import Contradiction, Forbidden
from tests.factories.members import a_segment, an_organisation
from tests.members.custom_fields.conftest import a_field
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PATH = "/v1/segments"
FIELDS = "/v1/organisation-custom-fields"


def by(key: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": f"custom.{key}", "op": op, "value": value}


async def test_custom_fields_are_gone_by_like_any_other(members: Api) -> None:
    rooms = (await members.made(FIELDS, a_field("number")))["key"]
    made = [
        (await members.made("/v1/organisations", an_organisation(custom={rooms: number})))["id"]
        for number in (80, 120, 200)
    ]
    for definition, expected in (
        (by(rooms, "gte", 120), made[1:]),
        (by(rooms, "is", 80), made[:1]),
        (by(rooms, "any_of", [80, 200]), [made[0], made[2]]),
        ({"all": [by(rooms, "gt", 80), {"not": by(rooms, "is", 200)}]}, [made[1]]),
    ):
        segment = await members.made(PATH, a_segment(definition))
        found = await members.items(f"{PATH}/{segment['id']}/members", **{f"custom.{rooms}.gte": "1"})
        assert [row["id"] for row in found] == expected, definition


@pytest.mark.parametrize(("op", "value", "pointer"), [("gte", "many", "value"), ("is", ["1"], "value")])
async def test_points_at_what_a_custom_field_does_not_take(members: Api, op: str, value: Any, pointer: str) -> None:
    rooms = (await members.made(FIELDS, a_field("number")))["key"]
    reply = await members.post(PATH, a_segment(by(rooms, op, value)))
    assert_problem(reply, Contradiction, pointer=f"/definition/{pointer}")
    text = (await members.made(FIELDS, a_field("text")))["key"]
    for unknown in (by("no_such_field", "is", "1"), by(text, "gte", "1"), by(rooms, "is", "1") | {"field": "custom."}):
        assert_problem(await members.post(PATH, a_segment(unknown)), Contradiction, pointer="/definition/field")


async def test_a_sensitive_one_needs_the_scope_of_writer_and_reader(members: Api, signer: Signer) -> None:
    key = (await members.made(FIELDS, a_field("text", sensitive=True)))["key"]
    made = await members.made("/v1/organisations", an_organisation(custom={key: "gold"}))
    segment = await members.made(PATH, a_segment(by(key, "is", "gold")))
    without = members.as_(signer.staff("members:read", "members:write"))
    path = f"{PATH}/{segment['id']}/members"
    for reply in (await without.get(path), await without.post(PATH, a_segment(by(key, "is", "gold")))):
        assert "persons:sensitive" in assert_problem(reply, Forbidden)["detail"]
    assert [row["id"] for row in await members.items(path, purpose="record_keeping")] == [made["id"]]
