"""A system whose wiring is ours: proxies between its processes, two instances of each, another clock, a process that
cheats. What starts and restarts the processes is the supervisor of `alliance up` itself."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from deploy.local.network import is_ready
from deploy.local.postgres import Postgres
from deploy.local.processes import Process, Program
from deploy.local.programs import Programs
from deploy.local.settings import GROUPS, SERVICES, LocalSettings, Var
from deploy.local.stack import READY_WITHIN, Stack
from tests.faults.relay import Relay
from tests.faults.running import Place
from tests.faults.seen import Databases
from tests.journeys.callers import eventually
from tests.wire.stack import ROOT, free_ports

Rewire = Callable[[Program], list[Program]]
"""What to run in place of a program: itself with other settings, or several."""


def itself(program: Program) -> list[Program]:
    """The program as it is."""
    return [program]


def told(program: Program, **environment: str) -> Program:
    """The program with other settings."""
    return replace(program, environment={**program.environment, **environment})


class Fleet(Stack):
    """The stack with every program passed through `rewire`, databases reached where `database` says, and relays."""

    def __init__(
        self,
        settings: LocalSettings,
        rewire: Rewire = itself,
        *,
        database: Callable[[str, str], str] | None = None,
        relays: Mapping[str, Relay] | None = None,
    ) -> None:
        super().__init__(settings)
        self._rewire = rewire
        self._database = database
        self.relays = relays or {}

    @property
    def direct(self) -> dict[str, str]:
        """Where the databases are, past everything in between."""
        server = Postgres(self.settings.var, self.secrets)
        return {group: server.url(group) for group in GROUPS}

    def process(self, name: str) -> Process:
        """One of the processes."""
        return next(process for process in self._all() if process.program.name == name)

    async def replaced(self, process: Process, number: signal.Signals) -> None:
        """Send a signal and wait until another process stands in this one's place, and answers."""
        pid = process.pid
        assert pid is not None
        process._send(number)
        address = process.program.address

        async def back() -> None:
            assert process.pid not in (None, pid)
            assert address is None or await is_ready(address)

        await eventually(back, within=READY_WITHIN)

    async def _start_databases(self) -> dict[str, str]:
        urls = await super()._start_databases()
        return urls if self._database is None else {group: self._database(group, url) for group, url in urls.items()}

    async def _start_processes(self, plan: Programs) -> None:
        self._services = [self._start(one) for program in plan.services for one in self._rewire(program)]
        self._workers = [self._start(one) for program in plan.workers for one in self._rewire(program)]
        await self._all_ready(self._services)
        self._gateway = [self._start(one) for one in self._rewire(plan.gateway)]
        await self._all_ready(self._gateway)
        await self._until_described()

    async def _all_ready(self, processes: Sequence[Process]) -> None:
        for process in processes:
            assert process.program.address is not None
            await process.until_ready(partial(is_ready, process.program.address), READY_WITHIN)


@asynccontextmanager
async def running(make: Callable[[LocalSettings], Fleet], ports: int = 4) -> AsyncIterator[Fleet]:
    """A fleet from when it is ready until the end of the block; nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="alliance-faults-", ignore_cleanup_errors=True) as folder:
        fleet = make(LocalSettings(var=Var(Path(folder) / "var"), port=free_ports(ports)))
        async with AsyncExitStack() as relays:
            for relay in fleet.relays.values():
                await relays.enter_async_context(relay)
            try:
                await fleet.start()
                yield fleet
            finally:
                await fleet.stop()


async def place_of(fleet: Fleet, url: str | None = None) -> Place:
    """How clients and the checker reach a fleet."""
    key = await _new_key(fleet)
    databases = {service: url for service, url in fleet.direct.items() if service in SERVICES}
    return Place(url or fleet.settings.public_url, key, Databases(databases))


async def _new_key(fleet: Fleet) -> str:
    """An API key that holds every scope."""
    settings = fleet.settings
    asked = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", "keys", "create", "--name", "faults", "--scope", "*"),
        cwd=ROOT,
        env={**os.environ, "VAR": str(settings.var.root), "PORT": str(settings.port)},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await asked.communicate()
    assert asked.returncode == 0
    return printed.decode().strip()
