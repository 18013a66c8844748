"""A PostgreSQL for a while, for checks and tests; nothing of it stays."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.local.postgres import Postgres
from deploy.local.processes import Process
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import GROUPS, Var

READY_WITHIN = 60.0
STOPS_WITHIN = 6.0


@asynccontextmanager
async def scratch_postgres() -> AsyncIterator[Postgres]:
    """A server with every group's role and empty database."""
    with TemporaryDirectory(prefix="alliance-") as directory:
        var = Var(Path(directory))
        var.root.chmod(0o755)  # it may run as another user than we do
        var.make()
        server = Postgres(var, SecretFiles(var.secrets))
        await server.make()
        process = Process(server.program())
        process.start()
        try:
            await process.until_ready(server.ready, READY_WITHIN)
            await server.provide(GROUPS)
            yield server
        finally:
            await process.stop(STOPS_WITHIN)
