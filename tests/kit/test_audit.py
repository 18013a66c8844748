"""The audit log: written with what it tells of, only added to, and chained so that any meddling shows."""

import asyncio
import re
from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest

from services.kit.audit import MOST_NAMED, audited
from services.kit.audit_check import Checked, Head, verify
from services.kit.auth import Caller
from services.kit.errors import Forbidden
from tests.kit.conftest import Start
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

CLERK = Caller("user:clerk", "staff")
LOG = "/v1/members/audit"


async def tell(api: Api, action: str = "books.exported", caller: Caller = CLERK, **told: object) -> None:
    async with api.runtime.database.transaction() as session:
        await audited(session, caller, action=action, resource="book", **told)  # type: ignore[arg-type]


def url(api: Api) -> str:
    return api.runtime.database.conninfo


async def check(api: Api, known: Head | None = None) -> Checked:
    return await asyncio.to_thread(verify, url(api), known)


async def test_tells_who_did_what_with_which_records(library: Api) -> None:
    book, word = uuid4(), uuid4().hex
    caller = Caller("user:clerk", "staff", via="service:events")
    await tell(library, "books.read", caller, about=[book], fields=["b", "a"], purpose=word, detail={"名": 'x "y"\n'})
    (entry,) = await library.items(LOG, purpose=word)
    told = {name: entry[name] for name in ("action", "actor", "via", "resource", "about", "about_count", "fields")}
    assert told == {
        "action": "books.read",
        "actor": "user:clerk",
        "via": "service:events",
        "resource": "book",
        "about": [str(book)],
        "about_count": 1,
        "fields": ["a", "b"],
    }
    assert entry["detail"] == {"名": 'x "y"\n'}
    assert (await library.items(LOG, about=str(book)))[0]["sequence"] == entry["sequence"]


async def test_of_very_many_records_it_tells_the_number(library: Api) -> None:
    word = uuid4().hex
    await tell(library, purpose=word, about=[uuid4() for _ in range(MOST_NAMED + 1)])
    (entry,) = await library.items(LOG, purpose=word)
    assert (len(entry["about"]), entry["about_count"]) == (MOST_NAMED, MOST_NAMED + 1)


async def test_what_is_rolled_back_was_not_done(library: Api) -> None:
    word = uuid4().hex
    async with library.runtime.database.sessions() as session:
        await audited(session, CLERK, action="books.read", resource="book", purpose=word)
        await session.rollback()
    assert await library.items(LOG, purpose=word) == []
    assert (await check(library)).fault is None


async def test_many_at_once_make_one_chain_and_wait_for_no_other_lock(library: Api) -> None:
    async def one(number: int) -> None:
        # Each holds what the next one wants: told first or last, no two may wait for each other.
        first, second = sorted((f"n{number % 3}", f"n{(number + 1) % 3}"))
        async with library.runtime.database.transaction() as session:
            if number % 2:
                await audited(session, CLERK, action="books.read", resource="book")
            for name in (first, second):
                raw = (await (await session.connection()).get_raw_connection()).driver_connection
                await raw.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])  # type: ignore[union-attr]
            if not number % 2:
                await audited(session, CLERK, action="books.read", resource="book")

    before = await check(library)
    await asyncio.gather(*map(one, range(40)))
    after = await check(library)
    assert (after.fault, after.rows) == (None, before.rows + 40)


async def test_is_for_those_who_may_read_it_and_for_no_partner(library: Api, signer: Signer) -> None:
    await tell(library)
    assert_problem(await library.as_(signer.staff("members:read")).get(LOG), Forbidden)
    reply = await library.as_(signer.partner(uuid4())).get(LOG, params={"count": "true"})
    assert (reply.json()["items"], reply.json()["total"]) == ([], 0)


@pytest.mark.parametrize(
    "meddling",
    ["UPDATE audit SET actor = 'user:other'", "DELETE FROM audit", "TRUNCATE audit", "DELETE FROM audit_link"],
)
async def test_nothing_in_it_is_changed_or_taken_out(library: Api, meddling: str) -> None:
    await tell(library)
    async with await psycopg.AsyncConnection.connect(url(library)) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(meddling)


FORGED = """
INSERT INTO audit SELECT gen_random_uuid(), at, action, 'user:x', via, request_id, resource, about, about_count, fields,
    purpose, detail FROM audit LIMIT 1
"""


def _owner(statement: str) -> Callable[[psycopg.Connection], None]:
    """What someone could do who owns the tables."""

    def meddle(connection: psycopg.Connection) -> None:
        for table in ("audit", "audit_link"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.execute(statement)

    return meddle


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET actor = 'user:other' WHERE action = 'books.second'", "row 2 .* not as it was written"),
        ("UPDATE audit SET at = at + interval '1 microsecond' WHERE action = 'books.second'", "row 2 .* not as"),
        ("UPDATE audit SET detail = '{\"a\": 2}' WHERE action = 'books.second'", "row 2 .* not as it was written"),
        ("DELETE FROM audit WHERE action = 'books.second'", "row 2 .* was deleted"),
        ("DELETE FROM audit_link WHERE sequence = 2", "row 2 is missing"),
        ("DELETE FROM audit_link WHERE sequence = 3", "rows 3 to 3 were cut off"),
        (
            FORGED,
            "stands in no chain",
        ),
    ],
)
async def test_meddling_by_the_owner_of_the_tables_shows(start: Start, statement: str, said: str) -> None:
    async with start() as api:
        for action in ("books.first", "books.second", "books.third"):
            await tell(api, action, about=[uuid4()], purpose="展览", detail={"a": 1.5, "b": ["\u007f\u0001", None]})
        whole = await check(api)
        assert (whole.fault, whole.rows) == (None, 3)
        with psycopg.connect(url(api)) as connection:
            _owner(statement)(connection)
        fault = (await check(api, whole.head)).fault
        assert fault is not None
        assert re.search(said, fault), fault


async def test_a_chain_made_anew_is_told_by_the_head_that_was_kept(start: Start) -> None:
    async with start() as api:
        await tell(api, "books.first")
        kept = (await check(api)).head
        with psycopg.connect(url(api)) as connection:
            _owner("DELETE FROM audit_link")(connection)
            connection.execute("DELETE FROM audit")
            for table in ("audit", "audit_link"):
                connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        await tell(api, "books.other")
        assert (await check(api)).fault is None
        assert "not the one that stood there" in str((await check(api, kept)).fault)
