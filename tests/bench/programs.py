"""Programs to measure beside the system, each one worker of uvicorn on a free port."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.wire.stack import ROOT, free_ports


@contextmanager
def uvicorn(app: str, database_url: str) -> Iterator[str]:
    """Serve an ASGI app; the address, until the end of the block."""
    port = free_ports(1)
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log"]
    options = ["--loop", "uvloop", "--http", "httptools", "--log-level", "warning"]
    started = subprocess.Popen([*command, *options], cwd=ROOT, env={**os.environ, "DATABASE_URL": database_url})
    try:
        yield _ready(f"http://127.0.0.1:{port}", started)
    finally:
        started.terminate()
        started.wait(15)


def _ready(address: str, started: subprocess.Popen[bytes]) -> str:
    for _ in range(200):
        if started.poll() is not None:
            raise RuntimeError(f"{address} ended at once")
        try:
            httpx.get(f"{address}/docs", timeout=1)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return address
    raise TimeoutError(f"{address} does not answer")
