"""Serve an app: uvicorn with uvloop and httptools. On SIGTERM it says goodbye, finishes what is under way, and ends."""

import asyncio
import resource
import socket
import sys
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from services.kit.logging import configure
from services.kit.settings import Settings

DRAIN_SECONDS = 8
KEEP_ALIVE_SECONDS = 75
_START_FAILED = 3


_ENOUGH_FILES = 65_536


def open_files() -> int:
    """How many files and connections this process may have open, after it took what it is allowed to take.

    Systems commonly give 1,024 and allow far more to whoever asks.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return _ENOUGH_FILES if soft == resource.RLIM_INFINITY else soft


class Server(uvicorn.Server):
    """Uvicorn, with a goodbye before it stops.

    It would close idle connections at once, also one that a caller has just sent a request on; whether such a request
    was served the caller can't know, and a write must not simply be repeated. So for `goodbye` seconds every answer
    tells its caller not to use the connection again, and the process stops when nobody is about to use one.
    """

    def __init__(self, config: uvicorn.Config, goodbye: float) -> None:
        super().__init__(config)
        self._goodbye = goodbye

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say goodbye, then stop."""
        state, loop = self.server_state, asyncio.get_running_loop()
        state.default_headers = [*state.default_headers, (b"connection", b"close")]
        ends = loop.time() + self._goodbye
        # Connections tell nobody when they were used last.
        while loop.time() < ends and any(map(self._may_be_used, state.connections)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await super().shutdown(sockets)

    def _may_be_used(self, connection: Any) -> bool:
        """Whether a connection is in use, new, or was used so lately that its caller still takes it for good."""
        closes = connection.timeout_keep_alive_task
        if closes is None:
            return True
        idle_since: float = closes.when() - self.config.timeout_keep_alive
        return asyncio.get_running_loop().time() - idle_since < self._goodbye


def serve(app: ASGIApp, settings: Settings, name: str, *, http: type[asyncio.Protocol] | None = None) -> None:
    """Listen until SIGTERM; requests under way are finished first. `http` takes the place of uvicorn's protocol."""
    configure(settings.log_level, name)
    open_files()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=http or "httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        # Forwarding headers are read by the gateway's front, and only from networks that its settings name.
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        backlog=2048,
    )
    server = Server(config, settings.goodbye)
    server.run()
    if not server.started:
        sys.exit(_START_FAILED)
