"""Idempotency-Key: one key, one effect."""

import asyncio
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from services.kit.errors import BadRequest, IdempotencyKeyReused, InternalError, RequestInProgress
from tests.kit.live import eventually
from tests.kit.sample import a_book
from tests.kit.toy.books import IsbnTaken
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


def key(value: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": value or uuid4().hex}


async def books_named(library: Api, name: str) -> int:
    return len(await library.items("/v1/books", q=name))


async def kept(library: Api, value: str) -> int:
    rows = await library.runtime.read("SELECT count(*) FROM idempotency WHERE key = $1", [value])
    found: int = rows[0][0]
    return found


async def test_a_repetition_answers_the_same_bytes_and_headers(library: Api) -> None:
    body, header = a_book(names={"en": f"Once {uuid4().hex}"}), key()
    first = await library.post("/v1/books", body, headers=header)
    again = await library.post("/v1/books", body, headers=header)
    assert (again.status_code, again.content) == (201, first.content)
    for name in ("content-type", "etag", "location"):
        assert again.headers[name] == first.headers[name]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await books_named(library, body["names"]["en"]) == 1


async def test_while_the_first_runs_the_second_is_told_to_wait(library: Api) -> None:
    body, header = a_book(names={"en": f"Twice {uuid4().hex}"}, shelf="B"), key()
    async with await psycopg.AsyncConnection.connect(library.runtime.database.conninfo) as other:
        await other.execute("SELECT * FROM shelf WHERE name = 'B' FOR UPDATE")
        first = asyncio.create_task(library.post("/v1/books", body, headers=header))
        await eventually(lambda: _waiting_for_a_lock(other))
        reply = await library.post("/v1/books", body, headers=header)
        assert_problem(reply, RequestInProgress)
        assert reply.headers["retry-after"] == "1"
        await other.rollback()
        assert (await first).status_code == 201
    again = await library.post("/v1/books", body, headers=header)
    assert again.headers["idempotency-replayed"] == "true"
    assert await books_named(library, body["names"]["en"]) == 1


async def _waiting_for_a_lock(connection: psycopg.AsyncConnection[tuple[int]]) -> bool:
    cursor = await connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    row = await cursor.fetchone()
    # So that the next look sees anew.
    await connection.execute("SELECT pg_stat_clear_snapshot()")
    return row is not None and row[0] > 0


@pytest.mark.parametrize("fault", [{}, {"isbn": "77"}], ids=["that could be made", "that is refused"])
async def test_a_use_that_missed_the_end_of_another_has_no_effect_of_its_own(
    library: Api, fault: dict[str, str]
) -> None:
    body, header = a_book(names={"en": f"Late {uuid4().hex}"}, shelf="B", **fault), key()
    first = await library.post("/v1/books", body, headers=header)
    async with await psycopg.AsyncConnection.connect(library.runtime.database.conninfo) as other:
        await _rename_key(library, header["Idempotency-Key"], "away")
        await other.execute("SELECT * FROM shelf WHERE name = 'B' FOR UPDATE")
        late = asyncio.create_task(library.post("/v1/books", body, headers=header))
        await eventually(lambda: _waiting_for_a_lock(other))
        # As if the first had committed after the second looked for it.
        await _rename_key(library, "away", header["Idempotency-Key"])
        await other.rollback()
        reply = await late
    if fault:
        assert (reply.content, reply.headers["idempotency-replayed"]) == (first.content, "true")
    else:
        assert_problem(reply, RequestInProgress)
    again = await library.post("/v1/books", body, headers=header)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert await books_named(library, body["names"]["en"]) == 1


async def _rename_key(library: Api, old: str, new: str) -> None:
    async with library.runtime.database.transaction() as session:
        await session.execute(text("UPDATE idempotency SET key = :new WHERE key = :old"), {"old": old, "new": new})


async def test_many_at_once_have_one_effect(library: Api) -> None:
    body, header = a_book(names={"en": f"Rush {uuid4().hex}"}), key()
    replies = await asyncio.gather(*[library.post("/v1/books", body, headers=header) for _ in range(8)])
    made = [reply for reply in replies if reply.status_code == 201]
    assert {reply.status_code for reply in replies} <= {201, 409}
    assert len({reply.content for reply in made}) == 1
    assert [reply.headers.get("idempotency-replayed") for reply in made].count(None) == 1
    assert await books_named(library, body["names"]["en"]) == 1


async def test_the_key_with_another_body_or_query_is_refused(library: Api) -> None:
    body, header = a_book(), key()
    assert (await library.post("/v1/books", body, headers=header)).status_code == 201
    assert_problem(await library.post("/v1/books", a_book(), headers=header), IdempotencyKeyReused)
    assert_problem(await library.post("/v1/books?dry_run=false", body, headers=header), IdempotencyKeyReused)


async def test_another_caller_and_another_route_have_keys_of_their_own(library: Api, signer: Signer) -> None:
    body, header = a_book(), key()
    first = await library.post("/v1/books", body, headers=header)
    colleague = await library.as_(signer.staff()).post("/v1/books", body, headers=header)
    in_bulk = await library.post("/v1/books/bulk", {"items": [body]}, headers=header)
    assert (first.status_code, colleague.status_code, in_bulk.status_code) == (201, 201, 200)
    assert first.json()["id"] != colleague.json()["id"]
    assert "idempotency-replayed" not in {**colleague.headers, **in_bulk.headers}


async def test_errors_are_not_kept(library: Api) -> None:
    await library.made("/v1/books", a_book(isbn="42"))
    header, body = key(), a_book(isbn="42")
    assert_problem(await library.post("/v1/books", body, headers=header), IsbnTaken)
    assert await kept(library, header["Idempotency-Key"]) == 0
    reply = await library.post("/v1/books", a_book(isbn="43"), headers=header)
    assert (reply.status_code, "idempotency-replayed" in reply.headers) == (201, False)


async def test_what_is_rolled_back_leaves_no_record(library: Api) -> None:
    header, title = key(), f"Fallen {uuid4().hex}"
    reply = await library.post("/v1/books/falls", a_book(names={"en": title}), headers=header)
    assert_problem(reply, InternalError)
    assert await kept(library, header["Idempotency-Key"]) == 0
    assert await books_named(library, title) == 0


async def test_a_dry_run_does_not_use_the_key_up(library: Api) -> None:
    body, header = a_book(), key()
    dry = await library.post("/v1/books?dry_run=true", body, headers=header)
    real = await library.post("/v1/books", body, headers=header)
    assert (dry.status_code, dry.headers["dry-run"]) == (201, "true")
    assert (real.status_code, "idempotency-replayed" in real.headers) == (201, False)


async def test_an_expired_key_is_free_again(library: Api) -> None:
    header = key()
    await library.post("/v1/books", a_book(), headers=header)
    async with library.runtime.database.transaction() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE idempotency SET at = at - interval '73 hours'")
    body = a_book()
    reply = await library.post("/v1/books", body, headers=header)
    assert (reply.status_code, "idempotency-replayed" in reply.headers) == (201, False)
    again = await library.post("/v1/books", body, headers=header)
    assert (again.content, again.headers["idempotency-replayed"]) == (reply.content, "true")


@pytest.mark.parametrize("value", ["", " ", "a b", "é", "x" * 256, "a\tb"])
async def test_a_malformed_key_is_refused(library: Api, value: str) -> None:
    reply = await library.post("/v1/books", a_book(), headers={"Idempotency-Key": value.encode()})
    assert_problem(reply, BadRequest)
