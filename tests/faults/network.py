"""A bad network between gateway, services and databases: one link after the other, every kind of weather."""

import asyncio
from collections.abc import Callable
from random import Random

from sqlalchemy import make_url

from deploy.local.processes import Program
from deploy.local.settings import GROUPS, SERVICES, SOCKET_NAME, LocalSettings
from tests.faults.fleet import Fleet, place_of, running, told
from tests.faults.history import now
from tests.faults.load import Load
from tests.faults.relay import BAD, Relay
from tests.faults.running import Result, ordeal

SERVICE_RELAYS, DATABASE_RELAYS, PORTS = 4, 8, 12
"""From the first port to those of the relays; how many ports in all."""
LASTS, RESTS = 1.8, 0.8
"""Seconds of bad weather on a link, and of fair weather after it."""
READ_WITHIN, WRITE_WITHIN = 5.0, 12.0
"""Seconds in which a client is answered, whatever the network behind the gateway does: the gateway's own deadlines
(table.py) with the time to connect, to look up the key, and to be scheduled on a busy machine."""

Say = Callable[[str], None]


async def network(*, seed: int, say: Say) -> Result:
    """Clients work while links go bad, one at a time."""
    random = Random(seed)

    async with running(lambda settings: _fleet(settings, seed), PORTS) as fleet:

        async def break_things(_: Load) -> list[float]:
            faults: list[float] = []
            troubles = [(link, weather) for link in fleet.relays for weather in BAD]
            random.shuffle(troubles)
            await asyncio.sleep(1)
            for link, weather in troubles:
                say(f"{link}: {weather}")
                fleet.relays[link].turn(weather)
                await asyncio.sleep(LASTS)
                fleet.relays[link].turn("clear")
                faults.append(now())
                await asyncio.sleep(RESTS)
            return faults

        result = await ordeal("network", await place_of(fleet), seed, break_things)
    assert result.history is not None
    for reading, within in ((True, READ_WITHIN), (False, WRITE_WITHIN)):
        took = [one.seconds for one in result.history.answers if (one.method == "GET") is reading]
        kind = "read" if reading else "write"
        result.figures[f"slowest {kind}"] = round(max(took), 2)
        result.expect(max(took) <= within, f"a {kind} was answered after {max(took):.1f} s (at most {within})")
    return result


def _fleet(settings: LocalSettings, seed: int) -> Fleet:
    """The stack, each process reaching services and its database through a relay."""
    to_service = {name: settings.port + SERVICE_RELAYS + place for place, name in enumerate(SERVICES)}
    to_database = {name: settings.port + DATABASE_RELAYS + place for place, name in enumerate(GROUPS)}

    def rewire(program: Program) -> list[Program]:
        urls = {f"{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in to_service.items()}
        return [told(program, **urls)]

    def through_relay(group: str, url: str) -> str:
        relayed = make_url(url).set(host="127.0.0.1", port=to_database[group], query={})
        return relayed.render_as_string(hide_password=False)

    server = settings.var.socket / SOCKET_NAME
    relays = {f"{name} to its database": Relay(port, [server], seed) for name, port in to_database.items()}
    for name, port in to_service.items():
        relays[f"others to {name}"] = Relay(port, [("127.0.0.1", settings.ports[name])], seed)
    return Fleet(settings, rewire, database=through_relay, relays=relays)
