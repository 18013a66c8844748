"""What every test may ask for: a server, a database a module, a service's app, callers."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from sqlalchemy import make_url

from services.kit import migrate
from services.kit.app import build_app
from services.kit.auth import TokenAuthenticator
from services.kit.service import Service
from services.kit.settings import Settings
from tests.wire import api, postgres
from tests.wire.api import Api
from tests.wire.callers import Signer

Migrated = Callable[[str], str]

# Folders whose tests share a system that takes long to start.
TOGETHER = ("journeys", "deploy")
BREAKING = "test_nothing_lost.py"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell the processes of a run (`-n 2`) which tests belong together: those of a file, and those of a system."""
    items.sort(key=lambda item: item.path.name == BREAKING)  # what breaks the system they share comes last
    for item in items:
        file = item.path.relative_to(item.config.rootpath / "tests")
        group = file.parts[0] if file.parts[0] in TOGETHER else str(file)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """The PostgreSQL server of the run."""
    with postgres.running() as running:
        yield running


@pytest.fixture(scope="session")
def postgres_url(server: postgres.Server) -> Iterator[str]:
    """An empty database."""
    url = server.new()
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def migrated(server: postgres.Server) -> Iterator[Migrated]:
    """Makes a database with a package's tables: migrated once, copied after that."""
    templates: dict[str, str] = {}
    made: list[str] = []

    def fresh(package: str) -> str:
        if package not in templates:
            templates[package] = server.new()
            migrate.upgrade(package, templates[package])
        made.append(server.new(make_url(templates[package]).database))
        return made[-1]

    yield fresh
    for url in [*made, *templates.values()]:
        server.drop(url)


@pytest.fixture(scope="session")
def signer() -> Signer:
    """Signs tokens that the services under test trust."""
    return Signer.new()


@pytest.fixture(scope="session")
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
