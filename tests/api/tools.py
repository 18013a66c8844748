"""Runs the tools, which package.json and clients/requirements.txt pin."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from rich.console import Console

HERE: Final = Path(__file__).parent
OUT: Final = HERE / ".out"
DOCUMENT: Final = OUT / "openapi.json"

console: Final = Console()


class Failed(Exception):
    """A tool found something."""


def run(*command: str, **environment: str) -> None:
    """Run a tool; raises `Failed` when it is not content."""
    if subprocess.run(command, cwd=HERE, env={**os.environ, **environment}, check=False).returncode != 0:
        raise Failed(" ".join(command[:3]))


def output(*command: str) -> str:
    """Run a tool for what it prints."""
    return subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True).stdout


def beside(name: str) -> str:
    """A program of this virtual environment."""
    return str(Path(sys.executable).with_name(name))


def npx(*command: str, **environment: str) -> None:
    """Run a tool of package.json."""
    run("npx", "--no-install", *command, **environment)


def install() -> None:
    """Get the tools that the lock file pins."""
    if shutil.which("npm") is None:
        raise Failed("npm is not installed")
    run("npm", "ci", "--silent")
    python = str(OUT / "venv" / "bin" / "python")
    run(beside("uv"), "venv", "--quiet", "--clear", "--python", sys.executable, str(OUT / "venv"))
    run(beside("uv"), "pip", "install", "--quiet", "--python", python, "--requirement", "clients/requirements.txt")
