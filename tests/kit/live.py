"""Real sockets: an app served by uvicorn on a free port, and the gateway's two internal answers."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.wire.callers import Signer


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def served(app: ASGIApp, port: int | None = None) -> AsyncIterator[str]:
    """The address of an app that runs in a thread of its own, with its own event loop."""
    port = port or free_port()
    config = uvicorn.Config(
        app,
        port=port,
        log_config=None,
        access_log=False,
        ws="none",
        lifespan="on" if isinstance(app, FastAPI) else "off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        await eventually(lambda: _started(server), within=10)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await asyncio.to_thread(thread.join, 5)


async def _started(server: uvicorn.Server) -> bool:
    return server.started


def gateway(signer: Signer, users: Collection[str] = (), barred: Collection[str] = ()) -> FastAPI:
    """What services ask of the gateway: tokens of their own and to act for others, its public keys, and which users
    there are."""
    app = FastAPI(openapi_url=None)

    @app.post("/internal/tokens")
    async def token(ask: dict[str, Any]) -> Any:
        scopes = ("members:read", "liaison:read", "liaison:write")
        if (subject := ask.get("acting_for")) in barred:
            return JSONResponse({}, 403)
        if subject is not None:
            act = {"sub": f"service:{ask['service']}"}
            return {"token": signer.token(subject, "staff", list(scopes), act=act), "expires_in": 300}
        return {"token": signer.service(ask["service"], *scopes), "expires_in": 300}

    @app.post("/internal/users")
    async def unknown(ask: dict[str, Any]) -> dict[str, Any]:
        return {"unknown": [id for id in ask["ids"] if id not in users]}

    @app.get("/.well-known/jwks.json")
    async def keys() -> Any:
        return signer.public.as_dict(private=False)

    return app


Answer = Callable[[Scope, Receive, Send], Awaitable[None]]


def says(status: int, body: bytes = b"{}", headers: dict[str, str] | None = None) -> Answer:
    """An app that gives one answer to everything."""
    given = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [*given, (b"content-type", b"application/json")],
            }
        )
        await send({"type": "http.response.body", "body": body})

    return app


async def eventually(check: Callable[[], Awaitable[Any]], *, within: float = 60.0) -> Any:
    """The first truthy answer; fails when there is none in time."""
    async with asyncio.timeout(within):
        found = await check()
        while not found:
            await asyncio.sleep(0.05)
            found = await check()
        return found
