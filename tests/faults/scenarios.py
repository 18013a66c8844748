"""The scenarios by name, each with the system it needs."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from deploy.local.postgres import SUPERUSER, Postgres
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import SERVICES, Var
from tests.faults.clock import clock
from tests.faults.controls import controls
from tests.faults.frozen import frozen
from tests.faults.kills import kills
from tests.faults.network import network
from tests.faults.report import say
from tests.faults.rolling import rolling
from tests.faults.running import Place, Result
from tests.faults.seen import Databases
from tests.wire.stack import Stack, running


@dataclass(frozen=True)
class Wanted:
    """What the command was asked for."""

    seconds: float
    seed: int


Scenario = Callable[[Wanted], Coroutine[Any, Any, list[Result]]]


@contextmanager
def whole() -> Iterator[tuple[Stack, Place]]:
    """A system as `make up` starts it."""
    with running() as stack:
        yield stack, place_of(stack)


def place_of(stack: Stack) -> Place:
    """How clients and the checker reach a system."""
    server = Postgres(Var(stack.var), SecretFiles(Var(stack.var).secrets))
    return Place(stack.url, stack.key(), Databases({service: server.url(service) for service in SERVICES}))


def superuser_of(var: Var) -> str:
    """How whoever runs the PostgreSQL of a system reaches it."""
    password = SecretFiles(var.secrets).database_password(SUPERUSER)
    return f"host={var.socket} user={SUPERUSER} password={password} dbname=postgres"


async def _kills(wanted: Wanted) -> list[Result]:
    with whole() as (stack, place):
        superuser = superuser_of(Var(stack.var))
        return [await kills(stack, place, superuser, seconds=wanted.seconds, seed=wanted.seed, say=say)]


async def _frozen(_: Wanted) -> list[Result]:
    with whole() as (stack, place):
        return [await frozen(stack, place, say=say)]


async def _network(wanted: Wanted) -> list[Result]:
    return [await network(seed=wanted.seed, say=say)]


async def _rolling(wanted: Wanted) -> list[Result]:
    return [await rolling(seed=wanted.seed, say=say)]


async def _clock(wanted: Wanted) -> list[Result]:
    return [await clock(seed=wanted.seed, say=say)]


async def _controls(wanted: Wanted) -> list[Result]:
    return [await controls(seed=wanted.seed, say=say)]


SCENARIOS: dict[str, Scenario] = {
    "kills": _kills,
    "frozen": _frozen,
    "network": _network,
    "rolling": _rolling,
    "clock": _clock,
    "controls": _controls,
}
