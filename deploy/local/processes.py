"""One program, kept running until it is told to stop."""

import asyncio
import os
import pwd
import shutil
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy.local.network import Address
from deploy.refusal import Refusal
from deploy.terminal import warn

FIRST_PAUSE = 0.5  # seconds before a restart; doubled each time …
LONGEST_PAUSE = 8.0
SETTLED_AFTER = 15.0  # … until it ran this long: a process that has served is not one that fails at its start
GIVE_UP_AFTER = 3  # deaths before it was ever ready

LOG_LIMIT = 20 * 1024 * 1024  # bytes, a file
LOGS_KEPT = 3

Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run, and how to tell it to stop."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(repr=False)
    directory: Path | None = None
    address: Address | None = None
    """Where it answers `/readyz`, if it does."""
    user: pwd.struct_passwd | None = None
    stop_signals: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGKILL)
    before_start: Callable[[], None] | None = None
    tells_ready: bool = False
    """Whether it says when it is ready: it writes a line to the pipe whose number is in `READY_FD`."""
    niceness: int = 0
    """How far it stands back for the others when the machine is busy (1 to 19), or goes before them (-20 to -1), which
    systems allow to root only. One that tells when it is ready stands back from then on."""

    def listening(self, address: Address) -> "Program":
        """The same program, known to answer `/readyz` there."""
        return replace(self, address=address)


class Process:
    """A program's process, and the next one when it dies."""

    def __init__(self, program: Program, changed: Callable[[], None] = lambda: None) -> None:
        self.program = program
        self.restarts = 0
        self._began = 0.0
        self._changed = changed
        self._told_ready = False
        self._child: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process that runs now, if one does."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Begin to keep the program running."""
        turn_over(self.program.log)
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.program.name}")

    async def until_ready(self, ready: Probe, within: float) -> None:
        """Wait until the probe says yes; refuse when the process keeps dying or time is up."""
        deadline = time.monotonic() + within
        while not (self._child and await ready()):
            if self._keeper and self._keeper.done():
                await self._keeper
            if self.restarts >= GIVE_UP_AFTER:
                raise Refusal(f"{self.program.name} fails at its start: {last_line(self.program.log)}")
            if time.monotonic() > deadline:
                raise Refusal(f"{self.program.name} is not ready after {within:.0f} s (see {self.program.log})")
            await asyncio.sleep(0.05)

    async def has_told_ready(self) -> bool:
        """Whether the process that runs now has said that it is ready; for programs that do."""
        return self._told_ready

    async def stop(self, within: float) -> None:
        """Tell the process to stop; insist when it takes longer than `within` seconds."""
        self._stopping.set()
        if self._keeper is None:
            return
        *polite, final = self.program.stop_signals
        for wish in polite:
            self._send(wish)
            _, pending = await asyncio.wait({self._keeper}, timeout=within / len(polite))
            if not pending:
                return
            warn(f"{self.program.name} did not stop within {within / len(polite):.0f} s")
        self._send(final)
        await asyncio.wait({self._keeper}, timeout=5)

    def kill(self) -> None:
        """End the process at once, and start no other."""
        self._stopping.set()
        self._send(self.program.stop_signals[-1])

    def _send(self, wish: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            if self._child:
                self._child.send_signal(wish)

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                await self._begin()
            except OSError as error:  # no memory to fork, no such program
                ended = f"could not be started ({error.strerror or error})"
            else:
                ended = how_it_ended(await self._end())
            if self._stopping.is_set():
                return
            if time.monotonic() - self._began > SETTLED_AFTER:
                pause = FIRST_PAUSE
            self.restarts += 1
            warn(f"{self.program.name} {ended}; restarting in {pause:.1f} s (see {self.program.log})")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _begin(self) -> None:
        if self.program.before_start:
            self.program.before_start()
        self._told_ready = False
        if self.program.tells_ready:
            heard, tells = os.pipe()
            try:
                self._child = await _spawn(self.program, tells)
            except OSError:
                os.close(heard)
                raise
            finally:
                os.close(tells)
            asyncio.get_running_loop().add_reader(heard, self._hear, heard, self._child.pid)
        else:
            self._child = await _spawn(self.program)
            _rank(self._child.pid, self.program.niceness)
        self._began = time.monotonic()

    def _hear(self, pipe: int, pid: int) -> None:
        """The process said that it is ready, or ended without a word."""
        asyncio.get_running_loop().remove_reader(pipe)
        if os.read(pipe, 1) and pid == self.pid:
            self._told_ready = True
            _rank(pid, self.program.niceness)
        os.close(pipe)

    async def _end(self) -> int:
        assert self._child
        if self._stopping.is_set():  # asked to stop while the process was being made
            self._send(self.program.stop_signals[0])
        self._changed()
        code = await self._child.wait()
        self._child = None
        self._changed()
        return code


async def run_once(program: Program) -> bool:
    """Run a program to its end; true when it succeeded. It is ended with us when we are cancelled."""
    turn_over(program.log)
    child = await _spawn(program)
    try:
        return await child.wait() == 0
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()


async def _spawn(program: Program, tells: int | None = None) -> asyncio.subprocess.Process:
    user = program.user
    environment = dict(program.environment) | ({} if tells is None else {"READY_FD": str(tells)})
    with program.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=program.directory,
            env=environment,
            pass_fds=() if tells is None else (tells,),
            start_new_session=True,  # Ctrl-C is for the supervisor, which stops its processes in order
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )


def _rank(pid: int, niceness: int) -> None:
    """Linux shares time between sessions first (sched(7), autogroup), and each of our programs is one."""
    if not niceness:
        return
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
        Path(f"/proc/{pid}/autogroup").write_text(str(niceness))


def how_it_ended(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def last_line(log: Path) -> str:
    """The last line of a log, cut to what fits a terminal, and where the rest is."""
    lines = log.read_text(errors="replace").split("\n")[-50:] if log.exists() else []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "it wrote nothing")
    return f"{last[:300]} (see {log})"


def turn_over(log: Path) -> None:
    """Begin a new log file, and keep the last few."""
    for age in range(LOGS_KEPT, 0, -1):
        older = log.with_name(f"{log.name}.{age - 1}") if age > 1 else log
        if older.exists() and older.stat().st_size:
            older.replace(log.with_name(f"{log.name}.{age}"))
    log.touch(mode=0o640)


def keep_bounded(log: Path) -> None:
    """Cut a log that has grown too long: copied and emptied, not renamed, since its process has it open."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        os.truncate(log, 0)
