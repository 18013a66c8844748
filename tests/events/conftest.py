"""The events service under test, alone and beside members."""

from collections.abc import AsyncIterator, Callable

import pytest_asyncio

from services.events.app import SERVICE
from services.kit.service import Service
from tests.wire.api import Api


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def events(serving: Callable[[Service], AsyncIterator[Api]]) -> AsyncIterator[Api]:
    """The service, with a database of the module's own. Members cannot be reached."""
    async for api in serving(SERVICE):
        yield api
