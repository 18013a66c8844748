"""Importing organisations."""

from uuid import uuid4

from services.contracts.members.imports import Import
from tests.members.imports.sending import held, imported, post_file, problems, rows_of
from tests.wire.api import Api

HEADER = "编号,单位名称,英文名称,国家,类型,电话,邮箱,网址\n"


def mark() -> str:
    return uuid4().hex[:12]


async def test_makes_a_record_of_each_row(members: Api) -> None:
    m = mark()
    content = (
        HEADER + f"{m}1,黄山旅游局,Huangshan Tourism Bureau,中国,政府机构,0559-2318000,mailto:a@hs.example.org,"
        "www.hs.example.org\n"
        f"{m}2,,Nepal Tourism Board,Nepal,旅游局,+977 1 4256909,n@np.example.org；o@np.example.org,\n"
    )
    done = await imported(members, content)
    Import.model_validate(done)
    assert done["state"] == "done", done
    assert (done["counts"]["read"], done["counts"]["created"], done["counts"]["rejected"]) == (2, 2, 0)
    first = await held(members, f"external:{m}1")
    assert first["names"] == {"zh": "黄山旅游局", "en": "Huangshan Tourism Bureau"}
    assert (first["kind"], first["country"]) == ("government_body", "CN")
    assert first["phones"][0]["number"] == "+865592318000"
    assert (first["emails"], first["website"]) == (["a@hs.example.org"], "https://www.hs.example.org")
    second = await held(members, f"external:{m}2")
    assert second["emails"] == ["n@np.example.org", "o@np.example.org"]
    rows = await rows_of(members, done["id"], outcome="created")
    assert [(row["number"], row["record_id"]) for row in rows] == [(2, first["id"]), (3, second["id"])]


async def test_answers_at_once_and_reads_later(members: Api) -> None:
    reply = await post_file(members, b"name\nSomewhere Inn\n")
    assert (reply.status_code, reply.json()["state"]) == (201, "reading")
    assert reply.headers["location"] == f"/v1/imports/{reply.json()['id']}"


async def test_tells_why_a_row_is_rejected(members: Api) -> None:
    done = await imported(members, f"编号,单位名称,国家\n{mark()},N.A.,中国\n{mark()},好客酒店,中国\n")
    assert (done["counts"]["created"], done["counts"]["rejected"], done["counts"]["valid"]) == (1, 1, 1)
    (row,) = await rows_of(members, done["id"], outcome="rejected")
    assert row["number"] == 2
    assert [(one["code"], one["column"]) for one in row["problems"]] == [("no_name", "单位名称")]


async def test_leaves_out_what_cannot_be_taken_and_tells(members: Api) -> None:
    m = mark()
    done = await imported(members, f"编号,单位名称,国家,邮箱,电话\n{m},远山酒店,苏联,not-an-address,内线 12\n")
    (row,) = await rows_of(members, done["id"], flagged="true")
    assert problems(row) == {"historic_country", "no_email", "phone_as_written"}
    made = await held(members, f"external:{m}")
    assert (made["country"], made["emails"]) == (None, [])
    assert made["phones"] == [{"number": "内线 12", "written": "内线 12", "valid": False}]


async def test_rejects_such_rows_when_asked_to(members: Api) -> None:
    done = await imported(members, f"编号,单位名称,邮箱\n{mark()},远山酒店,nothing\n", on_invalid="reject")
    assert (done["counts"]["created"], done["counts"]["rejected"]) == (0, 1)


async def test_importing_again_changes_what_changed_and_makes_nothing_new(members: Api) -> None:
    m = mark()
    header = "编号,单位名称,城市,邮箱\n"
    await imported(members, header + f"{m}1,甲酒店,贵阳,a@one.example.org\n{m}2,乙酒店,遵义,\n")
    again = await imported(members, header + f"{m}1,甲酒店,安顺,b@one.example.org\n{m}2,乙酒店,,\n")
    counts = again["counts"]
    assert (counts["created"], counts["updated"], counts["matched"]) == (0, 1, 1)
    first = await held(members, f"external:{m}1")
    assert (first["city"], first["emails"]) == ("安顺", ["a@one.example.org", "b@one.example.org"])
    assert (await held(members, f"external:{m}2"))["city"] == "遵义"
    changes = await members.items("/v1/members/changes", resource_id=first["id"])
    assert [change["type"] for change in changes] == ["members.organisation.created", "members.organisation.updated"]


async def test_two_rows_with_one_id_are_told_and_neither_is_taken(members: Api) -> None:
    m = mark()
    done = await imported(members, f"编号,单位名称\n{m},甲\n{mark()},乙\n{m},丙\n")
    assert (done["counts"]["created"], done["counts"]["rejected"]) == (1, 2)
    rows = await rows_of(members, done["id"], outcome="rejected")
    assert [row["number"] for row in rows] == [2, 4]
    assert all(problems(row) == {"repeated_id"} for row in rows)
    assert await members.items("/v1/organisations", identifier=f"external:{m}") == []


async def test_names_of_two_scripts_in_one_cell_are_two_names(members: Api) -> None:
    m = mark()
    done = await imported(members, f"编号,名称\n{m},鄉(xiāng)村旅遊協會 Rural Tourism Association\n")
    made = await held(members, f"external:{m}")
    assert made["names"] == {"zh-Hant": "鄉村旅遊協會", "en": "Rural Tourism Association"}
    assert problems((await rows_of(members, done["id"]))[0]) == {"reading_removed"}


async def test_a_file_of_many_portions_is_taken_whole(members: Api) -> None:
    m = mark()
    lines = "".join(f"{m}-{n},Test Hotel {m} {n},CN\n" for n in range(2_300))
    done = await imported(members, "编号,名称,国家\n" + lines)
    assert (done["state"], done["counts"]["created"]) == ("done", 2_300)
    assert len(await rows_of(members, done["id"], outcome="created", limit=200)) == 2_300


async def test_a_record_that_the_database_refuses_does_not_take_others_with_it(members: Api) -> None:
    """An id that somebody takes between the look-up and the write cannot be had here; a wrong place can."""
    m = mark()
    lines = "".join(f"{m}-{n},Place {n},{'CN' if n != 7 else 'NP'},CN-GZ\n" for n in range(20))
    done = await imported(members, "external id,name,country,subdivision\n" + lines)
    assert done["counts"]["created"] == 20
    (row,) = await rows_of(members, done["id"], flagged="true")
    assert (row["number"], problems(row)) == (9, {"not_in_country"})


async def test_keeps_every_sign_of_values_that_stand_in_lists(members: Api) -> None:
    m = mark()
    tags = ['say "hi"', "back\\slash", "{braces}", "山地 & 湖", "'quoted'"]
    cell = "；".join(tags).replace('"', '""')
    done = await imported(members, f'编号,单位名称,标签\n{m}1,远山酒店,"{cell}"\n{m}2,近山酒店,one\n{m}3,无签酒店,\n')
    assert done["counts"]["created"] == 3, done
    assert (await held(members, f"external:{m}1"))["tags"] == tags
    assert (await held(members, f"external:{m}2"))["tags"] == ["one"]
    assert (await held(members, f"external:{m}3"))["tags"] == []


async def test_nom_is_the_name_of_an_organisation_and_small_numbers_are_no_countries(members: Api) -> None:
    m = uuid4().hex[:10]
    content = f"Nom;Ville;Lits\nOffice du tourisme {m};Annecy;12\nMaison de la montagne {m};Chamonix;36\n"
    done = await imported(members, content)
    assert [one["field"] for one in done["columns"]] == ["names", "city", None]
