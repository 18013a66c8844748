"""The rejected rows as a file, to be corrected and sent again."""

from io import BytesIO
from uuid import uuid4

from python_calamine import CalamineWorkbook

from tests.members.imports.sending import held, imported, rows_of
from tests.members.imports.test_read_records import Cell, a_workbook
from tests.wire.api import Api


async def test_come_in_the_layout_of_the_file_with_a_reason(members: Api) -> None:
    m = uuid4().hex[:10]
    content = f"编号;单位名称;公式\n{m}1;甲酒店;x\n{m}2;;=1+1\n".encode("gb18030")
    done = await imported(members, content, filename="会员.csv")
    reply = await members.get(f"/v1/imports/{done['id']}/rejected-rows")
    assert reply.status_code == 200
    assert reply.headers["content-disposition"].endswith("%E4%BC%9A%E5%91%98-rejected.csv")
    lines = reply.content.decode("gb18030").splitlines()
    assert lines == ["编号;单位名称;公式;reason", f"{m}2;;'=1+1;单位名称: The row has no name."]


async def test_corrected_they_are_taken(members: Api) -> None:
    m = uuid4().hex[:10]
    done = await imported(members, f"编号,单位名称\n{m},\n")
    again = (await members.get(f"/v1/imports/{done['id']}/rejected-rows")).content.decode("utf-8-sig")
    corrected = await imported(members, again.replace(f"{m},,", f"{m},补名酒店,"))
    assert corrected["counts"]["created"] == 1
    assert (await held(members, f"external:{m}"))["names"] == {"zh": "补名酒店"}


async def test_of_a_workbook_they_are_a_workbook(members: Api) -> None:
    m = uuid4().hex[:10]
    book = a_workbook({"会员": [["编号", "单位名称"], [f"{m}1", "甲酒店"], [f"{m}2", None]]})
    done = await imported(members, book, filename="会员.xlsx")
    assert (done["file"]["format"], done["counts"]["created"], done["counts"]["rejected"]) == ("xlsx", 1, 1)
    reply = await members.get(f"/v1/imports/{done['id']}/rejected-rows")
    assert reply.content.startswith(b"PK")
    again = await imported(members, reply.content, filename="again.xlsx", dry_run="true")
    assert [column["column"] for column in again["columns"]] == ["编号", "单位名称", "reason"]
    assert again["counts"]["rejected"] == 1


async def test_of_json_and_vcards_they_are_such(members: Api) -> None:
    done = await imported(members, '[{"name": "A"}, {"name": "", "x": [1]}]', filename="list.json")
    (record,) = (await members.get(f"/v1/imports/{done['id']}/rejected-rows")).json()
    assert record == {"name": "", "x": [1], "reason": "name: The row has no name."}
    card = "BEGIN:VCARD\nVERSION:3.0\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nFN:Ada\nEND:VCARD\n"
    done = await imported(members, card, resource="persons", filename="list.vcf")
    assert done["counts"]["created"] == 1
    text = (await members.get(f"/v1/imports/{done['id']}/rejected-rows")).text
    assert text.startswith("BEGIN:VCARD\r\nVERSION:3.0\r\nTEL:1\r\nX-REASON:")


async def rejected(members: Api, content: bytes | str, **query: str) -> bytes:
    done = await imported(members, content, dry_run="true", **query)
    reply = await members.get(f"/v1/imports/{done['id']}/rejected-rows")
    assert reply.status_code == 200, reply.text
    return reply.content


async def test_headings_stay_as_they_are_and_reasons_have_one_column(members: Api) -> None:
    content = "单位名称 ,备注,,备注\n,a,b,c\n,d,e,f,g\n甲酒店,,,\n"
    first = await rejected(members, content)
    why = " The row has no name."
    lines = first.decode("utf-8-sig").splitlines()
    assert lines[0] == "单位名称 ,备注,,备注,reason"
    assert lines[1] == f",a,b,c,单位名称:{why}"
    assert lines[2].startswith(",d,e,f,g,The row has more cells")
    second = await rejected(members, first)
    assert second.decode("utf-8-sig").splitlines()[:2] == lines[:2]
    assert await rejected(members, second) == second


async def test_a_reason_of_the_file_itself_stays(members: Api) -> None:
    lines = (await rejected(members, "name,reason,city\n,Founder,Kaili\n")).decode("utf-8-sig").splitlines()
    assert lines == ["name,reason,city,reason", ",Founder,Kaili,name: The row has no name."]


async def test_so_they_do_in_workbooks_and_cards(members: Api) -> None:
    book = a_workbook({"S": [["单位名称", "备注", None, "备注"], [None, "a", "b", "c"], ["甲酒店", None, None, None]]})
    content = await rejected(members, await rejected(members, book, filename="a.xlsx"), filename="b.xlsx")
    (sheet,) = [CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()]
    assert sheet == [
        ["单位名称", "备注", "", "备注", "reason"],
        ["", "a", "b", "c", "单位名称: The row has no name."],
    ]
    card = "BEGIN:VCARD\nVERSION:3.0\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nFN:Ada\nEND:VCARD\n"
    query = {"resource": "persons", "filename": "a.vcf"}
    once = await rejected(members, card, **query)
    twice = await rejected(members, once + card.encode(), **query)
    assert (once.count(b"X-REASON"), twice) == (1, once + once)


async def test_of_a_file_without_headings_they_have_none_and_come_back_as_such(members: Api) -> None:
    rows = [
        "甲酒店,a@example.org,贵阳",
        "乙酒店,b@example.org,安顺",
        ",c@example.org,凯里",
        ",,遵义",
        ",x@example.org,y,z",
    ]
    first = (await rejected(members, "\n".join(rows) + "\n")).decode("utf-8-sig").splitlines()
    assert [line.partition(",reason:")[0] for line in first] == rows[2:]
    assert all(line.endswith("The row has no name.") for line in first)

    corrected = [f"丙酒店{first[0]}", f"丁酒店{first[1]}", first[2]]
    done = await imported(members, "\n".join(corrected))
    assert [column["column"] for column in done["columns"]] == ["column 1", "column 2", "column 3", "reason"]
    assert [column["field"] for column in done["columns"]] == ["names", "emails", None, None]
    assert (done["file"]["header_row"], done["counts"]["created"], done["counts"]["rejected"]) == (0, 2, 1)
    reply = await members.get(f"/v1/imports/{done['id']}/rejected-rows")
    assert reply.content.decode("utf-8-sig").splitlines() == first[2:]

    last = await imported(members, f"戊酒店{first[2]}")
    assert (last["file"]["header_row"], last["counts"]["created"]) == (0, 1)
    made = [row["record_id"] for one in (done, last) for row in await rows_of(members, one["id"], outcome="created")]
    found = [(await members.get(f"/v1/organisations/{id}")).json() for id in made]
    assert [(one["names"], one["emails"]) for one in found] == [
        ({"zh": "丙酒店"}, ["c@example.org"]),
        ({"zh": "丁酒店"}, []),
        ({"zh": "戊酒店"}, ["x@example.org"]),
    ]


async def test_the_reasons_may_be_taken_out(members: Api) -> None:
    m = uuid4().hex[:10]
    (line,) = (await rejected(members, f"甲酒店,a@{m}.org\n,b@{m}.org\n")).decode("utf-8-sig").splitlines()
    done = await imported(members, f"乙酒店{m}{line.partition(',reason:')[0]}\n")
    assert ([one["column"] for one in done["columns"]], done["counts"]["created"]) == (["column 1", "column 2"], 1)


async def test_of_a_workbook_without_headings_they_have_none_either(members: Api) -> None:
    book = a_workbook({"S": [["甲酒店", "a@example.org"], ["乙酒店", "b@example.org"], [None, "c@example.org"]]})
    content = await rejected(members, book, filename="a.xlsx")
    rest: list[Cell] = ["c@example.org", "reason: column 1: The row has no name."]
    corrected = a_workbook({"S": [["丙酒店", *rest], [None, *rest]]})
    for came in (content, await rejected(members, corrected, filename="b.xlsx")):
        sheet = CalamineWorkbook.from_filelike(BytesIO(came)).get_sheet_by_index(0)
        assert sheet.to_python(skip_empty_area=False) == [["", *rest]]


async def test_a_remark_that_gives_a_reason_is_one_of_the_file(members: Api) -> None:
    done = await imported(members, "name,remark\nInn,reason: moved\n,reason: none\n", dry_run="true")
    assert [column["column"] for column in done["columns"]] == ["name", "remark"]
