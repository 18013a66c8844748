"""The liaison service under test."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from services.kit.service import Service
from services.liaison.app import SERVICE
from tests.factories.liaison import a_counterpart
from tests.wire.api import Api
from tests.wire.callers import Signer

Embassy = Callable[..., Any]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def liaison(serving: Callable[[Service], AsyncIterator[Api]]) -> AsyncIterator[Api]:
    """The service, with a database of the module's own; called by staff who hold every scope."""
    async for api in serving(SERVICE):
        yield api


@pytest.fixture
def officer(liaison: Api, signer: Signer) -> Api:
    """The service as staff see it who may read and write, and not see what is confidential."""
    return liaison.as_(signer.staff("liaison:read", "liaison:write", "changes:read"))


@pytest_asyncio.fixture
async def embassy(liaison: Api) -> dict[str, Any]:
    """A counterpart."""
    return await liaison.made("/v1/counterparts", a_counterpart())
