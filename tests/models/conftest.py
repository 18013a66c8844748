"""How many sequences, and the services they are tried on."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from services.events.app import SERVICE as EVENTS
from services.kit.service import Service
from services.liaison.app import SERVICE as LIAISON
from services.members.app import SERVICE as MEMBERS
from tests.wire.api import Api

FEW = 12
"""In the usual run; `make models` tries 2,000."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known when this folder is named on the command line."""
    parser.addoption("--sequences", type=int, default=FEW, help="How many random sequences are tried on each model.")


@pytest.fixture
def sequences(pytestconfig: pytest.Config) -> int:
    """How many."""
    return int(pytestconfig.getoption("--sequences", default=FEW))


Serving = Callable[[Service], AsyncIterator[Api]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def events(serving: Serving) -> AsyncIterator[Api]:
    """The service, with a database of its own."""
    async for api in serving(EVENTS):
        yield api


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def members(serving: Serving) -> AsyncIterator[Api]:
    """The service, with a database of its own."""
    async for api in serving(MEMBERS):
        yield api


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def liaison(serving: Serving) -> AsyncIterator[Api]:
    """The service, with a database of its own."""
    async for api in serving(LIAISON):
        yield api
