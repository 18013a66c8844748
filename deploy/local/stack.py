"""Start everything in order, watch it, and stop everything in order."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import IO

from deploy.backup.files import keep_up
from deploy.databases import check_reachable
from deploy.local import state, warden
from deploy.local.network import check_free, is_ready, text_of
from deploy.local.postgres import Postgres
from deploy.local.processes import Process, Program, keep_bounded, last_line, run_once
from deploy.local.programs import Programs, programs
from deploy.local.secret_files import ADMINISTRATOR_PASSWORD, SecretFiles
from deploy.local.settings import LocalSettings
from deploy.refusal import Refusal
from deploy.terminal import warn

READY_WITHIN = 120.0  # seconds, from the start of a process
DESCRIBED_WITHIN = 30.0
STOP_WITHIN = 11.0  # seconds for the gateway, the services and the workers together; PostgreSQL's come after
POSTGRES_STOPS_WITHIN = 8.0


class Stack:
    """PostgreSQL and every process on this machine."""

    def __init__(self, settings: LocalSettings) -> None:
        self.settings = settings
        self.secrets = SecretFiles(settings.var.secrets)
        self.new_administrator = False
        """Whether this start made the administrator."""
        self._lock: IO[str] | None = None
        self._state = state.State(settings.var)
        self._gateway: list[Process] = []
        self._services: list[Process] = []
        self._workers: list[Process] = []
        self._postgres: list[Process] = []
        self._upkeep: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start everything, and return when all of it is ready."""
        settings = self.settings
        settings.var.make()
        self._lock = state.hold(settings.var)
        await self._stop_leftovers()
        for name, port in settings.ports.items():
            host = settings.host if name == "gateway" else "127.0.0.1"
            check_free(name, (host, port), "PORT=… chooses others: it and the next three are used")
        self.secrets.make_all()
        self._upkeep = asyncio.create_task(self._look_after())

        database_urls = await self._start_databases()
        plan = programs(settings, self.secrets, database_urls, self._owner_urls())
        await self._prepare(plan)
        await self._start_processes(plan)

    async def _start_processes(self, plan: Programs) -> None:
        self._services = [self._start(program) for program in plan.services]
        self._workers = [self._start(program) for program in plan.workers]
        await self._until_ready(self._services)
        self._gateway = [self._start(plan.gateway)]
        await self._until_ready(self._gateway)
        await self._until_described()
        await asyncio.gather(*(worker.until_ready(worker.has_told_ready, READY_WITHIN) for worker in self._workers))

    async def stop(self) -> None:
        """Drain and stop everything: first what others lean on least."""
        deadline = time.monotonic() + STOP_WITHIN
        stages = [self._gateway, self._services, self._workers]
        for place, stage in enumerate(stages, 1):
            later = len(stages) - place  # each later stage keeps a second for itself
            within = max(deadline - time.monotonic() - later, 1.0)
            await asyncio.gather(*(process.stop(within) for process in stage))
        await asyncio.gather(*(process.stop(POSTGRES_STOPS_WITHIN) for process in self._postgres))
        if self._upkeep:
            self._upkeep.cancel()
        if self._lock:
            self._state.close()
            self._lock.close()

    def kill(self) -> None:
        """End everything at once."""
        for process in self._all():
            process.kill()

    def _all(self) -> list[Process]:
        """Every process, in the order to stop them."""
        return [*self._gateway, *self._services, *self._workers, *self._postgres]

    def _start(self, program: Program) -> Process:
        process = Process(program, changed=lambda: self._state.tell(self._all()))
        process.start()
        return process

    async def _until_ready(self, processes: Sequence[Process]) -> None:
        await asyncio.gather(
            *(
                process.until_ready(partial(is_ready, address), READY_WITHIN)
                for process in processes
                if (address := process.program.address)
            )
        )

    async def _until_described(self) -> None:
        """Wait, within reason, until the gateway has read what the services offer: then the reference is whole."""
        address = self._gateway[0].program.address
        assert address is not None
        ends = time.monotonic() + DESCRIBED_WITHIN
        while time.monotonic() < ends:
            with suppress(Refusal):
                status = json.loads(await text_of(address, "/status"))
                if all(service["version"] for service in status["services"]):
                    return
            await asyncio.sleep(0.2)

    async def _start_databases(self) -> dict[str, str]:
        """PostgreSQL for the groups that were given no database, and a look at those that were."""
        own = self.settings.own_groups
        urls = dict(self.settings.database_urls)
        await asyncio.gather(*(asyncio.to_thread(check_reachable, *given) for given in urls.items()))
        if own:
            server = Postgres(self.settings.var, self.secrets)
            if await server.make() and "gateway" in own:
                self.secrets.forget(ADMINISTRATOR_PASSWORD)  # it went with the data
            self._postgres = [self._start(server.program())]
            await self._postgres[0].until_ready(server.ready, READY_WITHIN)
            await server.provide(own)
            urls |= {group: server.url(group) for group in own}
        return urls

    def _owner_urls(self) -> dict[str, str]:
        server = Postgres(self.settings.var, self.secrets) if self.settings.own_groups else None
        own = {group: server.owner_url(group) for group in self.settings.own_groups} if server else {}
        return {**self.settings.owner_urls, **own}

    async def _prepare(self, plan: Programs) -> None:
        before = self.secrets.path(ADMINISTRATOR_PASSWORD).exists()
        if not await run_once(plan.prepare):
            raise Refusal(f"Could not prepare the start: {last_line(plan.prepare.log)}")
        self.new_administrator = not before and self.secrets.path(ADMINISTRATOR_PASSWORD).exists()

    async def _stop_leftovers(self) -> None:
        left = state.leftovers(self.settings.var)
        if left:
            warn(f"stopping {len(left)} processes that a killed supervisor left behind")
            await asyncio.to_thread(warden.stop, left)

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(60)
            for process in self._all():
                keep_bounded(process.program.log)
            if self.settings.own_groups:
                await asyncio.to_thread(keep_up, self.settings.var)
