"""The members service under test."""

from collections.abc import AsyncIterator, Callable

import pytest_asyncio

from services.kit.service import Service
from services.members.app import SERVICE
from tests.wire.api import Api


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def members(serving: Callable[[Service], AsyncIterator[Api]]) -> AsyncIterator[Api]:
    """The service, with a database of the module's own."""
    async for api in serving(SERVICE):
        yield api
