"""How one scenario runs: clients at work, something breaks them, and the checker looks when all of it has settled."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.history import History, now
from tests.faults.load import KINDS, SEATS, Load, Scene, under_load
from tests.faults.seen import Databases, Seen, look
from tests.faults.verdict import Verdict, check
from tests.journeys.callers import Caller, eventually

SETTLES_WITHIN = 30.0
"""Seconds after the last fault in which every change has to be where it belongs; what has not arrived is late."""
BACK_WITHIN = 60.0
"""Seconds in which everything has to run again by itself."""


@dataclass
class Place:
    """A system that runs, as its clients and the checker reach it."""

    url: str
    key: str
    databases: Databases


@dataclass
class Result:
    """What a scenario found."""

    name: str
    verdict: Verdict | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    """Measured, in the order to print."""
    failures: list[str] = field(default_factory=list)
    not_run: str | None = None
    """Why it could not be tried; that is no pass."""
    seconds: float = 0.0
    history: History | None = None
    seen: Seen | None = None

    @property
    def good(self) -> bool:
        """Whether it ran and nothing went wrong."""
        return self.not_run is None and not self.failures and (self.verdict is None or self.verdict.good)

    def expect(self, holds: bool, otherwise: str) -> None:
        """Keep a failure unless this holds."""
        if not holds:
            self.failures.append(otherwise)


Break = Callable[[Load], Awaitable[list[float]]]
"""Breaks things while clients work; answers when, so that recovery can be told."""


async def ordeal(name: str, place: Place, seed: int, break_things: Break) -> Result:
    """Clients work while things are broken; then the system is looked at."""
    office = Caller(place.url, place.key)
    try:
        scene = await eventually(lambda: Scene.set_up(office), within=BACK_WITHIN)
        async with under_load(place.url, place.key, scene, seed) as load:
            faults = await break_things(load)
        await until_well(office)
        seen, verdict = await settled(office, place, scene, load.history)
    finally:
        await office.close()
    result = Result(name, verdict, history=load.history, seen=seen)
    result.figures |= told(load.history, faults)
    return result


async def settled(
    office: Caller, place: Place, scene: Scene, history: History, *, within: float = SETTLES_WITHIN
) -> tuple[Seen, Verdict]:
    """What the system holds, once nothing is on its way any more or time is up; and what the checker says."""
    ends = now() + within
    while True:
        seen = await look(office, place.databases, since=scene.since, event=scene.event, first_capacity=SEATS)
        verdict = check(history, seen)
        if verdict.arrived or now() > ends:
            return seen, verdict
        await asyncio.sleep(0.5)


async def until_well(office: Caller) -> None:
    """Wait until the gateway says that everything is there."""

    async def well() -> None:
        try:
            reply = await office.get("/status")
        except httpx.TransportError as error:
            raise AssertionError from error
        assert reply.status_code == 200, reply.text
        assert reply.json()["status"] == "ok", reply.text

    await eventually(well, within=BACK_WITHIN)


def told(history: History, faults: list[float]) -> dict[str, Any]:
    """What a run was like: how much was written, how much was refused, how soon it went on."""
    outcomes = {outcome.value: times for outcome, times in history.outcomes().items()}
    answered = [one for one in history.answers if one.status is not None]
    figures: dict[str, Any] = {
        "faults": len(faults),
        **outcomes,
        "reads": len(history.reads),
        "requests": len(history.answers),
        "answered 5xx": sum(1 for one in answered if one.status is not None and one.status >= 500),
        "not answered": len(history.answers) - len(answered),
        "changes followed": sum(map(len, history.followed.values())),
        "slowest answer": round(max((one.seconds for one in answered), default=0.0), 2),
    }
    if faults:
        figures["longest without a write"] = round(longest_gap(history), 1)
        figures["longest until writes went on"] = round(max(_recovery(history, at) for at in faults), 1)
    return figures


def _recovery(history: History, fault: float) -> float:
    """Seconds from a fault until both services have done a write that began after it."""
    return max(
        min((write.ended - fault for write in history.of(*verbs) if write.began >= fault), default=0.0)
        for verbs in KINDS
    )


def longest_gap(history: History) -> float:
    """The longest time in which one of the services acknowledged nothing, in seconds."""
    gaps = [0.0]
    for verbs in KINDS:
        ended = sorted(write.ended for write in history.of(*verbs))
        gaps += [later - earlier for earlier, later in itertools.pairwise(ended)]
    return max(gaps)
