"""Reads: what is shown, to whom, by how many statements."""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from pydantic import TypeAdapter
from sqlalchemy import text

from services.contracts.base import Page
from services.kit import statement
from services.kit.errors import Forbidden, Invalid, InvalidCursor
from tests.kit.sample import a_book
from tests.kit.toy.books import books
from tests.kit.toy.contract import Book
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$"


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is executed meanwhile, through any cursor of psycopg."""
    seen: list[str] = []
    original = psycopg.AsyncCursor.execute

    async def execute(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(str(query))
        return await original(self, query, *args, **kwargs)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", execute)
    yield seen
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 1),
        ("sort=author,-pages&fields=names&expand=standing", 1),
        ("q=mountain", 1),
        ("count=true", 2),
        ("q=mountain&count=true&shelf=A", 2),
    ],
)
async def test_a_page_of_any_size_takes_the_same_statements(
    library: Api, monkeypatch: pytest.MonkeyPatch, query: str, expected: int
) -> None:
    for _ in range(12):
        await library.made("/v1/books", a_book())
    for limit in (1, 10):
        await library.get(f"/v1/books?limit={limit}&{query}")  # connections may yet be opened
        with statements(monkeypatch) as seen:
            reply = await library.get(f"/v1/books?limit={limit}&{query}")
        assert (reply.status_code, len(reply.json()["items"])) == (200, limit)
        assert len(seen) == expected, seen


async def test_a_record_takes_one_statement(library: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await library.made("/v1/books", a_book())
    with statements(monkeypatch) as seen:
        await library.get(f"/v1/books/{made['id']}?expand=standing")
    assert len(seen) == 1


async def test_compiled_statements_are_kept_up_to_a_bound(library: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 40
    monkeypatch.setattr(statement, "KEPT_STATEMENTS", most)  # compiling as many as are really kept takes long
    books._statements.clear()
    hot = "/v1/books?fields=shelf&sort=-shelf"
    await library.get(hot)
    kept = next(reversed(books._statements.values()))
    names = list(Book.model_fields)[1:12]
    for n, fields in enumerate(itertools.chain.from_iterable(itertools.combinations(names, k) for k in (2, 3, 4, 5))):
        if n > most + 20:
            break
        await library.get("/v1/books", params={"fields": list(fields), "limit": 1})
        if n % 10 == 0:
            await library.get(hot)
    assert len(books._statements) == most
    assert any(one is kept for one in books._statements.values()), "one in use was thrown out"


async def test_shows_every_field_of_the_contract_and_only_those(library: Api) -> None:
    full = {
        "names": {"zh": "徐霞客遊記", "en": 'Travels "of" Xu\\Xiake'},
        "isbn": "9787101",
        "shelfmark": "K 928",
        "author": "徐霞客 😀",
        "pages": 0,
        "weight": -0.1,
        "published": "1000-01-01",
        "lent_at": "2026-05-29T09:00:00.000001+08:00",
        "borrower": "O'Hara",
        "appraisal": "high",
        "remark": "tab\t, line\nend, <b>&amp;</b>",
        "extra": {"a": [1, 2.5, None, {"b": "ü"}]},
        "organisation_id": str(uuid4()),
    }
    for body in (full, a_book()):
        made = await library.made("/v1/books", body)
        reply = await library.get(f"/v1/books/{made['id']}?expand=standing")
        assert set(reply.json()) == set(Book.model_fields)
        assert Book.model_validate_json(reply.content, extra="forbid").model_fields_set == set(Book.model_fields)
        for name, value in body.items():
            shown = reply.json()[name]
            assert shown == value or name == "lent_at", name
        assert reply.json()["standing"] == {"name": "A"}
    listed = await library.get("/v1/books", params={"isbn": "9787101", "expand": "standing"})
    page = TypeAdapter(Page[Book]).validate_json(listed.content, extra="forbid")
    assert page.items[0].lent_at == datetime(2026, 5, 29, 1, 0, 0, 1, UTC)


@pytest.mark.parametrize(
    "moment",
    [
        "1000-01-01T00:00:00Z",
        "1582-10-15T00:00:00Z",
        "1900-01-01T00:00:00+08:05",
        "1969-12-31T23:59:59.999999Z",
        "2026-03-29T02:30:00+01:00",
        "2999-12-31T23:59:59.999999Z",
    ],
)
async def test_instants_are_rfc_3339_in_utc(library: Api, moment: str) -> None:
    shown = (await library.made("/v1/books", a_book(lent_at=moment)))["lent_at"]
    assert re.match(INSTANT, shown), shown
    assert datetime.fromisoformat(shown) == datetime.fromisoformat(moment)
    assert datetime.fromisoformat(shown).utcoffset() == timedelta(0)


async def test_a_guarded_field_is_not_in_the_record_without_its_scope(library: Api, signer: Signer) -> None:
    made = await library.made("/v1/books", a_book(appraisal="priceless"))
    clerk = library.as_(signer.staff("members:read", "members:write"))
    address = f"/v1/books/{made['id']}"
    replies = [
        await clerk.get(address),
        await clerk.get(f"{address}?fields=appraisal"),
        await clerk.get("/v1/books"),
        await clerk.get("/v1/books?fields=appraisal"),
        await clerk.patch(address, {"pages": 1}),
        await clerk.post("/v1/books", a_book(appraisal="priceless")),
    ]
    for reply in replies:
        assert reply.status_code in (200, 201)
        assert "appraisal" not in reply.text
        assert "priceless" not in reply.text
    assert (await library.get(f"{address}?fields=appraisal")).json()["appraisal"] == "priceless"


@pytest.mark.parametrize(
    "query", ["appraisal=priceless", "sort=appraisal", "sort=-name,-appraisal", "count=true&appraisal=x"]
)
async def test_nobody_filters_or_sorts_by_what_is_hidden(library: Api, signer: Signer, query: str) -> None:
    clerk = library.as_(signer.staff("members:read"))
    body = assert_problem(await clerk.get(f"/v1/books?{query}"), Forbidden)
    # What no page gave out is told first: it is malformed for anybody.
    assert_problem(await clerk.get(f"/v1/books?{query}&cursor=%C3%A9"), InvalidCursor)
    assert "liaison:confidential" in body["detail"]
    assert (await library.get(f"/v1/books?{query}")).status_code == 200


async def test_a_cursor_of_one_caller_shows_another_nothing_more(library: Api, signer: Signer) -> None:
    mine = uuid4()
    for _ in range(2):
        await library.made("/v1/books", a_book(organisation_id=str(mine)))
    cursor = (await library.get("/v1/books?limit=1&sort=-id")).json()["next_cursor"]
    partner = library.as_(signer.partner(mine, "members:read"))
    found = (await partner.get(f"/v1/books?limit=200&sort=-id&cursor={cursor}")).json()["items"]
    assert {book["organisation_id"] for book in found} == {str(mine)}


async def test_rows_of_others_are_not_there(library: Api, signer: Signer) -> None:
    mine, theirs = uuid4(), uuid4()
    own = await library.made("/v1/books", a_book(organisation_id=str(mine), names={"en": "Shared title"}))
    other = await library.made("/v1/books", a_book(organisation_id=str(theirs), names={"en": "Shared title"}))
    nobodys = await library.made("/v1/books", a_book(names={"en": "Shared title"}))
    partner = library.as_(signer.partner(mine))
    for query in ("", "q=shared", f"organisation_id={theirs}&organisation_id={mine}"):
        reply = await partner.get(f"/v1/books?count=true&{query}")
        assert ([book["id"] for book in reply.json()["items"]], reply.json()["total"]) == ([own["id"]], 1)
    for book in (other, nobodys):
        address = f"/v1/books/{book['id']}"
        assert (await partner.get(address)).status_code == 404
        assert (await partner.patch(address, {"pages": 1}, if_match="*")).status_code == 404
        assert (await partner.delete(address, if_match="*")).status_code == 404
    unbound = library.as_(signer.token("key:unbound", "partner", ["members:read"]))
    assert await unbound.items("/v1/books") == []


async def test_embeds_what_is_asked_for(library: Api) -> None:
    made = await library.made("/v1/books", a_book())
    address = f"/v1/books/{made['id']}"
    assert "standing" not in (await library.get(address)).json()
    twice = await library.get(f"{address}?expand=standing&expand=standing")
    assert twice.json()["standing"] == {"name": "A"}
    by_comma = await library.get(f"{address}?fields=pages,names&expand=standing")
    assert set(by_comma.json()) == {"id", "pages", "names", "standing"}
    narrow = await library.get("/v1/books?fields=pages&fields=pages&expand=standing&expand=standing&limit=1")
    assert list(narrow.json()["items"][0]) == ["id", "pages", "standing"]
    assert_problem(await library.get(f"{address}?expand=author"), Invalid, pointer="expand")
    assert_problem(await library.get("/v1/books?fields=standing"), Invalid, pointer="fields")
    assert_problem(await library.get("/v1/books?fields="), Invalid, pointer="fields")


async def test_counts_what_matches_not_what_is_shown(library: Api) -> None:
    organisation = str(uuid4())
    for shelf in "AAB":
        await library.made("/v1/books", a_book(organisation_id=organisation, shelf=shelf))
    reply = await library.get(f"/v1/books?organisation_id={organisation}&shelf=A&count=true&limit=1")
    assert (reply.json()["total"], len(reply.json()["items"])) == (2, 1)
    last = await library.get(f"/v1/books?organisation_id={uuid4()}&count=true")
    assert last.json() == {"items": [], "next_cursor": None, "total": 0}


async def test_a_cursor_is_good_for_its_list_only(library: Api) -> None:
    for _ in range(3):
        await library.made("/v1/books", a_book())
    cursor = (await library.get("/v1/books?limit=1&shelf=A&sort=name")).json()["next_cursor"]
    same = f"shelf=A&sort=name&cursor={cursor}"
    assert (await library.get(f"/v1/books?{same}&limit=2&fields=names&count=true")).status_code == 200
    flipped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    others = [
        f"sort=name&cursor={cursor}",
        f"shelf=A&cursor={cursor}",
        f"shelf=A&sort=-name&cursor={cursor}",
        f"shelf=B&sort=name&cursor={cursor}",
        f"shelf=A&shelf=B&sort=name&cursor={cursor}",
        f"shelf=A&sort=name&q=a&cursor={cursor}",
        f"shelf=A&sort=name&cursor={flipped}",
        f"shelf=A&sort=name&cursor={cursor}AAAA",
        f"shelf=A&sort=name&cursor={cursor[4:]}",
        "shelf=A&sort=name&cursor=%00",
        "shelf=A&sort=name&cursor=%C3%A9",
        "shelf=A&sort=name&cursor=====",
    ]
    for query in others:
        reply = await library.get(f"/v1/books?{query}")
        assert reply.status_code in (400, 422), query
        if "%00" not in query:
            assert_problem(reply, InvalidCursor)
    feed = (await library.get("/v1/members/changes?limit=1")).json()["next_cursor"]
    assert_problem(await library.get(f"/v1/books?cursor={feed}"), InvalidCursor)


async def test_a_cursor_after_the_longest_keys_is_taken(library: Api) -> None:
    long = "何" * 300
    organisation = str(uuid4())
    for _ in range(3):
        await library.made(
            "/v1/books", a_book(names={"zh": long}, author=long, appraisal=long, organisation_id=organisation)
        )
    found = await library.items("/v1/books", organisation_id=organisation, sort="author,appraisal,-name", limit=1)
    assert len({book["id"] for book in found}) == 3


async def test_ranges_and_lists_of_values_filter(library: Api) -> None:
    organisation = str(uuid4())
    made = [
        (await library.made("/v1/books", a_book(organisation_id=organisation, lent_at=f"2026-05-{day}T00:00:00Z")))[
            "id"
        ]
        for day in (27, 28, 29)
    ]
    await library.made("/v1/books", a_book(organisation_id=organisation))
    own = f"/v1/books?organisation_id={organisation}"
    for query, expected in [
        ("lent_at.gte=2026-05-28T00:00:00Z", made[1:]),
        ("lent_at.gt=2026-05-28T00:00:00Z", made[2:]),
        ("lent_at.lt=2026-05-28T00:00:00Z", made[:1]),
        ("lent_at.lte=2026-05-28T08:00:00%2B08:00", made[:2]),
        ("lent_at.gte=2026-05-28T00:00:00Z&lent_at.lt=2026-05-29T00:00:00Z", made[1:2]),
        ("shelf=A&shelf=B&lent_at.gte=1000-01-01T00:00:00Z", made),
        ("shelf=B", []),
    ]:
        assert [book["id"] for book in (await library.get(f"{own}&{query}")).json()["items"]] == expected, query
    for bad in ("lent_at.gte=yesterday", "lent_at.gte=2026-05-28", "lent_at=2026-05-28T00:00:00Z", "isbn=x"):
        assert_problem(await library.get(f"{own}&{bad}"), Invalid, pointer=bad.partition("=")[0])


async def test_reads_cannot_write(library: Api) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await library.runtime.read("DELETE FROM book", [])


async def test_a_statement_that_takes_too_long_is_ended(start: Any) -> None:
    async with start(statement_timeout_ms=200) as library:
        with pytest.raises(psycopg.errors.QueryCanceled):
            await library.runtime.read("SELECT pg_sleep(5)", [])
        async with library.runtime.database.sessions() as session:
            with pytest.raises(Exception, match="statement timeout"):
                await session.execute(text("SELECT pg_sleep(5)"))


async def test_sorting_by_relevance_without_a_search_does_no_harm(library: Api) -> None:
    for sort in ("relevance", "-relevance,name"):
        reply = await library.get(f"/v1/books?limit=1&sort={sort}")
        assert reply.status_code in (200, 422)
