"""`alliance status`: each process of the stack, its pid, and whether it can serve."""

import asyncio
import sys
import time
from datetime import timedelta

from rich.console import Console
from rich.table import Table

from deploy.local import state
from deploy.local.network import status_of, url_at
from deploy.local.settings import LocalSettings
from deploy.refusal import Refusal


async def show(settings: LocalSettings) -> bool:
    """Print the table; whether every process is well."""
    if not state.is_held(settings.var):
        raise Refusal(f"No stack runs in VAR={settings.var.root}; start it with `make up`.")
    running = state.read(settings.var)
    health = await asyncio.gather(*map(_health, running))
    table = Table("process", "pid", "health", "up for", "restarts", "address", box=None, pad_edge=False)
    for one, well in zip(running, health, strict=True):
        colour = "green" if well in WELL else "red"
        since = str(timedelta(seconds=int(time.time() - one.born))) if one.pid else "–"
        address = url_at(one.address) if one.address else "–"
        table.add_row(one.name, str(one.pid or "–"), f"[{colour}]{well}[/]", since, str(one.restarts), address)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    if settings.own_groups:
        from deploy.backup.shelf import Shelf

        age = Shelf.of(settings.var).age()
        ago = f"{timedelta(seconds=int(age.total_seconds()))} ago" if age else "never (`alliance backup`)"
        print(f"last backup: {ago}")
    return all(well in WELL for well in health)


WELL = ("ready", "running")


async def _health(one: state.Running) -> str:
    if one.process() is None:
        return "down"
    if one.address is None:
        return "running"
    status = await status_of(one.address)
    return "ready" if status == 200 else "no answer" if status is None else f"not ready ({status})"
