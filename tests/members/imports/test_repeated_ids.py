"""Rows of one file that name one record: none of them overwrites another."""

from typing import Any
from uuid import uuid4

from tests.members.imports.sending import held, imported, problems, rows_of
from tests.wire.api import Api


async def outcomes(members: Api, done: dict[str, Any]) -> list[tuple[str, set[str]]]:
    return [(row["outcome"], problems(row)) for row in await rows_of(members, done["id"])]


REPEATED = ("rejected", {"repeated_id"})


async def test_ids_in_one_column_with_their_scheme_are_compared(members: Api) -> None:
    m = uuid4().hex[:10]
    done = await imported(members, f"name,identifiers\nA inn,external:{m}\nB inn,wikidata:Q{m}；external:{m}\n")
    assert await outcomes(members, done) == [REPEATED, REPEATED]
    assert await members.items("/v1/organisations", identifier=f"external:{m}") == []


async def test_an_id_of_ours_and_one_that_others_gave_may_name_one_record(members: Api) -> None:
    m = uuid4().hex[:10]
    await imported(members, f"name,identifiers\nAlpine inn,external:{m}；legacy:{m}\n")
    record = await held(members, f"external:{m}")
    text = f"id,identifiers,name,city\n{record['id']},,Alpine inn,Guiyang\n,legacy:{m},Alpine inn,Kaili\n,,C inn {m},\n"
    done = await imported(members, text)
    assert await outcomes(members, done) == [REPEATED, REPEATED, ("created", set())]
    text = f"identifiers,name,city\nexternal:{m},Alpine inn,Guiyang\nlegacy:{m},Alpine inn,Kaili\n"
    assert await outcomes(members, await imported(members, text)) == [REPEATED, REPEATED]
    assert (await held(members, f"external:{m}"))["city"] is None


async def test_an_organisation_that_was_merged_is_the_one_it_was_merged_into(members: Api) -> None:
    m = uuid4().hex[:10]
    await imported(members, f"name,identifiers\nAlpine inn,external:{m}1\nAlpine inn,external:{m}2\n")
    winner, loser = await held(members, f"external:{m}1"), await held(members, f"external:{m}2")
    merge = {"resource": "organisations", "winner_id": winner["id"], "loser_id": loser["id"]}
    await members.made("/v1/merges", merge)
    text = f"id,identifiers,name,city\n{loser['id']},,Alpine inn,Guiyang\n,external:{m}1,Alpine inn,Kaili\n"
    assert await outcomes(members, await imported(members, text)) == [REPEATED, REPEATED]


async def test_two_ids_of_one_person_are_compared(members: Api) -> None:
    m = uuid4().hex[:10]
    await imported(members, f"姓名,identifiers\n林晓山,external:{m}；legacy:{m}\n", resource="persons")
    text = f"姓名,identifiers,地址\n林晓山,external:{m},A\n林晓山,legacy:{m},B\n"
    assert await outcomes(members, await imported(members, text, resource="persons")) == [REPEATED, REPEATED]


async def test_rows_far_apart_are_compared(members: Api) -> None:
    m = uuid4().hex[:10]
    between = "".join(f"Inn {m} {n},\n" for n in range(1_100))
    done = await imported(members, f"name,identifiers\nA inn,external:{m}\n{between}B inn,external:{m}\n")
    assert (done["counts"]["created"], done["counts"]["rejected"]) == (1_100, 2)


async def test_an_identifier_of_the_scheme_id_is_one_like_others(members: Api) -> None:
    m = uuid4().hex[:10]
    done = await imported(members, f"name,identifiers\nA inn,id:{m}\nB inn,id:{m}\nC inn,id:{m}c\n")
    assert await outcomes(members, done) == [REPEATED, REPEATED, ("created", set())]
