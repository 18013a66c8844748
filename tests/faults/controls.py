"""The positive control: services that cheat, under the same clients and the same checker. It must see them."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace

from deploy.local.processes import Program
from deploy.local.settings import LocalSettings
from tests.faults.fleet import Fleet, place_of, running
from tests.faults.load import SEATS, Scene, under_load
from tests.faults.plants import unseen
from tests.faults.running import BACK_WITHIN, Result, settled
from tests.journeys.callers import Caller, eventually

CHEATS = ("members", "events")
LASTS = 16.0
CROWD = 2 * SEATS
"""Who want into the event at once: so many that more than one of them counts the last place as free."""
SETTLES_WITHIN = 3.0
MUST_SEE = ("lost", "doubled", "stale", "overbooked", "late", "twice")
"""What those services do wrong; the rest is planted in a good run's history (`plants.py`)."""

Say = Callable[[str], None]


async def controls(*, seed: int, say: Say) -> Result:
    """Let services cheat, and see whether the checker notices each way."""
    result = Result("controls")
    async with running(_fleet) as fleet:
        place = await place_of(fleet)
        office = Caller(place.url, place.key)
        try:
            scene = await eventually(lambda: Scene.set_up(office), within=BACK_WITHIN)
            say("services cheat")
            async with under_load(place.url, place.key, scene, seed, crowd=CROWD) as load:
                await asyncio.sleep(LASTS)
            _, verdict = await settled(office, place, scene, load.history, within=SETTLES_WITHIN)
        finally:
            await office.close()
    for kind in MUST_SEE:
        times = verdict.counts[kind]
        result.figures[f"cheating services: {kind}, seen"] = times
        result.expect(times > 0, f"services cheated, and the checker saw nothing of it: {kind}")
    return result


def planted(results: list[Result]) -> Result:
    """Damage planted in what good runs left: the checker must see each kind in each of them."""
    result = Result("plants")
    for run in results:
        if run.verdict is None or not run.verdict.good or run.history is None or run.seen is None:
            continue
        missed = unseen(run.history, run.seen)
        result.figures[f"planted in {run.name}, not seen"] = len(missed)
        result.failures += [f"planted in {run.name} and not seen: {what}" for what in missed]
    if not result.figures:
        result.not_run = "There is no good run to plant damage in."
    return result


def _fleet(settings: LocalSettings) -> Fleet:
    def cheating(program: Program) -> list[Program]:
        if program.name in CHEATS:
            return [replace(program, command=[sys.executable, "-m", "tests.faults.cheat", program.name])]
        return [program]

    return Fleet(settings, cheating)
