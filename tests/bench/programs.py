"""Programs to measure beside the system, each one worker on a free port."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.bench.tools import found, pinned
from tests.wire.stack import ROOT, free_ports


@dataclass(frozen=True)
class Program:
    """One that runs."""

    url: str
    pid: int


@contextmanager
def uvicorn(
    app: str, database_url: str = "", *, core: int | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Serve an ASGI app, until the end of the block."""
    port = free_ports(1)
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log"]
    options = ["--loop", "uvloop", "--http", "httptools", "--log-level", "warning"]
    given = {**os.environ, "DATABASE_URL": database_url, **(environment or {})}
    with started(pinned(core, [*command, *options]), f"http://127.0.0.1:{port}", given) as program:
        yield program


@contextmanager
def module(name: str, environment: Mapping[str, str], *, core: int | None = None) -> Iterator[Program]:
    """Run one of the system's own processes with another environment, on a free port."""
    port = free_ports(1)
    given = {**environment, "PORT": str(port)}
    with started(pinned(core, [sys.executable, "-m", name]), f"http://127.0.0.1:{port}", given, "/readyz") as program:
        yield program


@contextmanager
def nginx(configuration: str, folder: Path, *, core: int | None = None) -> Iterator[Program]:
    """nginx with one worker; `{port}` in the server's configuration is the port it is given."""
    port = free_ports(1)
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = (
        f"worker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
        f"events {{ worker_connections 1024; }}\n"
        f"http {{ access_log off; keepalive_requests 10000000; {temporary}\n{configuration} }}\n"
    )
    file = folder / "nginx.conf"
    file.write_text(text.replace("{port}", str(port)))
    command = [found("nginx") or "nginx", "-p", str(folder), "-c", str(file), "-g", "daemon off;"]
    with started(pinned(core, command), f"http://127.0.0.1:{port}", dict(os.environ)) as program:
        yield program


@contextmanager
def started(
    command: list[str], url: str, environment: Mapping[str, str], path: str = "/", *, keep: Sequence[int] = ()
) -> Iterator[Program]:
    """A program from when it answers until the end of the block. It is handed the file descriptors in `keep`."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, pass_fds=keep
    )
    try:
        _wait(url + path, process)
        yield Program(url, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            said = process.stderr.read().decode(errors="replace") if process.stderr else ""
            raise RuntimeError(f"{address} ended at once: {said[-2_000:]}")
        try:
            httpx.get(address, timeout=1)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{address} does not answer")
