"""What runs now: one supervisor a `VAR`, the file that says what it runs, and what a killed one left."""

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import IO

import psutil

from deploy.local.network import Address
from deploy.local.processes import Process
from deploy.local.settings import Var
from deploy.refusal import Refusal
from deploy.terminal import warn

LOCK_ATTEMPTS = 4
SAME_BIRTH = 2.0  # seconds; the time of birth of a process moves a little when the clock is set


@dataclass(frozen=True)
class Running:
    """A process as the state file has it."""

    name: str
    pid: int | None
    born: float
    """When it was made, in seconds since 1970; with the pid this names one process and no later one."""
    address: Address | None
    restarts: int

    def process(self) -> psutil.Process | None:
        """The process, if it is still the same one."""
        with suppress(psutil.NoSuchProcess):
            if self.pid:
                found = psutil.Process(self.pid)
                same = abs(found.create_time() - self.born) < SAME_BIRTH
                return found if same and found.status() != psutil.STATUS_ZOMBIE else None
        return None


def hold(var: Var) -> IO[str]:
    """Become the one supervisor of a `VAR`, for as long as the file returned is open."""
    try:
        lock = var.lock.open("a")
    except OSError as error:
        raise Refusal(f"Cannot write to VAR={var.root}: {error.strerror or error}.") from error
    for attempt in range(LOCK_ATTEMPTS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Who only looks whether it is held (`is_held`) holds it for a moment.
            time.sleep(0.05 if attempt + 1 < LOCK_ATTEMPTS else 0)
        else:
            return lock
    lock.close()
    raise Refusal(f"The stack in VAR={var.root} is up already; see `alliance status`.")


def is_held(var: Var) -> bool:
    """Whether a supervisor is at work on a `VAR`."""
    if not var.lock.exists():
        return False
    try:
        hold(var).close()
    except Refusal:
        return True
    return False


def read(var: Var) -> list[Running]:
    """What the state file says; nothing when there is none."""
    try:
        rows = json.loads(var.state.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return [Running(**row | {"address": tuple(row["address"]) if row["address"] else None}) for row in rows]


class State:
    """Tells the state file and the warden what runs, whenever that changes."""

    def __init__(self, var: Var) -> None:
        self._path = var.state
        self._warden: Popen[str] | None = None

    def tell(self, processes: Sequence[Process]) -> None:
        """Say what runs now; processes are named in the order to stop them."""
        try:
            self._write([_running(process) for process in processes])
            self._tell_warden([process.pid for process in processes if process.pid])
        except OSError as error:  # a full disk, say; what runs goes on running
            warn(f"cannot keep {self._path} up to date: {error.strerror or error}")

    def close(self) -> None:
        """Say that nothing runs, and let the warden go."""
        self.tell([])
        if self._warden and self._warden.stdin:
            self._warden.stdin.close()
            self._warden.wait(5)

    def _write(self, running: Iterable[Running]) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps([asdict(one) for one in running], indent=1))
        fresh.replace(self._path)

    def _tell_warden(self, pids: list[int]) -> None:
        if not pids and self._warden is None:
            return
        if self._warden is None or self._warden.poll() is not None:
            self._warden = Popen(
                [sys.executable, "-m", "deploy.local.warden"],
                stdin=PIPE,
                stdout=DEVNULL,
                stderr=DEVNULL,
                cwd=Path(__file__).resolve().parents[2],
                start_new_session=True,
                text=True,
            )
        if self._warden.stdin:
            with suppress(BrokenPipeError):
                self._warden.stdin.write(json.dumps(pids) + "\n")
                self._warden.stdin.flush()


def _running(process: Process) -> Running:
    program, born = process.program, 0.0
    with suppress(psutil.NoSuchProcess):
        born = psutil.Process(process.pid).create_time() if process.pid else 0.0
    return Running(program.name, process.pid, born, program.address, process.restarts)


def leftovers(var: Var) -> list[psutil.Process]:
    """Processes that an earlier supervisor left behind, in the order to stop them."""
    return [found for running in read(var) if (found := running.process()) and found.pid != os.getpid()]


def gateway_address(var: Var) -> Address:
    """Where the gateway of the running stack listens."""
    for running in read(var) if is_held(var) else ():
        if running.name == "gateway" and running.address:
            return running.address
    raise Refusal(f"No stack runs in VAR={var.root}; start it with `make up`.")
