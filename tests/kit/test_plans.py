"""Deep pages cost what the first one costs: PostgreSQL starts reading the index where the cursor stands."""

import json
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from services.kit.auth import Caller
from services.kit.connection import Connection
from tests.kit.conftest import Start
from tests.kit.toy.books import books
from tests.wire.api import Api

ROWS = 20_000
CLERK = Caller("user:clerk", "staff", frozenset({"liaison:confidential"}))

_FILL = """
    INSERT INTO book
           (id, version, created_at, updated_at, names, sort_name, shelf, author, extra, state, search, labels)
    SELECT gen_random_uuid(), 1, now() + n * interval '1 second', now(), '{"en": "Some title"}',
           'title ' || lpad((n * 7919 %% %(rows)s)::text, 6, '0'), 'A',
           CASE WHEN n %% 10 > 0 THEN 'author ' || lpad((n * 104729 %% %(rows)s)::text, 6, '0') END,
           '{}', 'here', '', '{}'
    FROM generate_series(1, %(rows)s) n
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def full(start: Start) -> AsyncIterator[Api]:
    """A library of many books; one in ten has no author."""
    async with start() as library:
        async with await psycopg.AsyncConnection.connect(library.runtime.database.conninfo) as connection:
            await connection.execute(_FILL, {"rows": ROWS})
            await connection.commit()
            await connection.set_autocommit(True)
            await connection.execute("VACUUM ANALYZE book")
        yield library


async def work(library: Api, sort: str, pages: int) -> tuple[int, int]:
    """Blocks of memory and rows that PostgreSQL touched for the page after this many."""
    cursor: str | None = None
    ran: list[tuple[str, Any]] = []

    async def run(sql: str, arguments: Any) -> list[tuple[Any, ...]]:
        ran.append((sql, arguments))
        return await library.runtime.read(sql, arguments)

    for _ in range(pages):
        query = books.query(sort=sort, limit=200, cursor=cursor)
        cursor = json.loads(await books.page(run, CLERK, query, library.runtime.cursors))["next_cursor"]
        assert cursor is not None
    query = books.query(sort=sort, limit=50, cursor=cursor)
    await books.page(run, CLERK, query, library.runtime.cursors)
    sql, arguments = ran[-1]
    rows = await library.runtime.read(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", arguments)
    plan = rows[0][0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], _most_rows(plan)


def _most_rows(plan: dict[str, Any]) -> int:
    own = int(plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * int(plan["Actual Loops"])
    return max([own, *[_most_rows(part) for part in plan.get("Plans", [])]])


@pytest.mark.parametrize("sort", ["id", "-id", "name", "-name", "created_at", "-created_at", "author", "-author"])
async def test_a_deep_page_reads_no_more_than_the_first(full: Api, sort: str) -> None:
    _, first = await work(full, sort, 0)
    _, deep = await work(full, sort, ROWS * 8 // 10 // 200)
    assert first <= 300
    assert deep <= 300


async def plans_of(library: Api, **asked: Any) -> tuple[int, int]:
    """How often PostgreSQL ran a plan made for any values, and how often it planned for the values asked by."""
    async with await Connection.connect(
        library.runtime.database.conninfo, autocommit=True, prepare_threshold=0
    ) as connection:
        for _ in range(20):
            query = books.query.model_validate(asked)
            await books.page(connection.fetch, CLERK, query, library.runtime.cursors)
        counted = await connection.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%row_to_json%'",
            prepare=False,
        )
        generic, custom = (await counted.fetchall())[0]
        return generic, custom


@pytest.mark.parametrize("asked", [{}, {"sort": "name"}, {"sort": "-created_at", "limit": 200}])
async def test_a_page_that_an_index_holds_in_order_is_planned_once(full: Api, asked: dict[str, Any]) -> None:
    generic, custom = await plans_of(full, **asked)
    assert (generic, custom) == (15, 5)  # PostgreSQL tries five before it decides


@pytest.mark.parametrize("asked", [{"shelf": ["A", "B"]}, {"shelf": ["A"], "sort": "name"}])
async def test_a_page_whose_best_index_depends_on_the_values_is_planned_for_them(
    full: Api, asked: dict[str, Any]
) -> None:
    generic, _ = await plans_of(full, **asked)
    assert generic == 0


async def test_the_last_page_among_nulls_reads_no_more(full: Api) -> None:
    _, deep = await work(full, "author", ROWS * 95 // 100 // 200)
    assert deep <= 300
