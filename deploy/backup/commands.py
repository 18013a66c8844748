"""`alliance backup` and `alliance restore` at a terminal. What they need is imported when they run."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from deploy.refusal import Refusal

KEEP = 7


def backup(
    keep: Annotated[int, typer.Option(min=1, help="How many base backups stay; older ones go, with their log.")] = KEEP,
    files_only: Annotated[bool, typer.Option("--files-only", help="Only uploaded files that came since.")] = False,
    show: Annotated[bool, typer.Option("--list", help="Only show what is there.")] = False,
) -> None:
    """Back up the running stack: databases, uploaded files, secrets (VAR, BACKUPS)."""
    from rich.console import Console

    from deploy.backup.files import mirror
    from deploy.backup.listing import line, table
    from deploy.backup.take import backup as take
    from deploy.local.settings import LocalSettings

    settings, console = LocalSettings.read(os.environ), Console(soft_wrap=True)
    if show:
        table(settings.var, console)
    elif files_only:
        print(f"{mirror(settings.var)} files copied to {settings.var.backups}")
    else:
        print(line(asyncio.run(take(settings, keep, console)), settings.var))


def restore(
    to: Annotated[
        str | None,
        typer.Option(help="A moment with its zone, such as 2026-11-28T23:10:00+08:00; the newest state when left out."),
    ] = None,
    into: Annotated[
        Path | None, typer.Option(help="A new VAR beside the one there is; in its place when left out.")
    ] = None,
    erasures: Annotated[
        Path | None,
        typer.Option(help="The ledger of `alliance erasures export`; the last backup's when left out.", exists=True),
    ] = None,
) -> None:
    """Bring databases and files back as they were at a moment. What is there is moved aside, never deleted."""
    from rich.console import Console

    from deploy.backup.listing import report
    from deploy.backup.moment import read
    from deploy.backup.restore import restore as run
    from deploy.local.settings import LocalSettings

    settings, moment = LocalSettings.read(os.environ), read(to) if to else None
    elsewhere = into.expanduser().absolute() if into else None
    try:
        restored = asyncio.run(run(settings, moment, elsewhere, erasures, Console(stderr=True)))
    except KeyboardInterrupt:
        raise Refusal("Stopped; nothing has changed.") from None
    report(restored, erasures or settings.var.backups / "erasures.jsonl")
