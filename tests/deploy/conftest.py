"""A scratch `VAR`, and what the tests of the supervisor have in common."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from deploy.local.processes import Program
from deploy.local.scratch import scratch_folder
from deploy.local.settings import Var
from tests.wire.stack import free_ports

Eventually = Callable[[Callable[[], bool]], Awaitable[None]]
MakeProgram = Callable[..., Program]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A directory for the servers of a module."""
    with TemporaryDirectory(prefix="alliance-deploy-", dir=scratch_folder()) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as another user than we do
        yield Path(folder)


@pytest.fixture
def var(home: Path) -> Var:
    made = Var(home / f"var-{uuid4().hex[:8]}")
    made.make()
    return made


@pytest.fixture
def free_port() -> int:
    return free_ports()


@pytest.fixture
def program(tmp_path: Path) -> MakeProgram:
    """Make a small Python program, of the kind the supervisor runs."""

    def make(source: str, name: str = "child") -> Program:
        return Program(name=name, command=[sys.executable, "-c", source], environment={}, log=tmp_path / f"{name}.log")

    return make


@pytest.fixture(scope="session")
def eventually() -> Eventually:
    """Wait until something is so."""
    return partial(wait_until, within=20)


async def wait_until(is_so: Callable[[], bool], within: float) -> None:
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, f"it did not come about within {within:.0f} s"
        await asyncio.sleep(0.05)
