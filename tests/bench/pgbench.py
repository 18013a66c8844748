"""pgbench with the service's own SQL: what PostgreSQL reaches by itself."""

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from services.contracts.scopes import SCOPES
from services.kit.auth import Caller
from services.kit.paging import Cursors
from services.members.features.organisations.queries import organisations
from tests.bench.tools import found
from tests.bench.wrk import CONNECTIONS, Load

CALLER = Caller("key:bench", "staff", frozenset(SCOPES))
_NUMBERED = re.compile(r"\$(\d+)")


async def statements(id: str, deep: str, queries: dict[str, bytes]) -> dict[str, str]:
    """Operation → the SQL that the service runs for it, values written out; the deep page begins after `deep`."""
    kept: dict[str, str] = {}
    ran: list[str] = []
    cursors = Cursors("bench")

    async def run(sql: str, arguments: Sequence[Any]) -> list[tuple[Any, ...]]:
        ran.append(_NUMBERED.sub(lambda number: _literal(arguments[int(number[1]) - 1]), sql))
        return []

    await organisations.one(run, CALLER, UUID(id))
    kept["one"] = ran[-1]
    for operation, query in queries.items():
        asked = organisations.query.model_validate(_parsed(query))
        if operation == "deep":
            bound_to = organisations.asked(CALLER, asked).bound_to
            asked = organisations.query.model_validate({"cursor": cursors.seal(bound_to, [deep])})
        await organisations.page(run, CALLER, asked, cursors)
        kept[operation] = ran[-1]
    return kept


def _parsed(query: bytes) -> dict[str, Any]:
    many = organisations.query.many
    return {name: [value] if name in many else value for name, value in parse_qsl(query.decode())}


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"ARRAY[{', '.join(map(_literal, value))}]"
    # pgbench would take a colon and a word for a variable of its own, also within quotes.
    text = str(value).replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a")
    return f"E'{text}'"


def pgbench(sql: str, url: str, *, seconds: float) -> Load:
    """Run one statement over and over."""
    with tempfile.TemporaryDirectory(prefix="alliance-pgbench-") as folder:
        script = Path(folder, "statement.sql")
        script.write_text(" ".join(sql.split()) + ";\n")
        command = [found("pgbench") or "pgbench", "-n", "-M", "prepared", f"-c{CONNECTIONS}", "-j1"]
        options = [f"-T{max(1, round(seconds))}", "-l", f"--log-prefix={folder}/log", "-f", str(script), url]
        done = subprocess.run(
            [*command, *options],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + 60,
            env={**os.environ, "PGOPTIONS": "-c jit=off"},
        )
        rate = re.search(r"tps = ([\d.]+) \(without", done.stdout)
        if done.returncode != 0 or rate is None:
            raise RuntimeError(f"pgbench failed:\n{done.stderr[-2_000:]}")
        took = sorted(
            int(line.split()[2]) for log in Path(folder).glob("log.*") for line in log.read_text().splitlines()
        )
    return Load(float(rate[1]), took[len(took) // 2] / 1000, took[len(took) * 99 // 100] / 1000)
