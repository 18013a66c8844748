"""Serve an app: uvicorn with uvloop and httptools, drained on SIGTERM."""

import asyncio

import uvicorn
from starlette.types import ASGIApp

from services.kit.logging import configure
from services.kit.settings import Settings

DRAIN_SECONDS = 8


def serve(app: ASGIApp, settings: Settings, name: str, *, http: type[asyncio.Protocol] | None = None) -> None:
    """Listen until SIGTERM; requests under way are finished first. `http` takes the place of uvicorn's protocol."""
    configure(settings.log_level, name)
    uvicorn.run(
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
        timeout_keep_alive=75,
        backlog=2048,
    )
