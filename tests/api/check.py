"""`make api-check`: the API as public tools see it, on a stack of its own.

Spectral with the OWASP rules, Redocly, two generated clients at work, who is let in where, and Schemathesis in all
phases. Needs Node and npm and, for the first run, the package registries; what it makes lies in `tests/api/.out`.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from typing import Annotated, Any

import httpx
import typer

from deploy.migrations import lint as lint_migrations
from services.kit.http import trusted
from tests.api import fuzzing
from tests.api.breaking import breaks
from tests.api.callers import Office, ask_everything
from tests.api.clients import python, typescript
from tests.api.document import contract, merged, read
from tests.api.released import complaint, unaccepted
from tests.api.tools import DOCUMENT, HERE, OUT, Failed, console, install, npx, output
from tests.wire.stack import Stack, running

TARGET, LEAST_SCORE = 90, 87
"""Redocly's score: what is wanted, and what it must not fall below. README.md says what it is made of."""
DOCUMENT_WITHIN = 30  # seconds; the gateway merges it from the services once they are up


def fetch(stack: Stack) -> dict[str, Any]:
    """Keep the merged document, once every service is in it."""
    ends = time.monotonic() + DOCUMENT_WITHIN
    while True:
        body = httpx.get(f"{stack.url}/openapi.json", verify=trusted()).raise_for_status().text
        found: dict[str, Any] = json.loads(body)
        # As paths: a service's text may name another's.
        if found["paths"].keys() >= {"/v1/organisations", "/v1/events", "/v1/counterparts"}:
            DOCUMENT.write_text(body)
            return found
        if time.monotonic() > ends:
            raise Failed("the document lacks a service")
        time.sleep(0.5)


def lint() -> None:
    """Both linters, without an error; and the score."""
    npx("spectral", "lint", str(DOCUMENT.relative_to(HERE)), "--fail-severity", "error", "--quiet")
    npx("redocly", "lint", str(DOCUMENT))
    score = json.loads(output("npx", "--no-install", "redocly", "score", str(DOCUMENT), "--format", "json"))
    reached = score["agentReadiness"]
    console.print(f"Redocly score {reached} of {TARGET}{'' if reached >= TARGET else ': missed'}")
    if reached < LEAST_SCORE:
        raise Failed(f"the score is below {LEAST_SCORE}")


def released() -> None:
    """Nothing that clients of the released document depend on is gone; custom fields are each office's own."""
    if found := unaccepted(breaks(read(), contract(merged()))):
        raise Failed(complaint(found))


def migrations() -> None:
    """No migration of the four histories holds up traffic (squawk)."""
    if found := lint_migrations():
        raise Failed("\n".join(found))


def matrix(office: Office, document: dict[str, Any]) -> None:
    """Every operation as every kind of caller."""
    asked, wrong = ask_everything(office, document)
    console.print(f"{asked} calls")
    if wrong:
        raise Failed("\n".join(wrong))


def main(
    only: Annotated[list[str] | None, typer.Option(help="Steps, by name (README.md); all by default.")] = None,
    caller: Annotated[list[str] | None, typer.Option(help="Callers of the fuzzing; all by default.")] = None,
    examples: Annotated[int, typer.Option(min=1, help="Cases an operation in Schemathesis' fuzzing.")] = 5,
    share: Annotated[float, typer.Option(min=0, max=1, help="Part of the cases of its coverage phase.")] = 0.02,
    seed: Annotated[int | None, typer.Option(help="Of the cases, to see the same again.")] = None,
) -> None:
    """Check the API with public tools."""
    shutil.rmtree(OUT / "config", ignore_errors=True)
    (OUT / "config").mkdir(parents=True)
    with running() as stack:
        key = stack.key()
        office = Office.of(stack, key)
        try:
            if not only or {"lint", "typescript", "python"} & set(only):
                install()
            document = fetch(stack)
        except Failed as failure:
            sys.exit(f"api-check: {failure}")
        looks = fuzzing.Looks(examples, share, seed if seed is not None else int(time.time()))
        steps: dict[str, Callable[[], None]] = {
            "released": released,
            "migrations": migrations,
            "lint": lint,
            "typescript": lambda: typescript(stack, key),
            "python": lambda: python(stack, key),
            "matrix": lambda: matrix(office, document),
            **{
                f"schemathesis {name}": lambda name=name: fuzzing.run_as(name, office, document, looks)  # type: ignore[misc]
                for name in caller or fuzzing.CALLERS
            },
        }
        chosen = [name for name in steps if not only or name in only or name.split()[0] in only]
        failures, began = [], time.monotonic()
        for name in chosen:
            console.rule(name)
            try:
                steps[name]()
            except Failed as failure:
                console.print(str(failure), markup=False)
                failures.append(name)
            console.print(f"{name}: {time.monotonic() - began:.0f} s since the first step", markup=False)
    if failures:
        sys.exit(f"api-check: failed: {', '.join(failures)}")
    console.print(f"api-check: no failures in {', '.join(chosen)}")


if __name__ == "__main__":
    typer.run(main)
