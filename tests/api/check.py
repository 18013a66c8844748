"""`make api-check`: the API as public tools see it, on a stack of its own.

Spectral with the OWASP rules, Redocly, two generated clients at work, and Schemathesis in all phases. Needs Node and
npm and, for the first run, the package registries; what it makes lies in `tests/api/.out`.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from tests.wire.stack import Stack, running

HERE = Path(__file__).parent
OUT = HERE / ".out"
DOCUMENT = OUT / "openapi.json"
LEAST_SCORE = 90
DOCUMENT_WITHIN = 30  # seconds; the gateway merges it from the services once they are up

console = Console()


class Failed(Exception):
    """A tool found something."""


def run(*command: str, **environment: str) -> None:
    """Run a tool; raises `Failed` when it is not content."""
    if subprocess.run(command, cwd=HERE, env={**os.environ, **environment}, check=False).returncode != 0:
        raise Failed(" ".join(command[:3]))


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


def fetch(stack: Stack) -> None:
    """Keep the merged document, once every service is in it."""
    ends = time.monotonic() + DOCUMENT_WITHIN
    while True:
        body = httpx.get(f"{stack.url}/openapi.json").raise_for_status().text
        if all(f'"{path}"' in body for path in ("/v1/organisations", "/v1/events", "/v1/counterparts")):
            DOCUMENT.write_text(body)
            return
        if time.monotonic() > ends:
            raise Failed("the document lacks a service")
        time.sleep(0.5)


def lint() -> None:
    """Both linters, with no error and no warning that counts; and the score."""
    npx("spectral", "lint", str(DOCUMENT.relative_to(HERE)), "--fail-severity", "error", "--quiet")
    npx("redocly", "lint", str(DOCUMENT))
    scored = subprocess.run(
        ["npx", "--no-install", "redocly", "score", str(DOCUMENT), "--format", "json"],
        cwd=HERE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    score = json.loads(scored.stdout)["agentReadiness"]
    console.print(f"Redocly score {score}")
    if score < LEAST_SCORE:
        raise Failed(f"the score is below {LEAST_SCORE}")


def typescript(stack: Stack, key: str) -> None:
    """Generate the TypeScript client, compile it in strict mode, and let it work."""
    npx("openapi-typescript", str(DOCUMENT), "--output", str(OUT / "schema.d.ts"))
    shutil.copy(HERE / "clients" / "scenario.ts", OUT / "scenario.ts")
    npx("tsc", "--project", "clients/tsconfig.json")
    run("node", str(OUT / "js" / "scenario.js"), BASE_URL=stack.url, API_KEY=key)


def python(stack: Stack, key: str) -> None:
    """Generate the Python client, check it strictly, and let it work."""
    tools = OUT / "venv" / "bin"
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    run(
        str(tools / "openapi-python-client"), "generate", "--path", str(DOCUMENT), "--meta", "none", "--overwrite",
        "--config", "clients/python.yaml", "--output-path", str(OUT / "alliance_client"), "--fail-on-warning",
        PATH=path,
    )  # fmt: skip
    shutil.copy(HERE / "clients" / "scenario.py", OUT / "scenario.py")
    npx("pyright", "--project", "clients/pyrightconfig.json", "--pythonpath", str(tools / "python"))
    run(str(tools / "python"), str(OUT / "scenario.py"), BASE_URL=stack.url, API_KEY=key)


def schemathesis(stack: Stack, key: str, examples: int) -> None:
    """Every operation, all phases, every check, as administrator."""
    me = httpx.get(f"{stack.url}/v1/me", headers={"Authorization": f"Bearer {key}"}).raise_for_status().json()
    run(
        beside("schemathesis"), "run", f"{stack.url}/openapi.json", "--checks", "all",
        "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(examples), "--continue-on-failure",
        API_KEY=key, API_KEY_ID=me["subject"].removeprefix("key:"),
    )  # fmt: skip


def main(
    only: Annotated[
        list[str] | None, typer.Option(help="lint, typescript, python or schemathesis; all by default.")
    ] = None,
    examples: Annotated[int, typer.Option(min=1, help="Cases an operation in Schemathesis' fuzzing.")] = 20,
) -> None:
    """Check the API with public tools."""
    OUT.mkdir(exist_ok=True)
    with running() as stack:
        key = stack.key()
        steps: dict[str, Callable[[], None]] = {
            "lint": lint,
            "typescript": lambda: typescript(stack, key),
            "python": lambda: python(stack, key),
            "schemathesis": lambda: schemathesis(stack, key, examples),
        }
        try:
            install()
            fetch(stack)
        except Failed as failure:
            sys.exit(f"api-check: {failure}")
        failures: list[str] = []
        for name in only or steps:
            console.rule(name)
            try:
                steps[name]()
            except Failed as failure:
                failures.append(f"{name} ({failure})")
    if failures:
        sys.exit(f"api-check: failed: {', '.join(failures)}")
    console.print("api-check: no failures")


if __name__ == "__main__":
    typer.run(main)
