"""Changes travel from one service to another: at least once, in order per record, applied once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest_asyncio

from services.contracts.change import Change, Delivery
from services.kit.app import build_app
from services.kit.auth import Caller, TokenAuthenticator
from services.kit.db import now
from services.kit.delivery import _WAITING, Told, _parcels
from services.kit.errors import Forbidden, Unauthenticated
from services.kit.etag import IfMatch as Tags
from services.kit.ids import new_id
from services.kit.settings import Settings
from tests.kit.conftest import Fresh, Start, at_work
from tests.kit.live import eventually, free_port, gateway, served
from tests.kit.sample import a_book
from tests.kit.test_jobs import worker_process
from tests.kit.toy import books as feature
from tests.kit.toy.contract import BookCreate, BookUpdate
from tests.kit.toy.services import CATALOGUE, POISON
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def catalogue(start: Start) -> AsyncIterator[Api]:
    """The catalogue alone, told of changes by the tests."""
    async with start(CATALOGUE) as api:
        yield api


def a_change(book: Any, version: int = 1, **given: Any) -> Change:
    return Change(
        id=new_id(),
        sequence=given.pop("sequence", version),
        type=given.pop("type", "members.book.updated"),
        resource="book",
        resource_id=book,
        resource_version=version,
        organisation_ids=[],
        before={},
        after=given,
        actor="user:clerk",
        via=None,
        request_id=None,
        at=now(),
    )


async def told(catalogue: Api, signer: Signer, *changes: Change) -> None:
    body = Delivery(source="members", changes=list(changes)).model_dump(mode="json")
    reply = await catalogue.as_(signer.service("members")).post("/internal/inbox", body)
    assert reply.status_code == 204, reply.text


async def entries(api: Api, book: Any) -> list[int]:
    rows = await api.runtime.read("SELECT version FROM entry WHERE book_id = $1 ORDER BY number", [book])
    return [row[0] for row in rows]


async def test_applies_changes_in_order_and_once(catalogue: Api, signer: Signer) -> None:
    book = uuid4()
    changes = [a_change(book, version) for version in range(1, 6)]
    async with at_work(catalogue.runtime):
        await told(catalogue, signer, *changes)
        await told(catalogue, signer, *changes)
        await told(catalogue, signer, changes[0])

        async def all_applied() -> bool:
            return len(await entries(catalogue, book)) >= 5

        await eventually(all_applied)
        await told(catalogue, signer, *changes)
        await told(catalogue, signer, a_change(book, 6))

        async def sixth() -> bool:
            return (await entries(catalogue, book))[-1] == 6

        await eventually(sixth)
    assert await entries(catalogue, book) == [1, 2, 3, 4, 5, 6]


async def test_the_same_delivery_by_several_at_once_is_applied_once(catalogue: Api, signer: Signer) -> None:
    book = uuid4()
    changes = [a_change(book, version) for version in range(1, 4)]
    async with at_work(catalogue.runtime):
        await asyncio.gather(*[told(catalogue, signer, *changes) for _ in range(5)])

        async def all_applied() -> bool:
            return len(await entries(catalogue, book)) >= 3

        await eventually(all_applied)
    assert await entries(catalogue, book) == [1, 2, 3]


async def test_a_change_that_cannot_be_applied_holds_up_its_own_record_only(catalogue: Api, signer: Signer) -> None:
    sick, well = uuid4(), uuid4()
    changes = [a_change(sick, 1), a_change(sick, 2, author=POISON), a_change(sick, 3), a_change(well, 1)]
    async with at_work(catalogue.runtime):
        await told(catalogue, signer, *changes)

        async def others_applied() -> bool:
            return await entries(catalogue, well) == [1] and await entries(catalogue, sick) == [1]

        await eventually(others_applied)
        await asyncio.sleep(2.5)
        assert await entries(catalogue, sick) == [1]
        async with catalogue.runtime.database.transaction() as session:
            connection = await session.connection()
            await connection.exec_driver_sql(f"INSERT INTO label (id, text) VALUES ('{uuid4()}', '{POISON}')")

        async def rest_applied() -> bool:
            return await entries(catalogue, sick) == [1, 2, 3]

        await eventually(rest_applied)


BOUGHT = "members.book.bought"
"""Changes of this type are applied together."""


async def test_many_records_are_brought_up_to_date_in_one_transaction(catalogue: Api, signer: Signer) -> None:
    books = [uuid4() for _ in range(60)]
    bought = [a_change(book, version, type=BOUGHT) for version in (1, 2) for book in books]
    await told(catalogue, signer, *bought)
    async with at_work(catalogue.runtime):

        async def all_applied() -> bool:
            return all([await entries(catalogue, book) == [1, 2] for book in books])

        await eventually(all_applied)
        await told(catalogue, signer, *bought)
    transactions = "SELECT count(DISTINCT xmin::text) FROM entry WHERE book_id = ANY($1)"
    assert await catalogue.runtime.read(transactions, [books]) == [(1,)]
    waiting = "SELECT FROM inbox WHERE applied_at IS NULL AND resource_id = ANY($1)"
    assert await catalogue.runtime.read(waiting, [books]) == []


async def test_what_goes_together_keeps_the_order_of_its_record(catalogue: Api, signer: Signer) -> None:
    books = [uuid4() for _ in range(3)]
    changes = [
        a_change(book, version, type=BOUGHT if version in (1, 2, 4, 6) else "members.book.updated")
        for version in range(1, 8)
        for book in books
    ]
    async with at_work(catalogue.runtime):
        await told(catalogue, signer, *changes)

        async def all_applied() -> bool:
            return all([len(await entries(catalogue, book)) >= 7 for book in books])

        await eventually(all_applied)
    assert [await entries(catalogue, book) for book in books] == [list(range(1, 8))] * 3


async def test_of_those_that_go_together_one_that_fails_holds_up_no_other(catalogue: Api, signer: Signer) -> None:
    sick, *well = [uuid4() for _ in range(9)]
    async with at_work(catalogue.runtime):
        changes = [a_change(book, version, type=BOUGHT) for version in (1, 2) for book in well]
        await told(catalogue, signer, a_change(sick, 1, type=BOUGHT, author=f"{POISON} oak"), *changes)

        async def others_applied() -> bool:
            return all([await entries(catalogue, book) == [1, 2] for book in well])

        await eventually(others_applied)
    assert await entries(catalogue, sick) == []


async def test_types_it_has_no_use_for_are_not_kept(catalogue: Api, signer: Signer) -> None:
    book = uuid4()
    await told(catalogue, signer, a_change(book, type="members.book.lent"), a_change(book, type="members.shelf.made"))
    assert await catalogue.runtime.read("SELECT 1 FROM inbox WHERE resource_id = $1", [book]) == []


async def test_only_services_deliver(catalogue: Api, signer: Signer) -> None:
    body = Delivery(source="members", changes=[]).model_dump(mode="json")
    assert_problem(await catalogue.post("/internal/inbox", body), Forbidden)
    assert_problem(await catalogue.as_(signer.partner(uuid4())).post("/internal/inbox", body), Forbidden)
    assert_problem(await catalogue.as_(None).post("/internal/inbox", body), Unauthenticated)


class Pair:
    """The library and its worker, and the catalogue behind a real socket that can be shut and opened."""

    def __init__(self, library: Api, url: str, port: int, signer: Signer) -> None:
        self.library, self.url, self.port, self.signer = library, url, port, signer

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[None]:
        async def keys() -> object:
            return self.signer.public

        app = build_app(CATALOGUE, Settings(database_url=self.url), authenticate=TokenAuthenticator(keys))  # type: ignore[arg-type]
        async with served(app, self.port):
            yield

    async def waiting(self, *books: str) -> list[tuple[str, int]]:
        """What has arrived of these books, in the order of its storing."""
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            cursor = await connection.execute(
                "SELECT resource_id::text, (change ->> 'resource_version')::int FROM inbox "
                "WHERE resource_id = ANY(%s::uuid[]) ORDER BY received_at, sequence",
                [list(books)],
            )
            return list(await cursor.fetchall())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(start: Start, fresh: Fresh, signer: Signer) -> AsyncIterator[Pair]:
    """Both, with the library's worker running as a process."""
    async with AsyncExitStack() as stack:
        port, url = free_port(), fresh()
        gate = await stack.enter_async_context(served(gateway(signer)))
        library = await stack.enter_async_context(start())
        await stack.enter_async_context(
            worker_process(
                library.runtime.database.conninfo,
                GATEWAY_URL=gate,
                EVENTS_URL=f"http://127.0.0.1:{port}",
                SERVICE_SECRET="of the library",
            )
        )
        yield Pair(library, url, port, signer)


async def test_what_is_written_while_the_other_is_down_arrives_when_it_is_up(pair: Pair) -> None:
    one = await pair.library.made("/v1/books", a_book())
    two = await pair.library.made("/v1/books", a_book())
    for pages in (1, 2):
        await pair.library.patch(f"/v1/books/{one['id']}", {"pages": pages})
    tried = (await pair.library.post("/v1/books?dry_run=true", a_book())).json()
    await asyncio.sleep(1)
    expected = {(one["id"], 1), (one["id"], 2), (one["id"], 3), (two["id"], 1)}

    async def arrived() -> bool:
        return set(await pair.waiting(one["id"], two["id"])) == expected

    async with pair.receiving():
        await eventually(arrived)
    await pair.library.patch(f"/v1/books/{two['id']}", {"pages": 9})
    expected.add((two["id"], 2))
    await asyncio.sleep(1)
    async with pair.receiving():
        await eventually(arrived)
    assert await pair.waiting(one["id"]) == [(one["id"], version) for version in (1, 2, 3)]
    assert await pair.waiting(tried["id"]) == []


async def test_a_change_that_commits_late_is_delivered(pair: Pair) -> None:
    async with pair.receiving(), pair.library.runtime.database.sessions() as late:
        slow = await feature.create(late, Caller("user:clerk", "staff"), BookCreate(**a_book()))
        quick = await pair.library.made("/v1/books", a_book(shelf="B"))
        await asyncio.sleep(1)
        books = {str(slow.id), quick["id"]}
        assert await pair.waiting(*books) == []
        await late.commit()

        async def both() -> bool:
            return {id for id, _ in await pair.waiting(*books)} == books

        await eventually(both)


async def test_a_record_written_last_by_the_transaction_that_began_first_arrives_in_order(pair: Pair) -> None:
    made = await pair.library.made("/v1/books", a_book())
    clerk = Caller("user:clerk", "staff")
    async with pair.receiving(), pair.library.runtime.database.sessions() as first:
        # Its number is given now; those of more than one delivery come between it and the other writer's.
        await feature.create(first, clerk, BookCreate(**a_book()))
        await pair.library.post("/v1/books/bulk", {"items": [a_book() for _ in range(250)]})
        await pair.library.patch(f"/v1/books/{made['id']}", {"pages": 2})
        await feature.update(first, clerk, UUID(made["id"]), BookUpdate(pages=3), Tags.of("*"))
        await first.commit()

        async def all_arrived() -> bool:
            return {(made["id"], 2), (made["id"], 3)} <= set(await pair.waiting(made["id"]))

        await eventually(all_arrived)
    assert await pair.waiting(made["id"]) == [(made["id"], version) for version in (1, 2, 3)]


async def test_they_arrive_in_order_also_while_a_third_writer_between_them_goes_on(pair: Pair) -> None:
    made = await pair.library.made("/v1/books", a_book())
    clerk = Caller("user:clerk", "staff")
    async with pair.receiving(), pair.library.runtime.database.sessions() as first:
        await feature.create(first, clerk, BookCreate(**a_book()))
        async with pair.library.runtime.database.sessions() as third:
            await feature.create(third, clerk, BookCreate(**a_book(shelf="B")))
            await pair.library.patch(f"/v1/books/{made['id']}", {"pages": 2})
            await feature.update(first, clerk, UUID(made["id"]), BookUpdate(pages=3), Tags.of("*"))
            await first.commit()
            await asyncio.sleep(2)
            assert (made["id"], 3) not in await pair.waiting(made["id"])
            await third.rollback()

        async def all_arrived() -> bool:
            return (made["id"], 3) in await pair.waiting(made["id"])

        await eventually(all_arrived)
    assert await pair.waiting(made["id"]) == [(made["id"], version) for version in (1, 2, 3)]


async def test_the_same_changes_told_again_after_a_crash_are_known(pair: Pair) -> None:
    made = await pair.library.made("/v1/books", a_book())

    async def arrived() -> bool:
        return (made["id"], 1) in await pair.waiting(made["id"])

    async with pair.receiving():
        await eventually(arrived)
        # As if the worker had died after the delivery and before it noted how far it had come.
        async with await psycopg.AsyncConnection.connect(
            pair.library.runtime.database.conninfo, autocommit=True
        ) as connection:
            await connection.execute("UPDATE delivery_position SET transaction_id = '0', sequence = 0")
        second = await pair.library.made("/v1/books", a_book())

        async def caught_up() -> bool:
            return (second["id"], 1) in await pair.waiting(second["id"])

        await eventually(caught_up)
    assert sorted(await pair.waiting(made["id"], second["id"])) == sorted([(made["id"], 1), (second["id"], 1)])


async def test_a_look_for_something_to_deliver_reads_one_entry_of_an_index(catalogue: Api) -> None:
    """It is asked several times a second, and the log has no end."""
    async with await psycopg.AsyncConnection.connect(catalogue.runtime.database.conninfo) as connection:
        await connection.execute("INSERT INTO delivery_position (subscriber) VALUES ('nobody')")
        await connection.execute(
            "INSERT INTO change (id, type, resource, resource_id, organisation_ids, required_scopes, resource_version, "
            "before, after, actor, at) SELECT gen_random_uuid(), 'members.book.made', 'book', gen_random_uuid(), '{}', "
            "'{}', 1, '{}', '{}', 'user:clerk', now() FROM generate_series(1, 2000)"
        )
        assert await (await connection.execute(_WAITING, ["nobody"])).fetchone() == (True,)
        await connection.execute(
            "UPDATE delivery_position SET transaction_id = '9000000000' WHERE subscriber = 'nobody'"
        )
        assert await (await connection.execute(_WAITING, ["nobody"])).fetchone() == (False,)
        plan = await (await connection.execute(f"EXPLAIN {_WAITING}", ["nobody"])).fetchall()
        await connection.rollback()
    assert not [line for (line,) in plan if "Seq Scan on change" in line], plan


def test_large_changes_travel_in_parcels_that_an_inbox_takes() -> None:
    changes = [Told(n, BOUGHT, a_change(uuid4(), n, text="山" * 230_000).model_dump_json()) for n in range(1, 8)]
    parcels = list(_parcels(changes))
    assert [change for parcel in parcels for change in parcel] == changes
    assert all(sum(len(change.text.encode()) for change in parcel) <= 2 * 1024 * 1024 for parcel in parcels)
    assert list(_parcels([])) == []
