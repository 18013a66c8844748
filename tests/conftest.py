"""What every test may ask for: a server, a database a module, a service's app, callers."""

import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict
from functools import partial
from typing import Any

import pytest

from services.kit import migrate
from services.kit.app import build_app
from services.kit.auth import TokenAuthenticator
from services.kit.service import Service
from services.kit.settings import Settings
from tests.wire import api, postgres
from tests.wire.api import Api
from tests.wire.callers import Signer
from tests.wire.spread import Spread, longest_first

Migrated = Callable[[str], str]

SERVER = pytest.StashKey[postgres.Server]()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Spread:
    """Tests of a file, and those of a system, run in one of the processes of a run (`-n 4`)."""
    return Spread(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests, what takes long comes first."""
    if hasattr(config, "workerinput"):
        longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """The process that starts the others has the server that all of them use."""
    node.workerinput["server"] = asdict(server_of(node.config))


def server_of(config: pytest.Config) -> postgres.Server:
    """The PostgreSQL server of the run: started when it is first asked for, stopped at the end."""
    if SERVER not in config.stash:
        given = getattr(config, "workerinput", {}).get("server")
        ends = ExitStack()
        if not given:  # ended by SIGTERM, as by `timeout`, we would leave it running
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        made = closing(postgres.Server(**given)) if given else postgres.running()
        config.stash[SERVER] = ends.enter_context(made)
        config.add_cleanup(ends.close)
    return config.stash[SERVER]


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> postgres.Server:
    """The PostgreSQL server of the run."""
    return server_of(pytestconfig)


@pytest.fixture(scope="module")
def postgres_url(server: postgres.Server) -> Iterator[str]:
    """An empty database."""
    url = server.new()
    yield url
    server.drop(url)


@pytest.fixture(scope="module")
def migrated(server: postgres.Server) -> Iterator[Migrated]:
    """Makes a database with a package's tables, for as long as the module's tests run: a copy of one that is
    migrated once a run."""
    made: list[str] = []

    def fresh(package: str) -> str:
        made.append(server.new(server.template(package, partial(migrate.upgrade, package))))
        return made[-1]

    yield fresh
    for url in made:
        server.drop(url)


@pytest.fixture(scope="session")
def signer() -> Signer:
    """Signs tokens that the services under test trust."""
    return Signer.new()


@pytest.fixture(scope="module")
def serving(
    migrated: Migrated, signer: Signer, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Service], AsyncIterator[Api]]:
    """Starts a service's app on a database of its own, called by a staff member who holds every scope."""

    async def start(service: Service) -> AsyncIterator[Api]:
        settings = Settings(database_url=migrated(service.package), files_url=tmp_path_factory.mktemp("files").as_uri())

        async def keys() -> object:
            return signer.public

        app = build_app(service, settings, authenticate=TokenAuthenticator(keys))  # type: ignore[arg-type]
        async with api.running(app):
            yield Api(app, signer.staff())

    return start
