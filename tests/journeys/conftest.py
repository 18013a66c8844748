"""One running system for all journeys."""

import signal
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.journeys.callers import Caller
from tests.wire.stack import Stack, left_of, running

LEFT_ALONE_SECONDS = 30
"""Within which the warden ends what a killed supervisor leaves; PostgreSQL may have to write a checkpoint."""


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """The whole system, as `make up` starts it, for as long as journeys are made: idle, it takes a twentieth of a core.
    Behind the last one its supervisor is killed, and nothing of it may go on."""
    with running() as started:
        yield started
        processes = started.processes()
        started.stop(signal.SIGKILL)
        left = left_of(processes, within=LEFT_ALONE_SECONDS)
        assert not left, "\n".join(["a killed supervisor left these running:", *left])


@pytest.fixture(scope="package")
def master_key(stack: Stack) -> str:
    """A key that holds every scope."""
    return stack.key()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def office(stack: Stack, master_key: str) -> AsyncIterator[Caller]:
    """Someone who may do everything, at the gateway."""
    caller = Caller(stack.url, master_key)
    yield caller
    await caller.close()
