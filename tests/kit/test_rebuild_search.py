"""Making search keys anew: `alliance search rebuild`."""

import asyncio
from typing import Any

import psycopg

from services.kit.search import search_document
from services.kit.search_rebuild import rebuild
from tests.kit.conftest import Start
from tests.kit.sample import a_book
from tests.wire.api import Api

PACKAGE = "tests.kit.toy"


async def forget_keys(library: Api, where: str = "true") -> None:
    async with await psycopg.AsyncConnection.connect(library.runtime.database.conninfo, autocommit=True) as connection:
        await connection.execute(f"UPDATE book SET search = 'an-old-rule' WHERE {where}".encode())


async def state(library: Api) -> list[tuple[Any, ...]]:
    return await library.runtime.read("SELECT id, version, updated_at, (SELECT count(*) FROM change) FROM book", [])


async def test_finds_again_what_an_old_rule_had_lost(start: Start) -> None:
    async with start() as library:
        url = library.runtime.database.conninfo
        for n in range(7):
            await library.made("/v1/books", a_book(names={"zh": f"徐霞客遊記{n}"}))
        before = sorted(await state(library))
        await forget_keys(library)
        assert await library.items("/v1/books", q="xu xiake") == []
        assert await rebuild(PACKAGE, url, batch=3) == {"book": 7}
        assert len(await library.items("/v1/books", q="xu xiake")) == 7
        assert sorted(await state(library)) == before
        assert await rebuild(PACKAGE, url, batch=3) == {"book": 0}
        assert await rebuild(PACKAGE, url, everything=True, batch=3) == {"book": 7}


async def test_goes_on_where_it_was_broken_off(start: Start) -> None:
    async with start() as library:
        made = [await library.made("/v1/books", a_book(names={"en": f"Path {n}"})) for n in range(5)]
        await forget_keys(library, f"id >= '{made[2]['id']}'")
        assert await rebuild(PACKAGE, library.runtime.database.conninfo) == {"book": 3}


async def test_a_name_changed_meanwhile_keeps_its_own_key(start: Start) -> None:
    async with start() as library:
        url = library.runtime.database.conninfo
        made = await library.made("/v1/books", a_book(names={"en": "Before"}))
        await forget_keys(library)
        async with await psycopg.AsyncConnection.connect(url) as other:
            await other.execute(
                "UPDATE book SET names = %s, search = %s::tsvector, version = version + 1 WHERE id = %s",
                ['{"en": "After"}', search_document(["After"]), made["id"]],
            )
            rebuilding = asyncio.create_task(rebuild(PACKAGE, url))
            await asyncio.sleep(0.3)
            await other.commit()
        await rebuilding
        assert [book["id"] for book in await library.items("/v1/books", q="after")] == [made["id"]]
        assert await library.items("/v1/books", q="before") == []
