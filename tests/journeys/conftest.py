"""One running system for all journeys."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.journeys.callers import Caller
from tests.wire.stack import Stack, running


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole system, as `make up` starts it."""
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def master_key(stack: Stack) -> str:
    """A key that holds every scope."""
    return stack.key()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(stack: Stack, master_key: str) -> AsyncIterator[Caller]:
    """Someone who may do everything, at the gateway."""
    caller = Caller(stack.url, master_key)
    yield caller
    await caller.close()
