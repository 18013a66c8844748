"""The library, on a database with its own tables and the kit's."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, create_engine, make_url

from services.kit import migrate
from services.kit.app import build_app
from services.kit.auth import TokenAuthenticator
from services.kit.db import Base
from services.kit.logging import configure
from services.kit.rescue import keep_rescuing
from services.kit.runtime import Runtime
from services.kit.service import Service
from services.kit.settings import Settings
from tests.kit.toy.services import LIBRARY
from tests.kit.toy.tables import metadata
from tests.wire import api as wire
from tests.wire.api import Api
from tests.wire.callers import Signer
from tests.wire.postgres import Server

assert migrate.KIT_ROWS  # imported for the kit's tables

Fresh = Callable[[], str]


def fill(url: str) -> None:
    """Put the toy's tables into an empty database."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    metadata.create_all(engine)
    Base.metadata.create_all(engine)
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SchemaManager.get_schema().encode(), prepare=False)
        connection.execute("INSERT INTO shelf VALUES ('A'), ('B')")


@pytest.fixture(scope="module")
def fresh(server: Server) -> Iterator[Fresh]:
    """Makes a database with the toy's tables, for as long as the module's tests run."""
    made: list[str] = []

    def new() -> str:
        made.append(server.new(server.template("toy", fill)))
        return made[-1]

    yield new
    for url in made:
        server.drop(url)


@pytest.fixture(scope="module")
def connection(postgres_url: str) -> Iterator[Connection]:
    """To an empty database."""
    engine = create_engine(make_url(postgres_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


Start = Callable[..., AbstractAsyncContextManager[Api]]


@pytest.fixture(scope="module")
def start(fresh: Fresh, signer: Signer) -> Start:
    """Starts a toy service's app, called by a staff member who holds every scope."""

    @asynccontextmanager
    async def run(service: Service = LIBRARY, **settings: Any) -> AsyncIterator[Api]:
        settings.setdefault("database_url", fresh())

        async def keys() -> object:
            return signer.public

        app = build_app(service, Settings(**settings), authenticate=TokenAuthenticator(keys))  # type: ignore[arg-type]
        async with wire.running(app):
            yield Api(app, signer.staff())

    return run


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def library(start: Start) -> AsyncIterator[Api]:
    """The library, with a database of the module's own."""
    async with start() as api:
        yield api


@asynccontextmanager
async def at_work(runtime: Runtime, *, concurrency: int = 4) -> AsyncIterator[None]:
    """A worker of the runtime's queue, in this process."""
    async with runtime.jobs.app.open_async():
        jobs = runtime.jobs.app.run_worker_async(
            concurrency=concurrency,
            install_signal_handlers=False,
            additional_context={"runtime": runtime},
            fetch_job_polling_interval=0.2,
            shutdown_graceful_timeout=2.0,
            delete_jobs="successful",
        )
        working = [asyncio.create_task(jobs), asyncio.create_task(keep_rescuing(runtime))]
        try:
            yield
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> None:
    """Logs as in production; what structlog prints while developing takes seconds for each fault."""
    configure("ERROR", "kit-tests")
