"""The rejected rows as a file, to be corrected and sent again."""

from uuid import uuid4

from tests.members.imports.sending import held, imported
from tests.members.imports.test_read_records import a_workbook
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
