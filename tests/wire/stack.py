"""The whole system for real: `alliance up` in a throw-away directory, called from outside, stopped at the end."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from deploy.local.scratch import scratch_folder
from services.kit.http import trusted

ROOT = Path(__file__).parents[2]
_ALLIANCE = (sys.executable, "-m", "deploy.cli")
_ELSEWHERE = ("DATABASE_URL", "DATABASE_OWNER_URL")
"""Variables that begin so name databases which are not a throw-away stack's."""
_UP = b"Alliance is up"
START_SECONDS = 150
STOP_SECONDS = 30
_PORTS = 4


def free_ports(count: int = _PORTS) -> int:
    """The first of several ports in a row that nobody listens on, below those that outgoing connections are given."""
    for _ in range(50):
        first = random.randrange(15_000, 32_000)
        if all(_is_free(first + n) for n in range(count)):
            return first
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@dataclass
class Stack:
    """A system in a directory of its own, which runs between `start` and `stop`."""

    var: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    """What it is told besides."""
    process: subprocess.Popen[bytes] = field(init=False)
    """The supervisor of its last start."""

    @property
    def url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the `alliance` command needs to find this stack; its databases are its own, whatever we were given."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_ELSEWHERE)}
        return {**kept, **self.settings, "VAR": str(self.var), "PORT": str(self.port)}

    @property
    def printed(self) -> str:
        """What the supervisor said at all of its starts."""
        return self._log.read_text()

    @property
    def _log(self) -> Path:
        return self.var.with_name("up.log")

    def start(self) -> None:
        """Start it, and return when it says that all of it is up."""
        with self._log.open("ab") as log:
            before = log.tell()
            command = [*_ALLIANCE, "up"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        ends = time.monotonic() + START_SECONDS
        while _UP not in (said := self._log.read_bytes()[before:]):
            if self.process.poll() is not None:
                raise RuntimeError(f"the stack ended at once:\n{said[-3000:].decode()}")
            if time.monotonic() > ends:
                raise TimeoutError(f"the stack is not up:\n{said[-3000:].decode()}")
            time.sleep(0.1)

    def stop(self, number: signal.Signals = signal.SIGTERM, within: float = STOP_SECONDS) -> int:
        """Send the supervisor a signal, by default the one that asks it to stop everything, and wait for its end.
        Answers its exit code."""
        self.process.send_signal(number)
        return self.process.wait(within)

    def processes(self) -> list[psutil.Process]:
        """The supervisor, and whatever it started and those did."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def alliance(self, *arguments: str) -> str:
        """Run the command against this stack; answers what it printed, without the end of the last line."""
        command = [*_ALLIANCE, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.removesuffix("\n")

    def key(self, *scopes: str, organisation: str | None = None) -> str:
        """A new API key; without scopes, one that holds all."""
        wanted = [word for scope in scopes or ("*",) for word in ("--scope", scope)]
        bound = ["--organisation", organisation] if organisation else []
        return self.alliance("keys", "create", "--name", "test", *wanted, *bound)

    def pids(self) -> dict[str, int]:
        """Name of a process → its pid now."""
        rows = json.loads((self.var / "run" / "state.json").read_text())
        return {row["name"]: row["pid"] for row in rows if row["pid"]}

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to one process, by default one it can't refuse."""
        os.kill(self.pids()[name], number)

    def client(self, key: str, **options: Any) -> httpx.AsyncClient:
        """Calls the gateway with a key."""
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20, verify=trusted(), **options)


@contextmanager
def running(**settings: str) -> Iterator[Stack]:
    """A stack from when it is up until the end of the block; nothing of it is left."""
    with tempfile.TemporaryDirectory(
        prefix="alliance-stack-", dir=scratch_folder(), ignore_cleanup_errors=True
    ) as folder:
        stack = Stack(Path(folder) / "var", free_ports(), settings)
        try:
            stack.start()
            yield stack
        finally:
            try:
                stack.stop()
            except subprocess.TimeoutExpired:
                stack.stop(signal.SIGKILL)


def left_of(processes: list[psutil.Process], within: float = 0) -> list[str]:
    """Those that still run when so many seconds have passed, as one types them; none as soon as none does."""
    ends = time.monotonic() + within
    while (left := [line for process in processes if (line := _command_of(process))]) and time.monotonic() < ends:
        time.sleep(0.1)
    return left


def _command_of(process: psutil.Process) -> str | None:
    """What a process runs; nothing when it has ended."""
    try:
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            return f"{process.pid} {' '.join(process.cmdline())}"
    except psutil.NoSuchProcess:
        pass
    return None
