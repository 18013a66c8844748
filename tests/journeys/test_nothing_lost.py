"""Processes are killed and PostgreSQL is stopped hard while clients write: nothing acknowledged is lost or doubled, and
every change arrives where it is copied to. Recovery is the system's own. `make faults` does the same for longer, and
with every other fault (docs/reliability.md)."""

import signal

from tests.faults.history import now
from tests.faults.load import Load
from tests.faults.running import Place, ordeal
from tests.faults.seen import Databases
from tests.journeys.alliance import database
from tests.wire.stack import Stack

TOGETHER = ("members", "events-worker", "postgres")
"""Ended at the same moment."""
WRITES = 15


async def test_no_acknowledged_write_is_lost_or_doubled_and_every_change_arrives(stack: Stack, master_key: str) -> None:
    async def break_things(load: Load) -> list[float]:
        await load.more_is_done(WRITES)
        at = now()
        for name in TOGETHER:
            stack.kill(name, signal.SIGQUIT if name == "postgres" else signal.SIGKILL)
        await load.more_is_done(WRITES)
        return [at]

    databases = Databases({service: database(stack, service) for service in ("members", "events", "liaison")})
    result = await ordeal("a journey", Place(stack.url, master_key, databases), 29, break_things)
    assert result.verdict is not None
    assert result.verdict.good, result.verdict.examples()
