"""Serve an app: uvicorn with uvloop and httptools, drained on SIGTERM."""

import uvicorn
from starlette.types import ASGIApp

from services.kit.logging import configure
from services.kit.settings import Settings

DRAIN_SECONDS = 8


def serve(app: ASGIApp, settings: Settings, name: str) -> None:
    """Listen until SIGTERM; requests under way are finished first."""
    configure(settings.log_level, name)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=75,
        backlog=2048,
    )
