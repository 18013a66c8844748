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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.local.scratch import scratch_folder
from services.kit.http import trusted

ROOT = Path(__file__).parents[2]
START_SECONDS = 150
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
    """A running system."""

    var: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the `alliance` command needs to find this stack."""
        return {**os.environ, "VAR": str(self.var), "PORT": str(self.port)}

    def alliance(self, *arguments: str) -> str:
        """Run the command against this stack; answers what it printed."""
        command = [sys.executable, "-m", "deploy.cli", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

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
def running(**environment: str) -> Iterator[Stack]:
    """A stack from when it is healthy until the end of the block; nothing of it is left."""
    with tempfile.TemporaryDirectory(
        prefix="alliance-stack-", dir=scratch_folder(), ignore_cleanup_errors=True
    ) as folder:
        port = free_ports()
        var = Path(folder) / "var"
        log = Path(folder) / "up.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "deploy.cli", "up"],
                cwd=ROOT,
                env={**os.environ, **environment, "VAR": str(var), "PORT": str(port)},
                stdout=output,
                stderr=output,
            )
        stack = Stack(var, port, process)
        try:
            _wait(stack, log)
            yield stack
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def _wait(stack: Stack, log: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        if stack.process.poll() is not None:
            raise RuntimeError(f"the stack ended at once:\n{log.read_text()[-3000:]}")
        if healthy(stack.url):
            return
        time.sleep(0.2)
    raise TimeoutError(f"the stack did not get healthy:\n{log.read_text()[-3000:]}")


def healthy(url: str) -> bool:
    """Whether the gateway at an address is ready, and all behind it."""
    try:
        return httpx.get(f"{url}/readyz", timeout=1, verify=trusted()).status_code == 200
    except httpx.HTTPError:
        return False
