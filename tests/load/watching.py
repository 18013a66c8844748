"""Watches the system while traffic runs: memory of each process, sessions in PostgreSQL, open connections."""

import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import psutil
import psycopg

from deploy.local.settings import GROUPS
from tests.journeys.alliance import database
from tests.wire.stack import Stack

EVERY_SECONDS: Final = 1.0
LONG_IN_TRANSACTION: Final = 2.0
_SESSIONS = """
SELECT count(*),
       count(*) FILTER (WHERE state LIKE 'idle in transaction%%' AND now() - state_change > make_interval(secs => %s))
FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()
"""


@dataclass
class Sample:
    """One look. Megabytes; PostgreSQL's are what its processes hold besides the memory they share."""

    at: float
    memory: dict[str, float]
    sessions: int
    left_in_transaction: int
    """Sessions that have been idle inside a transaction for 2 seconds or more."""
    open_files: int
    """Of the gateway."""
    cpu: dict[str, float]
    """Processor seconds since the process began."""


@dataclass
class Watch:
    """Looks once a second, from `start` to `stop`."""

    stack: Stack
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._connections = [psycopg.connect(database(self.stack, group), autocommit=True) for group in GROUPS]

    def __enter__(self) -> "Watch":
        self._processes = {name: psutil.Process(pid) for name, pid in self.stack.pids().items()}
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        for connection in self._connections:
            connection.close()

    def peaks(self, since: float = 0.0, until: float = float("inf")) -> dict[str, float]:
        """The most each process held between two moments (`time.monotonic`)."""
        peaks: dict[str, float] = {}
        for sample in self.samples:
            if since <= sample.at <= until:
                for name, megabytes in sample.memory.items():
                    peaks[name] = max(peaks.get(name, 0.0), megabytes)
        return peaks

    def cores(self, since: float, until: float) -> dict[str, float]:
        """How many cores each process used on average between two moments."""
        seen = [sample for sample in self.samples if since <= sample.at <= until]
        if len(seen) < 2:
            return {}
        first, last = seen[0], seen[-1]
        return {name: round((last.cpu[name] - first.cpu.get(name, 0.0)) / (last.at - first.at), 2) for name in last.cpu}

    def kept(self) -> list[dict[str, Any]]:
        """For the JSON."""
        return [asdict(sample) for sample in self.samples]

    def _run(self) -> None:
        while not self._done.wait(EVERY_SECONDS):
            with suppress(psutil.Error):  # a process that was replaced as it was looked at
                self.samples.append(self._look())

    def _look(self) -> Sample:
        memory, cpu = {}, {}
        for name, process in self._processes.items():
            family = [process, *process.children(recursive=True)]
            infos = [one.memory_info() for one in family]
            shared = name == "postgres"
            memory[name] = round(sum(info.rss - (info.shared if shared else 0) for info in infos) / 1e6, 1)
            times = [one.cpu_times() for one in family]
            cpu[name] = round(sum(one.user + one.system for one in times), 2)
        sessions = left = 0
        for connection in self._connections:
            row = connection.execute(_SESSIONS, (LONG_IN_TRANSACTION,)).fetchone()
            if row is not None:
                sessions, left = sessions + row[0], left + row[1]
        files = self._processes["gateway"].num_fds()
        return Sample(time.monotonic(), memory, sessions, left, files, cpu)
