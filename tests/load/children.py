"""Processes that take orders and give results as lines of JSON."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.wire.stack import ROOT


class Child:
    """One such process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def tell(self, order: Any) -> None:
        """Give an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Wait for the next result."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def ask(self, order: Any) -> dict[str, Any]:
        """Give an order and wait for its result."""
        self.tell(order)
        return self.hear()


@contextmanager
def child(module: str) -> Iterator[Child]:
    """A process that runs a module of this folder, until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.load.{module}"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Child(process)
    finally:
        process.kill()
        process.wait(5)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
