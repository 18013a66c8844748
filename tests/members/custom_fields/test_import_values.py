"""Cells of a file become values of custom fields, by what the fields are."""

from uuid import uuid4

from tests.members.custom_fields.conftest import Define
from tests.members.imports.sending import held, imported, problems, rows_of
from tests.wire.api import Api


async def test_cells_are_read_by_the_type_of_their_field(members: Api, define: Define) -> None:
    number, day = await define("number"), await define("date")
    choice = await define("choice", choices=[{"value": "gold", "labels": {"zh": "金牌", "en": "Gold tier"}}])
    several = await define(multiple=True)
    m = uuid4().hex[:12]
    head = f"编号,单位名称,custom.{number},custom.{day},custom.{choice},custom.{several}\n"
    rows = f'{m}1,山景酒店,"１,204.5",2024年5月9日,金牌,a；b、a\n{m}2,远山酒店,many,2024-05-09,GOLD TIER,\n'
    done = await imported(members, head + rows)
    assert (done["counts"]["created"], done["counts"]["rejected"]) == (1, 1), done
    made = await held(members, f"external:{m}1")
    assert made["custom"] == {number: 1204.5, day: "2024-05-09", choice: "gold", several: ["a", "b"]}
    (row,) = await rows_of(members, done["id"], outcome="rejected")
    assert row["problems"][0]["field"] == f"custom.{number}"
    assert problems(row)
