"""Exports on their way: to clients that are slow or leave, while rows change, and when something fails."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text

from services.kit.export import answering
from tests.kit.conftest import Start
from tests.kit.sample import a_book
from tests.kit.test_reading import statements
from tests.wire.api import Api
from tests.wire.callers import Signer

Message = MutableMapping[str, Any]
Piece = Callable[[int], Awaitable[None]]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "_FIRST_ROWS", 2)
    monkeypatch.setattr(answering, "_MOST_ROWS", 2)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def narrow(start: Start) -> AsyncIterator[Api]:
    """A library with one connection to read by."""
    async with start(read_pool_size=1) as api:
        yield api


class Client:
    """Takes an answer as a server gives it, and does something at each piece; `leave` ends the connection."""

    def __init__(self, api: Api, signer: Signer) -> None:
        self._app = api.app
        self._token = signer.staff()
        self.messages: list[Message] = []
        self.gone = asyncio.Event()

    def leave(self) -> None:
        self.gone.set()

    async def export(self, query: str, at_piece: Piece) -> None:
        path = "/v1/books/export"
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"authorization", f"Bearer {self._token}".encode())],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
        }

        async def receive() -> Message:
            await self.gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            self.messages.append(message)
            if message.get("body"):
                await at_piece(len(self.pieces))

        await self._app(scope, receive, send)

    @property
    def pieces(self) -> list[bytes]:
        return [message["body"] for message in self.messages if message.get("body")]

    @property
    def whole(self) -> bool:
        """Whether the answer came to its end."""
        return self.messages[-1].get("more_body") is False

    @property
    def pages(self) -> list[int]:
        return [json.loads(line)["pages"] for line in b"".join(self.pieces).splitlines()]


async def several(library: Api, count: int) -> str:
    mark = uuid4().hex[:8]
    for n in range(count):
        await library.made("/v1/books", a_book(labels=[mark], pages=n))
    return mark


async def test_comes_in_pieces(library: Api, signer: Signer) -> None:
    mark = await several(library, 7)
    client = Client(library, signer)

    async def take(_: int) -> None: ...

    await client.export(f"format=jsonl&label={mark}", take)
    assert (len(client.pieces), client.whole, client.pages) == (4, True, list(range(7)))


async def test_no_more_is_read_for_a_client_that_left(
    library: Api, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = await several(library, 20)
    client = Client(library, signer)

    async def take(piece: int) -> None:
        if piece == 2:
            client.leave()
            await asyncio.sleep(0.05)

    with statements(monkeypatch) as seen:
        await client.export(f"format=jsonl&label={mark}", take)
    assert (len(client.pieces), client.whole) == (2, False)
    assert len([one for one in seen if "row_to_json" in one]) == 2


async def test_a_slow_client_holds_no_connection(narrow: Api, signer: Signer) -> None:
    mark = await several(narrow, 4)
    client = Client(narrow, signer)
    read: list[int] = []

    async def take(_: int) -> None:
        read.append((await narrow.get("/v1/books?limit=1")).status_code)

    await client.export(f"format=jsonl&label={mark}", take)
    assert (client.whole, read) == (True, [200, 200])


async def test_rows_that_come_and_go_meanwhile_move_no_other(library: Api, signer: Signer) -> None:
    mark = await several(library, 6)
    rows = await library.items("/v1/books", label=mark)
    client = Client(library, signer)

    async def take(piece: int) -> None:
        if piece == 1:
            await library.delete(f"/v1/books/{rows[0]['id']}")
            await library.delete(f"/v1/books/{rows[3]['id']}")
            await library.made("/v1/books", a_book(labels=[mark], pages=6))

    await client.export(f"format=jsonl&label={mark}", take)
    assert (client.whole, client.pages) == (True, [0, 1, 2, 4, 5, 6])


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
async def test_what_fails_half_way_does_not_pass_for_the_whole(library: Api, signer: Signer, form: str) -> None:
    mark = await several(library, 6)
    client = Client(library, signer)

    async def take(piece: int) -> None:
        if piece == 1:
            async with library.runtime.database.transaction() as session:
                await session.execute(text("ALTER TABLE book RENAME TO away"))

    try:
        await client.export(f"format={form}&label={mark}", take)
    finally:
        async with library.runtime.database.transaction() as session:
            await session.execute(text("ALTER TABLE away RENAME TO book"))
    assert client.messages[0]["status"] == 200
    assert not client.whole


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_a_row_that_does_not_fit_the_head_breaks_the_file(library: Api, signer: Signer, form: str) -> None:
    mark = await several(library, 4)
    client = Client(library, signer)

    async def take(piece: int) -> None:
        if piece == 1:
            await library.made("/v1/books", a_book(labels=[mark], names={"fr": "Sentiers"}))

    await client.export(f"format={form}&label={mark}", take)
    assert not client.whole


async def test_nothing_leaves_before_it_is_told(library: Api, signer: Signer) -> None:
    async with library.runtime.database.transaction() as session:
        await session.execute(text("ALTER TABLE audit RENAME TO away"))
    try:
        reply = await library.as_(signer.staff()).get("/v1/books/export")
    finally:
        async with library.runtime.database.transaction() as session:
            await session.execute(text("ALTER TABLE away RENAME TO audit"))
    assert (reply.status_code, "content-disposition" in reply.headers) == (500, False)
