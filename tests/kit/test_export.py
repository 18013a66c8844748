"""Exports: the whole list as a file, to those who may, told to the audit log."""

import csv
import io
import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.kit.audit import AuditRow
from services.kit.errors import Forbidden, Invalid, Unauthenticated
from services.kit.export import answering
from tests.kit.sample import a_book
from tests.kit.test_reading import statements
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def exported(api: Api, query: str) -> bytes:
    reply = await api.get(f"/v1/books/export?{query}")
    assert reply.status_code == 200, reply.text
    return reply.content


async def table(api: Api, query: str) -> list[dict[str, str]]:
    content = await exported(api, query)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


async def lines(api: Api, query: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (await exported(api, f"format=jsonl&{query}")).splitlines()]


async def several(library: Api, count: int, **given: Any) -> str:
    """Books of a label of their own."""
    mark = uuid4().hex[:8]
    for n in range(count):
        await library.made("/v1/books", a_book(labels=[mark], pages=n, **given))
    return mark


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "_FIRST_ROWS", 2)
    monkeypatch.setattr(answering, "_MOST_ROWS", 3)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 6, 8, 9])
async def test_holds_every_row_of_the_list_once_and_in_its_order(library: Api, count: int) -> None:
    mark = await several(library, count)
    rows = await lines(library, f"label={mark}&sort=-pages")
    assert rows == await library.items("/v1/books", label=mark, sort="-pages")
    assert [row["pages"] for row in await table(library, f"label={mark}&sort=-pages")] == [
        str(n) for n in reversed(range(count))
    ]


async def test_a_cell_holds_what_the_record_holds(library: Api) -> None:
    mark = uuid4().hex[:8]
    given = a_book(
        names={"zh": "山间小路，第一卷", "en": 'Paths, "volume" one'},
        labels=[mark, "two words"],
        pages=0,
        weight=1.5,
        published="2026-05-29",
        lent_at="2026-05-29T01:02:03.5Z",
        remark="one\r\ntwo\nthree",
        extra={"a": {"b": [1, None]}, "z": True},
    )
    made = await library.made("/v1/books", given)
    (row,) = await table(library, f"label={mark}&expand=standing&time_zone=Asia/Shanghai")
    assert row["id"] == made["id"]
    assert (row["names.zh"], row["names.en"]) == ("山间小路，第一卷", 'Paths, "volume" one')
    assert row["labels"] == f"{mark}; two words"
    assert (row["pages"], row["weight"], row["published"]) == ("0", "1.5", "2026-05-29")
    assert row["lent_at"] == "2026-05-29T09:02:03.500000+08:00"
    assert row["remark"] == "one\r\ntwo\nthree"
    assert (row["extra.a"], row["extra.z"]) == ("b: 1, ", "true")
    assert (row["author"], row["isbn"]) == ("", "")
    assert row["standing.name"] == "A"
    assert list(row)[:3] == ["id", "names.zh", "names.en"]


async def test_lines_end_as_rfc_4180_says(library: Api) -> None:
    mark = await several(library, 2)
    content = await exported(library, f"label={mark}&fields=pages")
    assert content.decode("utf-8-sig").replace("\r\n", "").count("\n") == 0
    assert content.endswith(b"\r\n")
    assert content.count(b"\r\n") == 3


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "'=", "　＝"])
async def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(library: Api, begins: str) -> None:
    mark = await several(library, 1, remark=f"{begins}1+1")
    (row,) = await table(library, f"label={mark}")
    assert row["remark"] == f"'{begins}1+1"
    assert (await lines(library, f"label={mark}"))[0]["remark"] == f"{begins}1+1"


@pytest.mark.parametrize("remark", ["", "1+1", "a=b", "'quoted'", "−", "(=1)"])
async def test_other_texts_stay_as_they_are(library: Api, remark: str) -> None:
    mark = await several(library, 1, remark=remark, weight=-1.5)
    (row,) = await table(library, f"label={mark}")
    assert (row["remark"], row["weight"]) == (remark, "-1.5")


async def test_an_empty_list_is_a_file_with_a_head(library: Api) -> None:
    content = await exported(library, "label=nowhere&fields=names&fields=pages")
    assert content == b"\xef\xbb\xbfid,names,pages\r\n"
    assert await exported(library, "label=nowhere&format=jsonl") == b""


async def test_only_the_fields_asked_for(library: Api) -> None:
    mark = await several(library, 1)
    (row,) = await table(library, f"label={mark}&fields=shelf&fields=names")
    assert list(row) == ["id", "names.en", "shelf"]


async def test_the_file_has_a_name_and_a_type(library: Api) -> None:
    reply = await library.get("/v1/books/export?label=nowhere")
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"].startswith('attachment; filename="books-20')
    assert reply.headers["content-disposition"].endswith('.csv"')


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=5", "limit"),
        ("cursor=x", "cursor"),
        ("count=true", "count"),
        ("facets=shelf", "facets"),
        ("format=pdf", "format"),
        ("format=vcard", "format"),
        ("fields=borrowed", "fields"),
        ("time_zone=Mars", "time_zone"),
        ("shelve=A", "shelve"),
    ],
)
async def test_refuses_what_it_does_not_take(library: Api, query: str, pointer: str) -> None:
    assert_problem(await library.get(f"/v1/books/export?{query}"), Invalid, pointer=pointer)


async def test_needs_the_scope_to_export_and_the_one_to_read(library: Api, signer: Signer) -> None:
    assert_problem(await library.as_(None).get("/v1/books/export"), Unauthenticated)
    reader, exporter = signer.staff("members:read"), signer.staff("records:export")
    assert "records:export" in assert_problem(await library.as_(reader).get("/v1/books/export"), Forbidden)["detail"]
    assert "members:read" in assert_problem(await library.as_(exporter).get("/v1/books/export"), Forbidden)["detail"]


async def test_a_partner_gets_its_own_rows_and_its_fields(library: Api, signer: Signer) -> None:
    mine = uuid4()
    mark = await several(library, 1, organisation_id=str(mine), appraisal="high")
    await library.made("/v1/books", a_book(labels=[mark], organisation_id=str(uuid4())))
    partner = library.as_(signer.partner(mine, "members:read", "records:export"))
    (row,) = await table(partner, f"label={mark}")
    assert (row["organisation_id"], "appraisal" in row) == (str(mine), False)
    assert_problem(await partner.get("/v1/books/export?appraisal=high"), Forbidden)
    assert_problem(await partner.get("/v1/books/export?sort=appraisal"), Forbidden)


async def test_keys_are_found_in_the_rows_of_the_caller_only(library: Api, signer: Signer) -> None:
    mine = uuid4()
    mark = await several(library, 1, organisation_id=str(mine), extra={"open": 1})
    await library.made("/v1/books", a_book(labels=[mark], organisation_id=str(uuid4()), extra={"hidden": 1}))
    partner = library.as_(signer.partner(mine, "members:read", "records:export"))
    (row,) = await table(partner, f"label={mark}")
    assert [name for name in row if name.startswith("extra")] == ["extra.open"]


async def test_rows_left_out_are_counted_by_reason(library: Api, signer: Signer) -> None:
    mine = uuid4()
    mark = await several(library, 2, organisation_id=str(mine))
    await library.made("/v1/books", a_book(labels=[mark], organisation_id=str(mine), shelf="B"))
    lost = await library.made("/v1/books", a_book(labels=[mark], organisation_id=str(mine)))
    await library.patch(f"/v1/books/{lost['id']}", {"state": "lost"})
    reply = await library.get(f"/v1/books/export?format=jsonl&label={mark}")
    assert (len(reply.content.splitlines()), reply.headers["left-out"]) == (3, "withdrawn=1")
    reply = await library.as_(signer.partner(mine)).get(f"/v1/books/export?format=jsonl&label={mark}")
    assert (len(reply.content.splitlines()), reply.headers["left-out"]) == (2, "withdrawn=1, reserved=1")
    assert len(await library.items("/v1/books", label=mark)) == 4


async def test_is_told_to_the_audit_log_without_the_values_asked_by(library: Api, signer: Signer) -> None:
    mark = await several(library, 1)
    clerk = signer.staff("members:read", "records:export")
    reply = await library.as_(clerk).get(f"/v1/books/export?label={mark}&q=mountain&fields=names")
    async with library.runtime.database.transaction() as session:
        row = await session.scalar(select(AuditRow).where(AuditRow.request_id == reply.headers["x-request-id"]))
    assert row is not None
    assert (row.action, row.resource, row.fields) == ("books.exported", "book", ["id", "names"])
    assert row.detail == {"format": "csv", "filters": ["label"], "searched": True, "sort": "id"}


async def test_takes_a_statement_a_chunk(library: Api, monkeypatch: pytest.MonkeyPatch, small_chunks: None) -> None:
    mark = await several(library, 7)
    await exported(library, f"label={mark}&format=jsonl")
    with statements(monkeypatch) as seen:
        await exported(library, f"label={mark}&format=jsonl")
    assert len([one for one in seen if "FROM book" in one]) == 4  # the count of what is left out, too
