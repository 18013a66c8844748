"""Lists by custom fields read as much of a large table as they show."""

import json
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from services.kit.auth import Caller
from services.kit.custom.asking import rows_query
from services.members.features.organisations.queries import organisations
from tests.members.custom_fields.conftest import FIELDS, a_field
from tests.wire.api import Api

ROWS = 20_000
CLERK = Caller("user:clerk", "staff", frozenset({"members:read"}))

_FILL = """
    INSERT INTO organisation (id, version, created_at, updated_at, names, sort_name, kind, emails, phones, identifiers,
                              tags, status, search, custom)
    SELECT gen_random_uuid(), 1, now(), now(), '{"en": "x"}', 'x ' || n, 'hotel', '{}', '[]', '[]', '{}', 'active', '',
           CASE WHEN n %% 10 > 0 THEN jsonb_build_object('rooms', n * 7919 %% %(rows)s, 'code', 'c' || n % 5000) END
    FROM generate_series(1, %(rows)s) n
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def full(members: Api) -> AsyncIterator[Api]:
    """Many organisations; one in ten has no values."""
    for key, type in (("rooms", "number"), ("code", "text")):
        await members.made(FIELDS, {**a_field(type), "key": key})
    async with await psycopg.AsyncConnection.connect(members.runtime.database.conninfo) as connection:
        await connection.execute(_FILL.replace("n % 5000", "n %% 5000"), {"rows": ROWS})
        await connection.commit()
        await connection.set_autocommit(True)
        await connection.execute("VACUUM ANALYZE")
    yield members


async def work(members: Api, asked: str, pages: int = 0) -> int:
    """The most rows that any part of the plan looked at for the page after this many."""
    cursor, ran = "", []

    async def run(sql: str, arguments: Any) -> list[tuple[Any, ...]]:
        ran.append((sql, arguments))
        return await members.runtime.read(sql, arguments)

    async def page(limit: int) -> Any:
        given = f"{asked}&limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        query = await rows_query(members.runtime, organisations, CLERK, organisations.query, given.encode())
        return json.loads(await organisations.page(run, CLERK, query, members.runtime.cursors))

    for _ in range(pages):
        cursor = (await page(200))["next_cursor"]
    assert (await page(50))["items"]
    sql, arguments = ran[-1]
    rows = await members.runtime.read(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", arguments)
    return _most_rows(rows[0][0][0]["Plan"])


def _most_rows(plan: dict[str, Any]) -> int:
    own = int(plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * int(plan["Actual Loops"])
    return max([own, *[_most_rows(part) for part in plan.get("Plans", [])]])


@pytest.mark.parametrize("sort", ["custom.rooms", "-custom.rooms", "custom.code"])
async def test_a_deep_page_in_a_field_s_order_reads_no_more_than_the_first(full: Api, sort: str) -> None:
    assert await work(full, f"sort={sort}") <= 300
    assert await work(full, f"sort={sort}", ROWS * 8 // 10 // 200) <= 300


@pytest.mark.parametrize("asked", ["custom.code=c77", "custom.rooms=5&custom.rooms=6", "custom.rooms.gte=19990"])
async def test_few_that_match_are_found_without_looking_at_the_others(full: Api, asked: str) -> None:
    assert await work(full, asked) <= 100
