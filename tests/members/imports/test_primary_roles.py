"""Which of a person's roles is the primary one, as a file says it."""

from typing import Any
from uuid import uuid4

import pytest

from services.members.features.imports.convert.flags import flag_of
from services.members.features.imports.proposal import propose
from services.members.files.columns import Looks
from tests.members.imports.sending import imported, problems, rows_of, worked_off
from tests.wire.api import Api

HEADER = "name,email,company,title,primary role\n"


async def companies(members: Api) -> str:
    """A mark, and companies of that mark by the names of the winds."""
    m = uuid4().hex[:10]
    for wind in ("North", "South", "East"):
        await members.made("/v1/organisations", {"names": {"en": f"{wind} {m}"}, "kind": "association"})
    return m


def rows(m: str, **said: str) -> str:
    """A role of one person in each company, and whether it is the primary one."""
    return HEADER + "".join(f"Ada Lin,{m}@example.org,{wind} {m},Guide,{word}\n" for wind, word in said.items())


async def primaries(members: Api, m: str) -> dict[str, bool]:
    """Company → whether the role there is the primary one."""
    (person,) = await members.items("/v1/persons", email=f"{m}@example.org")
    held = await members.items("/v1/affiliations", person_id=person["id"], expand="organisation")
    return {role["organisation"]["names"]["en"].removesuffix(f" {m}"): role["primary"] for role in held}


async def undo(members: Api, id: str) -> dict[str, Any]:
    assert (await members.post(f"/v1/imports/{id}/undos")).status_code == 200
    return (await worked_off(members, id))["counts"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        *((text, True) for text in ("yes", "Y", "TRUE", "1", "是", "對", "√", "Ｙ", "主要")),
        *((text, False) for text in ("no", "N", "False", "0", "否", "非", "✗")),
        *((text, None) for text in ("x", "×", "-1", "maybe", "2", "是的吧")),
    ],
)
def test_a_cell_says_yes_or_no_or_is_told(text: str, flag: bool | None) -> None:
    assert flag_of(text) is flag


@pytest.mark.parametrize(
    ("heading", "cells", "field"),
    [
        *(
            (heading, ["是", "", "否"], "affiliation.primary")
            for heading in ("主要任职", "是否主要任職", "主職（是/否）")
        ),
        *((heading, ["yes", "no"], "affiliation.primary") for heading in ("Primary", "Is primary?", "Main role")),
        ("affiliation.primary", ["maybe"], "affiliation.primary"),
        ("Primary affiliation", ["World Tourism Alliance", "Guiyang Hotel"], None),
        ("Primary", ["a@example.org", "b@example.org"], "emails"),
    ],
)
def test_a_column_of_yes_and_no_is_proposed(heading: str, cells: list[str], field: str | None) -> None:
    looks = Looks(2)
    for cell in cells:
        looks.add(["Ada Lin", cell])
    assert propose("persons", ["name", heading], looks.told())[1]["field"] == field


async def test_the_file_says_which_role_is_the_primary_one(members: Api) -> None:
    m = await companies(members)
    done = await imported(members, rows(m, North="", South="是", East="否"), resource="persons")
    assert done["columns"][4]["field"] == "affiliation.primary"
    assert (done["counts"]["created"], done["counts"]["flagged"]) == (1, 0)
    assert await primaries(members, m) == {"North": False, "South": True, "East": False}
    again = await imported(members, rows(m, North="", South="1", East="no"), resource="persons")
    assert again["counts"]["matched"] == 3
    assert (await undo(members, done["id"]))["kept"] == 0
    assert await members.items("/v1/persons", email=f"{m}@example.org") == []


async def test_a_role_that_is_held_becomes_the_primary_one_and_back(members: Api) -> None:
    m = await companies(members)
    await imported(members, rows(m, North="yes", South="no"), resource="persons")
    done = await imported(members, rows(m, South="yes", North="no"), resource="persons")
    assert (done["counts"]["updated"], done["counts"]["flagged"]) == (2, 0)
    assert await primaries(members, m) == {"North": False, "South": True}
    assert await undo(members, done["id"]) == {**done["counts"], "undone": 2, "kept": 0}
    assert await primaries(members, m) == {"North": True, "South": False}


async def test_of_two_primary_roles_the_second_is_refused_as_the_api_does(members: Api) -> None:
    m = await companies(members)
    content = rows(m, North="yes", South="true", East="x")
    for dry_run in ("true", "false"):
        done = await imported(members, content, resource="persons", dry_run=dry_run)
        told = [(row["outcome"], problems(row)) for row in await rows_of(members, done["id"])]
        assert told == [("created", set()), ("matched", {"primary_taken"}), ("updated", {"no_flag"})]
    assert await primaries(members, m) == {"North": True, "East": False}
    held = await imported(members, rows(m, South="yes"), resource="persons", on_invalid="reject")
    (row,) = await rows_of(members, held["id"])
    assert (row["outcome"], problems(row)) == ("rejected", {"primary_taken"})


async def test_rows_that_contradict_each_other_are_told(members: Api) -> None:
    m = await companies(members)
    content = rows(m, North="yes") + rows(m, North="no").removeprefix(HEADER)
    done = await imported(members, content, resource="persons")
    assert [problems(row) for row in await rows_of(members, done["id"])] == [{"repeated_role"}, set()]
    strict = await imported(members, content.replace(m, m), resource="persons", on_invalid="reject")
    assert strict["counts"]["rejected"] == 1
    assert await primaries(members, m) == {"North": False}


async def test_a_role_held_twice_is_told_unless_the_row_names_its_first_day(members: Api) -> None:
    m = await companies(members)
    await imported(members, rows(m, South="yes"), resource="persons")
    (person,) = await members.items("/v1/persons", email=f"{m}@example.org")
    (north,) = [one for one in await members.items("/v1/organisations", q=m) if one["names"]["en"].startswith("North")]
    (south,) = await members.items("/v1/affiliations", person_id=person["id"])
    assert (await members.patch(f"/v1/affiliations/{south['id']}", {"primary": False})).status_code == 200
    for first, last in (("2020-01-01", "2020-12-31"), ("2022-01-01", "2022-12-31")):
        role = {"person_id": person["id"], "organisation_id": north["id"], "role": {"en": "Guide"}, "primary": False}
        await members.made("/v1/affiliations", {**role, "starts_on": first, "ends_on": last})
    unclear = await imported(members, rows(m, North="yes"), resource="persons")
    assert [problems(row) for row in await rows_of(members, unclear["id"])] == [{"several_such_roles"}]
    dated = f"name,email,company,title,start date,primary\nAda Lin,{m}@example.org,North {m},Guide,2022-01-01,yes\n"
    done = await imported(members, dated, resource="persons")
    assert done["counts"]["updated"] == 1
    held = await members.items("/v1/affiliations", person_id=person["id"], organisation_id=north["id"])
    assert {role["starts_on"]: role["primary"] for role in held} == {"2020-01-01": False, "2022-01-01": True}
