"""One service answers nothing and holds everything (SIGSTOP), while the others serve."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

import httpx

from deploy.local.settings import SERVICES
from tests.factories.events import a_registration, a_series, open_event, yuan
from tests.factories.liaison import a_counterpart
from tests.factories.members import an_organisation
from tests.faults.history import now
from tests.faults.running import Place, Result
from tests.journeys.alliance import EVENT_YEAR, an_organisation_of
from tests.journeys.callers import Caller, percentile, timed
from tests.wire.stack import Stack

LISTS = {"members": "/v1/organisations", "events": "/v1/events", "liaison": "/v1/counterparts"}
MANY: dict[str, tuple[str, Callable[[], Any]]] = {
    "members": ("/v1/organisations", an_organisation),
    "events": ("/v1/series", a_series),
    "liaison": ("/v1/counterparts", a_counterpart),
}
"""Work on many rows, which has long to be done, but not to tell that nothing is being done."""
QUIET, FROZEN = 4.0, 6.0
"""Seconds that are measured before and after, and while the service is frozen."""
TOLD_WITHIN = 2.0
BACK_WITHIN = 10.0
SLOWER = 1.5
"""Times the p99 of the others may grow."""
CALLERS = 3
"""Clients a service; each asks again as soon as it was answered and has paused for a moment."""
PAUSE = 0.01

Say = Callable[[str], None]
Asked = tuple[httpx.Response, float]


async def frozen(stack: Stack, place: Place, *, say: Say) -> Result:
    """Freeze each service in turn."""
    result = Result("frozen")
    office = Caller(place.url, place.key)
    try:
        for name in SERVICES:
            say(f"{name} is frozen")
            await _freeze(stack, office, name, result)
        say("members is frozen, and people register")
        await _registrations(stack, office, result)
    finally:
        await office.close()
    return result


async def _freeze(stack: Stack, office: Caller, name: str, result: Result) -> None:
    before = await _ask_all(office, QUIET)
    pid = stack.pids()[name]
    os.kill(pid, signal.SIGSTOP)
    try:
        during, long_work = await asyncio.gather(_ask_all(office, FROZEN), _ask_for_much(office, name))
    finally:
        os.kill(pid, signal.SIGCONT)
    back = await _until_answered(office, LISTS[name])
    after = await _ask_all(office, QUIET)

    others = [other for other in SERVICES if other != name]
    quiet = [seconds for other in others for _, seconds in before[other] + after[other]]
    busy = [seconds for other in others for _, seconds in during[other]]
    was, is_ = percentile(quiet, 0.99), percentile(busy, 0.99)
    refusals = [*during[name], *long_work]
    slowest = max((seconds for _, seconds in refusals), default=0.0)
    much = max(seconds for _, seconds in long_work)
    result.figures[f"{name}: others' p99"] = f"{was * 1000:.0f} ms, then {is_ * 1000:.0f} ms ({is_ / was:.2f})"
    result.figures[f"{name}: callers told after at most"] = f"{slowest:.2f} s ({len(refusals)} callers)"
    result.figures[f"{name}: of work on many rows"] = f"{much:.2f} s"
    result.figures[f"{name}: back after"] = f"{back:.2f} s"
    result.expect(is_ <= SLOWER * was, f"{name} frozen: others' p99 grew {is_ / was:.2f} times")
    result.expect(slowest <= TOLD_WITHIN, f"{name} frozen: a caller was told after {slowest:.2f} s")
    result.expect(back <= BACK_WITHIN, f"{name} thawed: it answered after {back:.1f} s")
    for reply, _ in refusals:
        told = reply.status_code in (503, 504) and reply.headers.get("retry-after", "").isdigit()
        result.expect(told, f"{name} frozen: {reply.status_code}, Retry-After {reply.headers.get('retry-after')}")
    for other in others:
        for reply, _ in during[other]:
            result.expect(reply.status_code == 200, f"{name} frozen: {other} answered {reply.status_code}")


async def _registrations(stack: Stack, office: Caller, result: Result) -> None:
    """What needs an answer of the frozen service and can do without goes on, and is made right later."""
    member = await an_organisation_of(office, terms=EVENT_YEAR)
    _, admission = await open_event(office, admission={"price": yuan(120000), "member_price": yuan(80000)})
    pids = [stack.pids()[name] for name in ("members", "members-worker")]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        new = [a_registration(admission, organisation_id=member) for _ in range(6)]
        taken = await asyncio.gather(*(timed(office.post("/v1/registrations", one)) for one in new))
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    slowest = max(seconds for _, seconds in taken)
    result.figures["registrations while members is frozen"] = f"{len(taken)}, slowest {slowest:.2f} s"
    result.expect(slowest <= TOLD_WITHIN, f"a registration took {slowest:.2f} s")
    for reply, _ in taken:
        result.expect(reply.status_code == 201, f"a registration was refused: {reply.status_code}")
    began = now()
    while now() - began < BACK_WITHIN * 2:
        shown = [(await office.get(f"/v1/registrations/{reply.json()['id']}")).json() for reply, _ in taken]
        if all((one["price_status"], one["price_basis"]) == ("confirmed", "member") for one in shown):
            break
        await asyncio.sleep(0.2)
    else:
        result.failures.append("member prices were not confirmed after members came back")
    result.figures["member prices confirmed after"] = f"{now() - began:.1f} s"


async def _ask_all(office: Caller, seconds: float) -> dict[str, list[Asked]]:
    """Read from every service for a while."""
    answers: dict[str, list[Asked]] = {name: [] for name in LISTS}
    ends = now() + seconds

    async def ask(name: str) -> None:
        while now() < ends:
            answers[name].append(await timed(office.get(LISTS[name], params={"limit": 5})))
            await asyncio.sleep(PAUSE)

    await asyncio.gather(*(ask(name) for name in LISTS for _ in range(CALLERS)))
    return answers


async def _ask_for_much(office: Caller, name: str) -> list[Asked]:
    """Write and read many rows of a service."""
    path, new = MANY[name]
    bulk = office.post(f"{path}/bulk?dry_run=true", {"items": [new() for _ in range(20)]})
    return list(await asyncio.gather(timed(bulk), timed(office.get(f"{path}/export"))))


async def _until_answered(office: Caller, path: str) -> float:
    """Seconds until a service answers again."""
    began = now()
    while now() - began < BACK_WITHIN * 2:
        if (await office.get(path, params={"limit": 5})).status_code == 200:
            break
        await asyncio.sleep(0.05)
    return now() - began
