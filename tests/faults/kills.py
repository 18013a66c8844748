"""Processes are killed, PostgreSQL stops at once, connections are cut: at random, one after the other."""

import asyncio
import signal
from collections.abc import Callable
from random import Random

import psycopg

from deploy.local.settings import GROUPS, SERVICES
from tests.faults.history import now
from tests.faults.load import Load
from tests.faults.running import Place, Result, ordeal
from tests.wire.stack import Stack

EVERY = 4.0
"""Seconds between two faults, on average: less than everything takes to come back, so that faults meet recoveries."""
PROCESSES = (*SERVICES, "gateway", *(f"{group}-worker" for group in GROUPS))
_CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s"

Say = Callable[[str], None]


async def kills(stack: Stack, place: Place, superuser: str, *, seconds: float, seed: int, say: Say) -> Result:
    """Break something every few seconds. The supervisor is the system's own, and so is the recovery."""
    random = Random(seed)

    async def break_things(_: Load) -> list[float]:
        faults: list[float] = []
        ends = now() + seconds
        await asyncio.sleep(EVERY / 2)
        # Every kind once, in any order, then whatever comes.
        todo: list[tuple[str, ...]] = [(name,) for name in PROCESSES]
        todo += [("postgres",), ("postgres",), *((f"cut {group}",) for group in GROUPS), tuple(SERVICES)]
        random.shuffle(todo)
        while now() < ends:
            what = todo.pop() if todo else tuple(random.sample([*PROCESSES, "postgres"], random.choice((1, 1, 2, 3))))
            done = [name for name in what if _break(stack, superuser, name)]
            if done:
                say(f"{', '.join(done)}")
                faults.append(now())
            await asyncio.sleep(EVERY * (0.5 + random.random()))
        return faults

    return await ordeal("kills", place, seed, break_things)


def _break(stack: Stack, superuser: str, name: str) -> bool:
    """End a process, or cut the connections of a database; false when it is not there at the moment."""
    try:
        if name.startswith("cut "):
            with psycopg.connect(superuser, autocommit=True, connect_timeout=1) as connection:
                connection.execute(_CUT, (name.removeprefix("cut "),))
        else:
            # To PostgreSQL SIGQUIT is what `pg_ctl stop -m immediate` sends: no checkpoint, no goodbye.
            stack.kill(name, signal.SIGQUIT if name == "postgres" else signal.SIGKILL)
    except (KeyError, ProcessLookupError, psycopg.OperationalError):
        return False
    return True
