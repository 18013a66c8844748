"""A PostgreSQL for a while, for checks and tests; nothing of it stays."""

import os
import shutil
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

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - what is put there has a random name and its owner's rights
ROOM = 4 * 1024**3  # bytes


def scratch_folder() -> str | None:
    """Where a database that is thrown away costs least: in memory, where there is room. None: where all temporary
    files go. Hundreds of small files are made and removed for it, and on a disk that is most of the work."""
    try:
        roomy = shutil.disk_usage(IN_MEMORY).free > ROOM and os.access(IN_MEMORY, os.W_OK)
    except OSError:
        return None
    return str(IN_MEMORY) if roomy and "TMPDIR" not in os.environ else None


@asynccontextmanager
async def scratch_postgres() -> AsyncIterator[Postgres]:
    """A server with every group's role and empty database."""
    with TemporaryDirectory(prefix="alliance-", dir=scratch_folder()) as directory:
        var = Var(Path(directory))
        var.root.chmod(0o755)  # it may run as another user than we do
        var.make()
        server = Postgres(var, SecretFiles(var.secrets), archiving=False)
        await server.make()
        process = Process(server.program())
        process.start()
        try:
            await process.until_ready(server.ready, READY_WITHIN)
            await server.provide(GROUPS)
            yield server
        finally:
            await process.stop(STOPS_WITHIN)
