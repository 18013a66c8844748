"""Gateways and services on real sockets, in the test's own loop."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from joserfc.jwk import OKPKey

from gateway.app import build
from gateway.front import Front
from gateway.proxy import Upstream
from gateway.settings import GatewaySettings
from gateway.wire import BoundedProtocol
from services.kit.http import trusted

SIGNING_KEYS = json.dumps([OKPKey.generate_key("Ed25519").as_dict(private=True)])
SECRETS = {"members": "members-secret", "events": "events-secret", "liaison": "liaison-secret"}


class Reader:
    """A stream reader whose first bytes were read already."""

    def __init__(self, head: bytes, rest: asyncio.StreamReader) -> None:
        self._head, self._rest = head, rest

    async def head(self) -> bytes:
        """The next request's head."""
        head, self._head = self._head, b""
        return head or await self._rest.readuntil(b"\r\n\r\n")

    async def read(self, most: int = -1) -> bytes:
        """What comes next."""
        head, self._head = self._head, b""
        return head or await self._rest.read(most)

    async def readexactly(self, count: int) -> bytes:
        """As many bytes."""
        return await self._rest.readexactly(count)


Handler = Callable[[Reader, asyncio.StreamWriter], Awaitable[None]]


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the test run keeps its own


@contextlib.asynccontextmanager
async def listening(app: Any, **options: Any) -> AsyncIterator[str]:
    """An ASGI app on a free port; its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, log_config=None, access_log=False, ws="none", proxy_headers=False, server_header=False, **options
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            assert not task.done(), "the server did not start"
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            await task


@contextlib.asynccontextmanager
async def raw_service(handler: Handler) -> AsyncIterator[str]:
    """A service that does with each connection what the handler says."""
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            # The gateway also asks for the service's document; the handlers are about other requests.
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"GET /openapi.json "):
                writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                return
            await handler(Reader(head, reader), writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            running.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@dataclass
class Gateway:
    """A running gateway."""

    url: str
    front: Front
    settings: GatewaySettings
    _clients: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def state(self) -> Any:
        """What the gateway's own application holds."""
        return self.front.own.state  # type: ignore[attr-defined]

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parsed = httpx.URL(self.url)
        assert parsed.port is not None
        return parsed.host, parsed.port

    def as_(self, credential: str | None) -> httpx.AsyncClient:
        """A client that sends this credential."""
        headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        client = httpx.AsyncClient(base_url=self.url, headers=headers, timeout=15, verify=trusted())
        self._clients.append(client)
        return client

    @contextlib.contextmanager
    def in_front_of(self, url: str, **limits: int) -> Iterator["Gateway"]:
        """The same gateway with another members service for a while; a new gateway takes a second to build."""
        upstreams = self.front.proxy.upstreams
        before = upstreams["members"]
        upstreams["members"] = Upstream(
            "members", url, limits.get("in_flight", before.limit), limits.get("at_once", before.reads.most)
        )
        try:
            yield self
        finally:
            upstreams["members"].close()
            upstreams["members"] = before

    async def close(self) -> None:
        """Close the clients."""
        for client in self._clients:
            await client.aclose()

    async def raw(self, request: bytes, *, within: float = 5.0) -> bytes:
        """Everything the gateway answers to these bytes, until it closes or falls silent."""
        reader, writer = await asyncio.open_connection(*self.address)
        writer.write(request)
        answer = b""
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(within):
                while piece := await reader.read(65_536):
                    answer += piece
        writer.close()
        return answer


@contextlib.asynccontextmanager
async def gateway(database_url: str, services: dict[str, str] | None = None, **settings: Any) -> AsyncIterator[Gateway]:
    """A gateway in front of these services; those left out are down."""
    nowhere = "http://127.0.0.1:9"
    given = services or {}
    read = GatewaySettings(
        database_url=database_url,
        signing_keys=SIGNING_KEYS,
        service_secrets=json.dumps(SECRETS),
        members_url=given.get("members", nowhere),
        events_url=given.get("events", nowhere),
        liaison_url=given.get("liaison", nowhere),
        **settings,
    )
    front = build(read)
    async with listening(front, http=BoundedProtocol) as url:
        running = Gateway(url, front, read)
        if given:
            await running.state.documents.refresh()  # so that the gateway knows what is public
        try:
            yield running
        finally:
            await running.close()
