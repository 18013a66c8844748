"""`make demo`: the demo alliance, through the public API at the gateway, as often as one likes."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo import (
    custom_fields,
    duplicates,
    events,
    imports,
    kinship,
    liaison,
    members,
    privacy,
    segments,
    showing,
    sites,
)
from deploy.demo.gateway import Gateway, Refused, Unreachable
from deploy.demo.missions import Unmapped
from deploy.demo.once import Advance, together
from deploy.demo.shown.files import show_files
from deploy.demo.shown.privacy import show_privacy
from deploy.demo.shown.records import show_records

Made = TypeVar("Made")


async def load(base_url: str, key: str, folder: Path) -> None:
    """Load the demo alliance with an API key of every scope. What is there already is left as it is; what is exported
    goes into the folder.

    Raises `Refused` when the API turns a call down, and `Unreachable` when nothing answers.
    """
    console = Console(stderr=True)
    unmapped = Unmapped()
    with Progress(
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        async with Gateway(base_url, key) as gateway:
            said = await _load(gateway, folder, unmapped, progress)
    _tell(console, unmapped, said)


async def _load(gateway: Gateway, folder: Path, unmapped: Unmapped, progress: Progress) -> list[str]:
    async def step(title: str, work: Callable[[Advance], Awaitable[Made]]) -> Made:
        task = progress.add_task(title, total=None)
        made = await work(lambda count: progress.advance(task, count))
        done = progress.tasks[task].completed
        progress.update(task, total=done, completed=done)
        return made

    async def programme() -> list[events.Loaded]:
        series = await step("Series", lambda tick: events.load_series(gateway, tick))
        editions = await step("Editions", lambda tick: events.load_editions(gateway, series, tick))
        await step("Guests of past editions", lambda tick: events.load_past(gateway, editions, tick))
        return editions

    async def alliance() -> tuple[dict[str, str], dict[str, str]]:
        organisations = await step("Organisations and hotels", lambda tick: members.load_organisations(gateway, tick))
        await step("Memberships", lambda tick: members.load_memberships(gateway, organisations, tick))
        await step("Branches and relations", lambda tick: kinship.load(gateway, organisations, tick))
        people = await step("People and their roles", lambda tick: members.load_people(gateway, organisations, tick))
        await step("Consents and retention", lambda tick: privacy.load(gateway, people, tick))
        await step("Sites and designations", lambda tick: sites.load_sites(gateway, organisations, tick))
        await step("Documents and notes", lambda tick: sites.load_papers(gateway, organisations, tick))
        close = await step(
            "Embassies and partners", lambda tick: liaison.load_counterparts(gateway, organisations, unmapped, tick)
        )
        contacts = await step("Contacts", lambda tick: liaison.load_contacts(gateway, close, tick))
        await step("Diary", lambda tick: liaison.load_diary(gateway, close, contacts, tick))
        return organisations, people

    await step("Custom fields", lambda tick: custom_fields.load_custom_fields(gateway, tick))
    editions, (organisations, people) = await together(programme(), alliance())
    await step("Newcomers from a file", lambda tick: imports.load_newcomers(gateway, tick))
    await step("One that is there twice", lambda tick: duplicates.merge_twice_written(gateway, tick))
    await step("The coming edition", lambda tick: events.load_coming(gateway, editions, organisations, people, tick))
    await step("Segments", lambda tick: segments.load_segments(gateway, organisations, tick))
    said = await step("Exports, facets, search", lambda tick: showing.show(gateway, folder, tick))
    said += await step("Files in and out", lambda tick: show_files(gateway, folder, tick))
    said += await step("Records over time", lambda tick: show_records(gateway, tick))
    return said + await step("Privacy", lambda tick: show_privacy(gateway, tick))


def _tell(console: Console, unmapped: Unmapped, said: Sequence[str]) -> None:
    for line in said:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for why, names in (("states that ended", unmapped.historic), ("no country by that name", unmapped.unknown)):
        if names:
            listed = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in names.most_common(20))
            console.print(f"Left without a country code, {why}: {listed}")


def main() -> None:
    """Load from the command line: the address, a folder for what is exported (without one a new one among temporary
    files), and the key on standard input, where no process list shows it."""
    try:
        folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="alliance-demo-"))
        asyncio.run(load(sys.argv[1], sys.stdin.readline().strip(), folder))
    except (Refused, Unreachable) as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
