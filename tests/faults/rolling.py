"""Two instances of every process, restarted one after the other under load: nobody's request fails.

Connections are shared out by a TCP balancer of our own, as by a Kubernetes Service: one that is withdrawn gets no new
connections, and keeps those it has.
"""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import httpx

from deploy.local.processes import Process, Program
from deploy.local.settings import SERVICES, LocalSettings
from tests.factories.events import a_series
from tests.factories.liaison import a_counterpart
from tests.factories.members import an_organisation
from tests.faults.fleet import Fleet, place_of, running, told
from tests.faults.history import now
from tests.faults.load import Load
from tests.faults.relay import Relay
from tests.faults.running import Place, Result, ordeal
from tests.journeys.callers import Caller

SECOND, BALANCER, PORTS = 4, 8, 12
"""From an instance's port to its twin's, and to that of the balancer before both; how many ports in all."""
WITHDRAWN = 1.0
"""Seconds between withdrawing an instance and telling it to stop; Kubernetes' manifests of ours wait five."""
ARRIVES = 0.4
"""Seconds until the first half of a write has reached the service."""
NEW = {
    "members": ("/v1/organisations", an_organisation),
    "events": ("/v1/series", a_series),
    "liaison": ("/v1/counterparts", a_counterpart),
}

Say = Callable[[str], None]


async def rolling(*, seed: int, say: Say) -> Result:
    """Restart everything, one instance at a time, while clients work."""
    under_way: list[httpx.Response] = []

    async with running(_fleet, PORTS) as fleet:
        place = await place_of(fleet, f"http://127.0.0.1:{fleet.settings.port + BALANCER}")

        async def restart_all(_: Load) -> list[float]:
            restarts: list[float] = []
            await asyncio.sleep(1)
            for group in (*SERVICES, "gateway"):
                for twin in ("", "-b"):
                    say(f"{group}{twin} and its worker")
                    restarts.append(now())
                    async with _half_sent(place, group, under_way):
                        await _restart(fleet, group, twin)
            return restarts

        result = await ordeal("rolling", place, seed, restart_all)
    assert result.history is not None
    failed = result.history.failures()
    kinds = Counter(str(one.status or "no answer") for one in failed)
    result.figures["failed requests"] = ", ".join(f"{kind}: {times}" for kind, times in kinds.items()) or 0
    result.figures["requests under way at a stop"] = len(under_way)
    for one in failed[:5]:
        result.failures.append(f"{one.method} {one.path} failed after {one.seconds:.2f} s: {one.status}")
    for reply in under_way:
        result.expect(reply.status_code == 201, f"under way at a stop: {reply.status_code} {reply.text[:200]}")
    return result


async def _restart(fleet: Fleet, group: str, twin: str) -> None:
    """Withdraw an instance, stop it with its worker, and let both be used again when they are back."""
    web, worker = fleet.process(f"{group}{twin}"), fleet.process(f"{group}-worker{twin}")
    balancer = fleet.relays[group]
    mine = _address(web)
    balancer.targets.remove(mine)
    await asyncio.sleep(WITHDRAWN)
    await asyncio.gather(fleet.replaced(web, signal.SIGTERM), fleet.replaced(worker, signal.SIGTERM))
    balancer.targets.append(mine)


@asynccontextmanager
async def _half_sent(place: Place, group: str, answers: list[httpx.Response]) -> AsyncIterator[None]:
    """Writes to a service of which half is sent before the block, and the rest while what serves them stops."""
    path, new = NEW.get(group, NEW["events"])
    office = Caller(place.url, place.key)

    async def one() -> httpx.Response:
        body = json.dumps(new()).encode()

        async def halves() -> AsyncIterator[bytes]:
            yield body[:20]
            await asyncio.sleep(ARRIVES + WITHDRAWN + 1.5)
            yield body[20:]

        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
        return await office.request("POST", path, content=halves(), headers=headers)

    sending = [asyncio.create_task(one()) for _ in range(4)]
    try:
        await asyncio.sleep(ARRIVES)
        yield
        answers += await asyncio.gather(*sending)
    finally:
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        await office.close()


def _address(process: Process) -> tuple[str, int]:
    assert process.program.address is not None
    return process.program.address


def _fleet(settings: LocalSettings) -> Fleet:
    """Two of each, reached through balancers."""
    urls = {f"{name.upper()}_URL": f"http://127.0.0.1:{port + BALANCER}" for name, port in settings.ports.items()}
    urls["GOODBYE_SECONDS"] = "5"  # production's

    def twins(program: Program) -> list[Program]:
        first = told(program, **urls)
        name = f"{program.name}-b"
        second = replace(first, name=name, log=program.log.with_name(f"{name}.log"))
        if program.address is not None:
            host, port = program.address
            second = told(second, PORT=str(port + SECOND)).listening((host, port + SECOND))
        return [first, second]

    relays = {
        name: Relay(port + BALANCER, [("127.0.0.1", port), ("127.0.0.1", port + SECOND)])
        for name, port in settings.ports.items()
    }
    return Fleet(settings, twins, relays=relays)
