"""`/livez`, `/readyz` and `/metrics`; and what a lost database does to requests."""

from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import event, make_url

from services.kit.errors import Unavailable
from services.kit.worker_health import telling
from tests.kit.conftest import Start
from tests.kit.live import eventually, free_port
from tests.kit.sample import a_book
from tests.wire.api import Api, assert_problem
from tests.wire.postgres import Server


async def answers(library: Api, path: str, status: int) -> bool:
    return (await library.get(path)).status_code == status


async def test_while_the_database_is_away_it_is_not_ready_and_says_unavailable(start: Start, server: Server) -> None:
    async with start() as library:
        url = library.runtime.database.conninfo
        made = await library.made("/v1/books", a_book())
        assert (await library.get("/readyz")).status_code == 200
        await _away(server, url, away=True)
        assert_problem(await library.get("/readyz"), Unavailable)
        assert (await library.get("/livez")).status_code == 200
        read = await library.get("/v1/books")
        written = await library.post("/v1/books", a_book())
        for reply in (read, written):
            assert_problem(reply, Unavailable)
            assert int(reply.headers["retry-after"]) >= 1
        await _away(server, url, away=False)
        await eventually(lambda: answers(library, "/readyz", 200))
        await eventually(lambda: answers(library, "/v1/books", 200))
        assert (await library.post("/v1/books", a_book())).status_code == 201
        assert (await library.get(f"/v1/books/{made['id']}")).status_code == 200


async def _away(server: Server, url: str, *, away: bool) -> None:
    """Shut a database: nobody gets in, and who is in is thrown out."""
    name = make_url(url).database
    with server.connect() as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {not away}'.encode())
        if away:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


async def test_connections_that_are_cut_are_made_anew(library: Api) -> None:
    async with await psycopg.AsyncConnection.connect(library.runtime.database.conninfo, autocommit=True) as other:
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await eventually(lambda: answers(library, "/v1/books", 200))
    assert (await library.post("/v1/books", a_book())).status_code == 201


async def test_a_server_that_throws_out_whoever_comes_is_away_and_no_fault_of_ours(
    library: Api, server: Server
) -> None:
    engine = library.runtime.database.engine
    await engine.dispose()

    def thrown_out(connection: Any, _: object) -> None:
        with server.connect() as other:
            other.execute("SELECT pg_terminate_backend(%s, 1000)", [connection.driver_connection.info.backend_pid])

    event.listen(engine.sync_engine, "connect", thrown_out)
    try:
        assert_problem(await library.post("/v1/books", a_book()), Unavailable)
    finally:
        event.remove(engine.sync_engine, "connect", thrown_out)
    assert (await library.post("/v1/books", a_book())).status_code == 201


async def test_it_is_not_ready_while_it_shuts_down(start: Start) -> None:
    async with start() as library:
        library.runtime.closing = True
        assert_problem(await library.get("/readyz"), Unavailable)
        assert (await library.get("/livez")).status_code == 200


async def test_counts_requests_by_their_operation_and_not_by_their_address(library: Api) -> None:
    made = await library.made("/v1/books", a_book())
    await library.get(f"/v1/books/{made['id']}")
    await library.get("/no/such/address")
    text = (await library.get("/metrics")).text
    assert 'route="/v1/books/{id}"' in text
    assert made["id"] not in text
    assert "/no/such/address" not in text


async def test_a_worker_answers_probes_where_it_is_told_to(library: Api) -> None:
    port = free_port()
    async with telling(library.runtime, "127.0.0.1", port), httpx.AsyncClient() as client:
        for path in ("/livez", "/readyz", "/metrics"):
            assert (await client.get(f"http://127.0.0.1:{port}{path}")).status_code == 200, path
    async with telling(library.runtime, "127.0.0.1", None), httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/livez")
