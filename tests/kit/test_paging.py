"""Paging: whatever the sort, and whatever is inserted and deleted meanwhile, every surviving row comes once."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from services.kit.auth import Caller
from services.kit.ids import new_id
from services.kit.paging import Cursors
from tests.kit.toy.books import books
from tests.kit.toy.tables import BookRow
from tests.wire.api import Api

CLERK = Caller("user:clerk", "staff", frozenset({"liaison:confidential"}))
CURSORS = Cursors("of this test")
SORTS = ["name", "shelf", "author", "pages", "weight", "published", "lent_at", "created_at", "appraisal", "id"]

# Few values, so that rows often tie.
names = st.sampled_from(["Alps", "Andes", "阿尔卑斯", "élan", "Zagros", "a b", "O'Hara"])
optional = {
    "author": st.sampled_from([None, "", "Ada", "ada", "Émile", "徐霞客", '"{,}\\']),
    "pages": st.sampled_from([None, 0, 7, 100_000]),
    "weight": st.sampled_from([None, 0.0, -0.1, 0.1, 1 / 3, 1e-300, 1.7976931348623157e308]),
    "published": st.sampled_from([None, date(1, 1, 1), date(2026, 5, 29), date(9999, 12, 31)]),
    "lent_at": st.sampled_from([None, datetime(1, 1, 1, tzinfo=UTC), datetime(2026, 5, 29, 8, 0, 0, 123456, UTC)]),
    "appraisal": st.sampled_from([None, "low", "high"]),
}
rows = st.fixed_dictionaries({"name": names, "shelf": st.sampled_from("AB"), **optional})
sorts = st.lists(
    st.tuples(st.sampled_from(["", "-"]), st.sampled_from(SORTS)).map("".join), min_size=1, max_size=4
).map(",".join)
steps = st.lists(st.one_of(st.just("read"), rows, st.integers(min_value=0, max_value=30)), min_size=1, max_size=12)
MOMENT = datetime(2026, 5, 29, tzinfo=UTC)


def a_row(given: dict[str, Any], n: int) -> BookRow:
    values = dict(given)
    return BookRow(
        id=new_id(),
        names={"en": values.pop("name")},
        sort_name=given["name"],
        created_at=MOMENT + timedelta(microseconds=n % 3),
        extra={},
        **values,
    )


@settings(max_examples=60, deadline=None)
@given(first=st.lists(rows, max_size=20), steps=steps, sort=sorts, limit=st.integers(min_value=1, max_value=7))
async def test_pages_never_skip_or_repeat_a_surviving_row(
    library: Api, first: list[Any], steps: list[Any], sort: str, limit: int
) -> None:
    database = library.runtime.database
    async with database.transaction() as session:
        await session.execute(delete(BookRow))
        alive: list[UUID] = []
        for n, given_row in enumerate(first):
            row = a_row(given_row, n)
            session.add(row)
            alive.append(row.id)
    there_all_along = set(alive)
    later: set[UUID] = set()
    seen: list[UUID] = []
    cursor: str | None = None
    script = [*steps, *["read"] * 200]
    for step in script:
        if step == "read":
            query = books.query(sort=sort, limit=limit, cursor=cursor)
            page = await _page(library, query)
            assert len(page["items"]) <= limit
            seen += [UUID(item["id"]) for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        elif isinstance(step, int):
            if alive:
                gone = alive.pop(step % len(alive))
                there_all_along.discard(gone)
                async with database.transaction() as session:
                    await session.execute(delete(BookRow).where(BookRow.id == gone))
        else:
            row = a_row(step, len(alive))
            async with database.transaction() as session:
                session.add(row)
            alive.append(row.id)
            later.add(row.id)
    assert len(seen) == len(set(seen)), "repeated"
    assert there_all_along <= set(seen), "skipped"
    whole = await _page(library, books.query(sort=sort, limit=200))
    order = [UUID(item["id"]) for item in whole["items"]]
    assert [id for id in seen if id in there_all_along] == [id for id in order if id in there_all_along]


async def _page(library: Api, query: Any) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(await books.page(library.runtime.read, CLERK, query, CURSORS))
    return page
