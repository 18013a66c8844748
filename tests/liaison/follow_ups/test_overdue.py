"""Overdue begins at the office's midnight, wherever the office, the server and the caller are."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from services.kit.app import build_app
from services.kit.auth import TokenAuthenticator
from services.kit.clock import office_today, office_zone
from services.kit.settings import Settings
from services.liaison.app import SERVICE
from tests.factories.liaison import a_counterpart, a_follow_up
from tests.wire import api
from tests.wire.api import Api
from tests.wire.callers import Signer

# From UTC-11 to UTC+14: at every moment some of these have another date than the rest.
ZONES = ("Pacific/Pago_Pago", "America/New_York", "UTC", "Asia/Kathmandu", "Asia/Shanghai", "Pacific/Kiritimati")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def offices(liaison: Api, signer: Signer) -> AsyncIterator[dict[str, Api]]:
    """The same database, served for offices in several zones."""

    async def keys() -> object:
        return signer.public

    async with AsyncExitStack() as stack:
        found: dict[str, Api] = {}
        url = SecretStr(liaison.runtime.settings.database_url.get_secret_value())
        for zone in ZONES:
            chosen = Settings(database_url=url, office_time_zone=zone, read_pool_size=2, write_pool_size=2)
            app = build_app(SERVICE, chosen, authenticate=TokenAuthenticator(keys))  # type: ignore[arg-type]
            await stack.enter_async_context(api.running(app))
            found[zone] = Api(app, signer.staff())
        yield found


DAYS = (datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - hypothesis adds the zone


@contextmanager
def office_in(zone: str) -> Iterator[None]:
    """As if a request were served for an office there."""
    token = office_zone.set(ZoneInfo(zone))
    yield
    office_zone.reset(token)


@given(
    at=st.datetimes(min_value=DAYS[0], max_value=DAYS[1], timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES),
)
def test_the_day_turns_at_the_offices_midnight(at: datetime, zone: str) -> None:
    with office_in(zone):
        today = office_today(at)
        tomorrow = today + timedelta(days=1)
        midnight = datetime(today.year, today.month, today.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        end = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        assert midnight <= at < end
        assert (office_today(end), office_today(end - timedelta(microseconds=1))) == (tomorrow, today)


async def test_each_office_sees_what_its_own_day_says(offices: dict[str, Api]) -> None:
    first = next(iter(offices.values()))
    mission = await first.made("/v1/counterparts", a_counterpart())
    today = datetime.now(UTC).date()
    days = [today + timedelta(days=n) for n in range(-2, 3)]
    for day in days:
        await first.made("/v1/follow-ups", a_follow_up(mission["id"], due_on=str(day)))
    told = set()
    for zone, office in offices.items():
        before = datetime.now(ZoneInfo(zone)).date()
        query = {"counterpart_id": mission["id"], "overdue": "true", "sort": "due_on"}
        found = [row["due_on"] for row in await office.items("/v1/follow-ups", **query)]
        every = await office.items("/v1/follow-ups", counterpart_id=mission["id"], sort="due_on")
        if datetime.now(ZoneInfo(zone)).date() == before:
            assert found == [str(day) for day in days if day < before], zone
            assert [row["overdue"] for row in every] == [day < before for day in days], zone
        told.add(tuple(found))
    assert len(told) > 1


async def test_a_write_answers_by_the_offices_day(offices: dict[str, Api]) -> None:
    for zone, office in offices.items():
        mission = await office.made("/v1/counterparts", a_counterpart(contact_cadence_days=7))
        today = datetime.now(ZoneInfo(zone)).date()
        made = await office.made("/v1/follow-ups", a_follow_up(mission["id"], due_on=str(today)))
        if datetime.now(ZoneInfo(zone)).date() == today:
            assert (mission["next_due_on"], made["overdue"]) == (str(today), False), zone


# -- the list against a model ----------------------------------------------------------------------------------------


@dataclass
class Model:
    """A follow-up as one would note it on paper."""

    due_on: date
    status: str = "open"

    def overdue(self, on: date) -> bool:
        return self.status == "open" and self.due_on < on


Step = tuple[Literal["add", "done", "dropped", "open", "move", "remove"], int]
BASE = date(2026, 3, 15)
STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "add", "done", "dropped", "open", "move", "remove"]), st.integers(-3, 3)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, zone=st.sampled_from(ZONES))
async def test_the_list_agrees_with_a_model(offices: dict[str, Api], steps: list[Step], zone: str) -> None:
    office = offices[zone]
    mission = await office.made("/v1/counterparts", a_counterpart())
    model: dict[str, Model] = {}
    for verb, number in steps:
        day = BASE + timedelta(days=number)
        if verb == "add":
            made = await office.made("/v1/follow-ups", a_follow_up(mission["id"], due_on=str(day)))
            model[made["id"]] = Model(day)
        elif model:
            id = list(model)[number % len(model)]
            await _apply(office, id, verb, day)
            if verb == "remove":
                del model[id]
            elif verb == "move":
                model[id].due_on = day
            else:
                model[id].status = verb
    for on in (BASE - timedelta(days=1), BASE, BASE + timedelta(days=1)):
        await _compare(office, mission["id"], model, on)


async def _apply(office: Api, id: str, verb: str, day: date) -> None:
    path = f"/v1/follow-ups/{id}"
    if verb == "remove":
        assert (await office.delete(path)).status_code == 204
        return
    change: dict[str, Any] = {"due_on": str(day)} if verb == "move" else {"status": verb}
    assert (await office.patch(path, change)).status_code == 200


async def _compare(office: Api, counterpart_id: str, model: dict[str, Model], on: date) -> None:
    query = {"counterpart_id": counterpart_id, "as_of": str(on), "sort": "due_on", "limit": 2}
    ordered = sorted(model, key=lambda made: (model[made].due_on, made))
    for overdue in (True, False):
        found = await office.items("/v1/follow-ups", **query, overdue=str(overdue).lower())
        expected = [id for id in ordered if model[id].overdue(on) is overdue]
        assert [row["id"] for row in found] == expected
        assert all(row["overdue"] is overdue for row in found)


@pytest.mark.parametrize("zone", ["Pacific/Apia", "America/Sao_Paulo", "Africa/Cairo"])
def test_a_day_without_midnight_or_left_out_still_has_an_end(zone: str) -> None:
    with office_in(zone):
        days = [office_today(datetime(2011, 12, 28, tzinfo=UTC) + timedelta(hours=n)) for n in range(24 * 5)]
    assert days == sorted(days)
