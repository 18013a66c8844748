"""Where a worker says how it is: `/livez`, `/readyz` and `/metrics`, on a port of their own when one is set."""

import contextlib
from collections.abc import AsyncIterator

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg import Error as PsycopgError

from services.kit.runtime import Runtime


@contextlib.asynccontextmanager
async def telling(runtime: Runtime, host: str, port: int | None) -> AsyncIterator[None]:
    """Answer probes while the block runs; without a port, nothing is listened on. An answer to `/livez` shows that
    the loop that runs the jobs turns: a worker that hangs does not give one."""
    if port is None:
        yield
        return

    async def live(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_: web.Request) -> web.Response:
        try:
            await runtime.database.ping()
        except (PsycopgError, TimeoutError):
            return web.Response(status=503, text="The database does not answer.\n", headers={"Retry-After": "1"})
        return web.Response(text="ok\n")

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/livez", live), web.get("/readyz", ready), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()
