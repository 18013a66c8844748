"""The clock moves under everything that runs: across the end of tokens, of the office's day, and of a year.

libfaketime stands between every process, PostgreSQL included, and the system's clock; clocks that only measure how long
something takes go on as they are. All processes see the same moment, as those of one machine do whose clock was set.
"""

import asyncio
import importlib.util
import platform
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from deploy.local.processes import Process, Program
from deploy.local.programs import Programs
from deploy.local.secret_files import ADMINISTRATOR_PASSWORD
from deploy.local.settings import LocalSettings
from tests.factories.events import a_registration, open_event, yuan
from tests.factories.liaison import a_counterpart, a_follow_up
from tests.factories.members import a_membership, a_membership_type
from tests.faults.fleet import Fleet, place_of, running, told
from tests.faults.history import now
from tests.faults.load import Load
from tests.faults.running import Result, ordeal
from tests.journeys.alliance import an_organisation_of
from tests.journeys.callers import Caller

ZONE = ZoneInfo("Asia/Shanghai")
"""The office's (the default of OFFICE_TIME_ZONE)."""
STARTS = datetime(2027, 12, 30, 23, 30, tzinfo=ZONE)
ACCESS_TOKEN, INTERNAL_TOKEN = timedelta(minutes=15), timedelta(minutes=5)
TAKES_EFFECT = 3.5
"""Seconds after which nothing may still go by what was known before: longer than the gateway keeps a credential."""
HOW_TO_GET_IT = "install Debian's `libfaketime`, or `pip install libfaketime` into the virtual environment"

Say = Callable[[str], None]


def library() -> Path | None:
    """Where libfaketime is, if it is here."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    found += sorted(Path("/usr/lib").glob("faketime/libfaketimeMT.so.1"))
    wheel = importlib.util.find_spec("libfaketime")
    if wheel is not None and wheel.origin is not None:
        found += sorted(Path(wheel.origin).parent.glob("vendor/libfaketime/src/libfaketime.so.1"))
    return found[0] if found else None


class Clock:
    """The clock of a fleet: as far ahead of the real one as a file says."""

    def __init__(self, folder: Path, start: datetime) -> None:
        self._file = folder / "clock"
        self._ahead = start - datetime.now(UTC)
        folder.mkdir(parents=True, exist_ok=True)
        self._write()

    def environment(self, faketime: Path) -> dict[str, str]:
        """What makes a program go by it."""
        return {
            "LD_PRELOAD": str(faketime),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",  # so that all see the clock move at the same moment, as on one machine
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
            # Its own repair of waits on the monotonic clock makes each of them return at once: Python's threads would
            # do nothing but hand the interpreter to each other.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }

    @property
    def moment(self) -> datetime:
        """What the fleet takes for now."""
        return datetime.now(UTC) + self._ahead

    async def move(self, by: timedelta) -> None:
        """Set the clock, and wait until everybody has noticed."""
        self._ahead += by
        self._write()
        await asyncio.sleep(TAKES_EFFECT)

    async def move_to(self, moment: datetime) -> None:
        """Set the clock to a moment."""
        await self.move(moment - self.moment)

    def _write(self) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"+{self._ahead.total_seconds():.0f}\n")
        fresh.chmod(0o644)
        fresh.replace(self._file)


async def clock(*, seed: int, say: Say) -> Result:
    """Move the clock while clients work."""
    faketime = library()
    if faketime is None or platform.system() != "Linux":
        return Result("clock", not_run=f"libfaketime is not here; {HOW_TO_GET_IT}.")
    clocks: list[Clock] = []

    def make(settings: LocalSettings) -> Fleet:
        settings.var.root.parent.chmod(0o755)  # PostgreSQL's user reads the clock, too
        clocks.append(Clock(settings.var.root.parent / "clock", STARTS))
        return _Moved(settings, clocks[0].environment(faketime))

    problems: list[str] = []
    async with running(make) as fleet:
        place = await place_of(fleet)
        office = Caller(place.url, place.key)
        password = (fleet.settings.var.secrets / ADMINISTRATOR_PASSWORD).read_text().strip()
        try:
            checks = _Checks(office, clocks[0], password, problems, say)

            async def move(_: Load) -> list[float]:
                return await checks.all()

            result = await ordeal("clock", place, seed, move)
        finally:
            await office.close()
    assert result.history is not None
    # PostgreSQL's limits of time go by the clock that was moved: a statement under way may be ended, and its caller
    # gets a 503 that says so.
    result.figures["requests that failed as the clock moved"] = len(result.history.failures())
    result.figures["what was asked about the time"] = checks.asked
    result.failures += problems
    return result


class _Moved(Fleet):
    """A fleet of which every program goes by a clock of ours."""

    def __init__(self, settings: LocalSettings, environment: dict[str, str]) -> None:
        super().__init__(settings)
        self._clock = environment

    def _start(self, program: Program) -> Process:
        return super()._start(told(program, **self._clock))

    async def _prepare(self, plan: Programs) -> None:
        await super()._prepare(replace(plan, prepare=told(plan.prepare, **self._clock)))


class _Checks:
    """What must be so before and after the clock moved."""

    def __init__(self, office: Caller, clock: Clock, password: str, problems: list[str], say: Say) -> None:
        self._office = office
        self._clock = clock
        self._password = password
        self._problems = problems
        self._say = say
        self.asked = 0

    async def all(self) -> list[float]:
        """Move across a token's end, a day's end and a year's end."""
        moved: list[float] = []
        await asyncio.sleep(1)
        for across in (self._token, self._internal_tokens, self._day, self._year):
            moved.append(now())
            await across()
        return moved

    def _expect(self, holds: bool, otherwise: str) -> None:
        self.asked += 1
        if not holds:
            self._problems.append(otherwise)

    async def _made(self, path: str, body: Any) -> dict[str, Any]:
        """Create, patiently."""
        reply = await self._office.insist(path, body)
        assert reply.status_code == 201, reply.text
        record: dict[str, Any] = reply.json()
        return record

    async def _token(self) -> None:
        """A session's access token ends, and is renewed."""
        self._say("across the end of an access token")
        door = self._office.as_(None)
        entry = {"email": "admin@alliance.example", "password": self._password}
        session = (await door.post("/v1/sessions", entry)).json()
        staff = self._office.as_(session["access_token"])
        self._expect((await staff.get("/v1/organisations")).status_code == 200, "a fresh access token was refused")
        await self._clock.move(ACCESS_TOKEN - timedelta(seconds=60))
        self._expect((await staff.get("/v1/organisations")).status_code == 200, "an access token was refused too soon")
        await self._clock.move(timedelta(seconds=70))
        for path in ("/v1/organisations", "/v1/me"):
            status = (await staff.get(path)).status_code
            self._expect(status == 401, f"{path} answered {status} to an access token that had ended")
        renewed = await door.post("/v1/sessions/refresh", {"refresh_token": session["refresh_token"]})
        self._expect(renewed.status_code in (200, 201), f"the session was not renewed: {renewed.text[:200]}")
        if renewed.status_code < 300:
            staff = self._office.as_(renewed.json()["access_token"])
            self._expect((await staff.get("/v1/organisations")).status_code == 200, "the new access token was refused")

    async def _internal_tokens(self) -> None:
        """The tokens between processes end: who calls notices nothing, and one service can ask another at once."""
        self._say("across the end of the tokens between processes")
        member = await an_organisation_of(self._office, terms=[{"starts_on": "2027-01-01", "ends_on": "2028-12-31"}])
        starts = {"local": "2028-05-29T09:00", "time_zone": "Asia/Makassar"}
        ends = {"local": "2028-05-29T17:00", "time_zone": "Asia/Makassar"}
        _, admission = await open_event(self._office, admission={"member_price": yuan(80000)}, starts=starts, ends=ends)
        await self._clock.move(INTERNAL_TOKEN + timedelta(seconds=5))
        for path in ("/v1/organisations", "/v1/events", "/v1/counterparts"):
            status = (await self._office.get(path)).status_code
            self._expect(status == 200, f"{path} answered {status} after the tokens between processes had ended")
        reply = await self._office.post("/v1/registrations", a_registration(admission, organisation_id=member))
        said = (reply.status_code, reply.json().get("price_basis"), reply.json().get("price_status"))
        self._expect(said == (201, "member", "confirmed"), f"events could not ask members: {said}")

    async def _day(self) -> None:
        """The office's day ends: what was due today is overdue, at midnight there and not at midnight UTC."""
        self._say("across the end of the office's day")
        midnight = _midnight_after(self._clock.moment)
        today = (midnight - timedelta(days=1)).date()
        counterpart = await self._made("/v1/counterparts", a_counterpart())
        due = await self._made("/v1/follow-ups", a_follow_up(counterpart["id"], due_on=today.isoformat()))
        await self._clock.move_to(midnight - timedelta(seconds=8))
        await self._while_it_turns(midnight, f"/v1/follow-ups/{due['id']}", "overdue", False, True)

    async def _year(self) -> None:
        """A membership ends with the year: it is active until the last second of it, and in its grace after."""
        self._say("across the end of the year")
        year = self._clock.moment.astimezone(ZONE).year
        new_year = datetime(year + 1, 1, 1, tzinfo=ZONE)
        kind = await self._made("/v1/membership-types", a_membership_type(code=f"type-{uuid4().hex[:12]}"))
        organisation = await an_organisation_of(self._office)
        term = {"starts_on": f"{year}-01-01", "ends_on": date(year, 12, 31).isoformat()}
        membership = await self._made("/v1/memberships", a_membership(organisation, kind["id"], terms=[term]))
        await self._clock.move_to(new_year - timedelta(seconds=8))
        await self._while_it_turns(new_year, f"/v1/memberships/{membership['id']}", "status", "active", "grace")

    async def _while_it_turns(self, turn: datetime, path: str, name: str, before: Any, after: Any) -> None:
        """Ask over and over while midnight passes; near the turn itself either answer is right."""
        near = timedelta(seconds=1.5)  # libfaketime counts whole seconds ahead, and an answer takes its time
        seen: set[bool] = set()
        while (moment := self._clock.moment) < turn + timedelta(seconds=4):
            reply: httpx.Response = await self._office.get(path)
            said = reply.json().get(name)
            if abs(turn - moment) > near:
                later = moment > turn
                seen.add(later)
                expected = after if later else before
                self._expect(said == expected, f"{path}: {name} is {said!r} at {moment.astimezone(ZONE)}")
            await asyncio.sleep(0.2)
        self._expect(seen == {False, True}, f"{path} was not asked on both sides of {turn}")


def _midnight_after(moment: datetime) -> datetime:
    local = moment.astimezone(ZONE)
    return datetime(local.year, local.month, local.day, tzinfo=ZONE) + timedelta(days=1)
