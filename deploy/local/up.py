"""`alliance up`: the stack at a terminal, from the first line to Ctrl-C."""

import asyncio
import shlex
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path

from deploy.local.prepare import ADMINISTRATOR
from deploy.local.secret_files import ADMINISTRATOR_PASSWORD
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack
from deploy.terminal import say, warn

INSISTS_AFTER = 1.0  # seconds; `timeout` and make pass one signal on twice, and that is not impatience


class StopSignal:
    """Ctrl-C and SIGTERM: the first asks for an orderly stop, a later Ctrl-C for an immediate one."""

    def __init__(self, on_insisting: Callable[[], None]) -> None:
        self._asked = asyncio.Event()
        self._asked_at = 0.0
        self._on_insisting = on_insisting
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._receive, number)

    def _receive(self, number: signal.Signals) -> None:
        if not self._asked.is_set():
            self._asked_at = time.monotonic()
            self._asked.set()
            say("\nStopping. Ctrl-C again stops at once.")
        elif number == signal.SIGINT and time.monotonic() - self._asked_at > INSISTS_AFTER:
            warn("stopping at once")
            self._on_insisting()

    async def asked(self) -> None:
        """Wait until someone wants us to stop."""
        await self._asked.wait()


async def up(settings: LocalSettings, then: Callable[[], Coroutine[None, None, None]] | None = None) -> None:
    """Run the stack until asked to stop; with `then`, only for as long as that runs."""
    stack = Stack(settings)
    stop = asyncio.create_task(StopSignal(on_insisting=stack.kill).asked())
    say(f"Starting (data, logs and secrets in {_from_here(settings.var.root)}) …")
    began = time.monotonic()
    try:
        if await _before(stop, stack.start()):
            if then is None:
                say(banner(stack, time.monotonic() - began))
                await stop
            else:
                await _before(stop, then())
    finally:
        await stack.stop()
        stop.cancel()


async def _before(stop: asyncio.Task[None], work: Coroutine[None, None, None]) -> bool:
    """Do the work, or leave it when asked to stop; whether it was done."""
    doing = asyncio.create_task(work)
    await asyncio.wait({doing, stop}, return_when=asyncio.FIRST_COMPLETED)
    if doing.done():
        await doing
        return True
    doing.cancel()
    with suppress(asyncio.CancelledError):
        await doing
    return False


def banner(stack: Stack, seconds: float) -> str:
    """What to know once everything is up."""
    url = stack.settings.public_url
    password = _from_here(stack.secrets.path(ADMINISTRATOR_PASSWORD))
    lines = [
        "",
        f"  Alliance is up: {url}   (took {seconds:.1f} s; Ctrl-C stops it)",
        f"  API reference:  {url}/docs",
        "",
    ]
    if stack.new_administrator:
        lines += [
            f"  Administrator:  {ADMINISTRATOR}",
            f"  Password:       {password.read_text().strip()}",
            f"                  (printed this once; kept in {password})",
            "",
        ]
    lines += [
        "  Sign in, then make a first call:",
        "",
        *(f"    {line}" for line in _first_call(url, password)),
        "",
    ]
    return "\n".join(lines)


def _from_here(path: Path) -> Path:
    """A path as one would type it here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _first_call(url: str, password: Path) -> list[str]:
    body = f'{{"email": "{ADMINISTRATOR}", "password": "$(cat {shlex.quote(str(password))})"}}'.replace('"', r"\"")
    token = """python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'"""
    return [
        f"TOKEN=$(curl -s {url}/v1/sessions -H 'Content-Type: application/json' \\",
        f'  -d "{body}" \\',
        f"  | {token})",
        f"curl -s '{url}/v1/organisations?limit=3' -H \"Authorization: Bearer $TOKEN\"",
    ]
