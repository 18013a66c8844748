"""`alliance up` for real: everything healthy, restarted when it dies, stopped without a trace."""

import json
import os
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.local.settings import GROUPS, Var
from tests.deploy.conftest import Eventually
from tests.wire.stack import free_ports, healthy

REPOSITORY = Path(__file__).resolve().parents[2]
PROCESSES = {"postgres", *GROUPS, *(f"{group}-worker" for group in GROUPS)}
KILLED = ("members", "events-worker", "gateway", "postgres")


@dataclass
class Up:
    """A stack that runs, and what it printed so far."""

    supervisor: subprocess.Popen[bytes]
    var: Var
    port: int
    printed_to: Path

    @property
    def printed(self) -> str:
        return self.printed_to.read_text()

    def pids(self) -> dict[str, int | None]:
        return {one["name"]: one["pid"] for one in json.loads(self.var.state.read_text())}

    def processes(self) -> list[psutil.Process]:
        return [psutil.Process(pid) for pid in self.pids().values() if pid]

    def alliance(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *command],
            cwd=REPOSITORY,
            env=environment(self.var, self.port),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def call(self, path: str, key: str = "", body: dict[str, str] | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode() if body else None,
            headers={"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {}),
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as reply:
            return json.load(reply)


def environment(var: Var, port: int) -> dict[str, str]:
    passed = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
    return passed | {"VAR": str(var.root), "PORT": str(port)}


@contextmanager
def start(var: Var, port: int, printed_to: Path) -> Iterator[Up]:
    """Start a stack; whatever is left of it at the end is killed."""
    with printed_to.open("wb") as printed:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "up"],
            cwd=REPOSITORY,
            env=environment(var, port),
            stdout=printed,
            stderr=printed,
        )
    up = Up(supervisor, var, port, printed_to)
    try:
        yield up
    finally:
        if supervisor.poll() is None:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(20)


def is_up(up: Up) -> bool:
    assert up.supervisor.poll() is None, up.printed
    return "Alliance is up" in up.printed


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@pytest.fixture(scope="module")
async def up(home: Path, patiently: Eventually) -> AsyncIterator[Up]:
    """A first start in an empty directory."""
    with start(Var(home / "var"), free_ports(), home / "printed") as made:
        await patiently(lambda: is_up(made))
        yield made


async def test_starts_everything_and_says_so(up: Up) -> None:
    assert up.pids().keys() == PROCESSES
    status = up.alliance("status")
    assert status.returncode == 0, status.stdout
    assert all(name in status.stdout for name in PROCESSES)


async def test_makes_an_administrator_who_can_sign_in(up: Up) -> None:
    file = up.var.secrets / "administrator-password"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    password = file.read_text().strip()
    assert up.printed.count(password) == 1
    session = up.call("/v1/sessions", body={"email": "admin@alliance.example", "password": password})
    assert up.call("/v1/organisations?limit=1", key=session["access_token"])["items"] == []


async def test_makes_a_key_that_scripts_can_use(up: Up) -> None:
    made = up.alliance("keys", "create", "--name", "script", "--scope", "*")
    assert made.returncode == 0, made.stderr
    (key,) = made.stdout.splitlines()
    assert key.startswith("alc_live_")
    assert up.call("/v1/organisations?limit=1", key=key)["items"] == []
    assert "script" in up.alliance("keys", "list").stdout


async def test_prints_the_merged_document(up: Up) -> None:
    printed = up.alliance("openapi")
    assert {"/v1/organisations", "/v1/events", "/v1/counterparts"} <= json.loads(printed.stdout)["paths"].keys()


async def test_restarts_what_dies(up: Up, patiently: Eventually) -> None:
    killed = {name: pid for name, pid in up.pids().items() if pid and name in KILLED}
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    await patiently(lambda: all(up.pids()[name] not in (None, pid) for name, pid in killed.items()))
    await patiently(
        lambda: healthy(f"http://127.0.0.1:{up.port}")
    )  # asking is cheaper than the command, and leaves the machine to them
    await patiently(lambda: up.alliance("status").returncode == 0)
    for name in KILLED:
        assert f"{name} was ended by SIGKILL; restarting in 0.5 s" in up.printed


async def test_stops_without_a_trace_and_starts_again_with_its_data(
    tmp_path: Path, up: Up, patiently: Eventually
) -> None:
    processes = up.processes()
    up.supervisor.send_signal(signal.SIGTERM)
    assert up.supervisor.wait(20) == 0
    assert not any(is_alive(process) for process in processes)

    password = (up.var.secrets / "administrator-password").read_text().strip()
    with start(up.var, up.port, tmp_path / "printed") as again:
        await patiently(lambda: is_up(again))
        assert password not in again.printed
        assert again.call("/v1/sessions", body={"email": "admin@alliance.example", "password": password})

        processes = again.processes()
        again.supervisor.kill()
        await patiently(lambda: not any(is_alive(process) for process in processes))
