"""Loading events: series and their editions, the people who came, and how many followed online.

An edition of the past is published, filled, checked in and completed, in this order, so a run that was broken off
goes on where it stopped, and a later run leaves completed editions alone.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deploy.demo.gateway import Gateway, Json
from deploy.demo.institutions import members
from deploy.demo.once import Advance, make_missing, rows_about, several
from deploy.demo.people import invent
from deploy.demo.programme import MOUNTAIN_DAY, Edition, Series, editions, series

Ids = dict[str, str]

WANT_TO_COME: Final = 62
"""Registrations for the coming edition: more than its places, so that some wait."""

_FIRST_GUEST: Final = 10_000
_FREE: Final = {"amount": 0, "currency": "CNY"}
_PRICE: Final = {"amount": 120_000, "currency": "CNY"}
_MEMBER_PRICE: Final = {"amount": 80_000, "currency": "CNY"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """An edition as it stands at the gateway."""

    edition: Edition
    id: str
    status: str


async def load_series(gateway: Gateway, advance: Advance) -> Ids:
    """Make the series; the answer is their ids by key."""
    wanted = {brand.en: _series(brand) for brand in series()}
    known = {row["names"].get("en"): row["id"] async for row in gateway.rows("/v1/series", fields=["names"])}
    ids = await make_missing(gateway, "/v1/series", wanted, known, advance)
    return {brand.key: ids[brand.en] for brand in series()}


def _series(brand: Series) -> Json:
    rule = {"kind": "fixed_date", "date": "{:02d}-{:02d}".format(*brand.yearly)} if brand.yearly else None
    return {"names": {"zh": brand.zh, "en": brand.en}, "yearly_rule": rule}


async def load_editions(gateway: Gateway, series_ids: Mapping[str, str], advance: Advance) -> list[Loaded]:
    """Make the editions, and publish those that are still drafts."""
    wanted = {(series_ids[e.series], e.en): _event(e, series_ids[e.series]) for e in editions()}
    standing: dict[tuple[str, str], Json] = {
        (row["series_id"], row["names"].get("en")): row
        async for row in rows_about(
            gateway, "/v1/events", "series_id", list(series_ids.values()), fields=["series_id", "names", "status"]
        )
    }
    ids = await make_missing(gateway, "/v1/events", wanted, {key: row["id"] for key, row in standing.items()}, advance)
    statuses = {key: row["status"] for key, row in standing.items()}
    loaded = []
    for edition in editions():
        key = series_ids[edition.series], edition.en
        loaded.append(Loaded(edition, ids[key], statuses.get(key, "draft")))
    return loaded


def _event(edition: Edition, series_id: str) -> Json:
    day = edition.day.isoformat()
    return {
        "names": {"zh": edition.zh, "en": edition.en},
        "series_id": series_id,
        "edition_year": edition.day.year if edition.series == MOUNTAIN_DAY else None,
        "format": edition.format,
        "starts": {"local": f"{day}T09:00", "time_zone": edition.time_zone},
        "ends": {"local": f"{day}T17:30", "time_zone": edition.time_zone},
        "venue": {"zh": edition.place_zh, "en": edition.place_en},
        "country": edition.country,
        "capacity": edition.capacity,
    }


async def load_guests(
    gateway: Gateway, loaded: Sequence[Loaded], organisation_ids: Mapping[str, str], advance: Advance
) -> None:
    """Register the guests of every edition, check in those of the past, and complete their editions."""
    unfinished = [edition for edition in loaded if edition.status != "completed"]
    admission_ids = await _load_admission_types(gateway, unfinished, advance)
    await several(
        gateway.change(f"/v1/events/{edition.id}", {"status": "published"})
        for edition in unfinished
        if edition.status == "draft"
    )
    wanted: dict[tuple[str, str], Json] = {}
    for edition in unfinished:
        for registration in _registrations(edition, admission_ids[edition.id], organisation_ids):
            wanted[edition.id, registration["participant"]["email"]] = registration
    known = await _registered(gateway, unfinished)
    await make_missing(gateway, "/v1/registrations", wanted, {key: row["id"] for key, row in known.items()}, advance)
    await _check_in(gateway, [edition for edition in unfinished if edition.edition.guests], advance)
    await several(_complete(gateway, edition) for edition in unfinished if edition.edition.progress == "completed")


async def _load_admission_types(gateway: Gateway, unfinished: Sequence[Loaded], advance: Advance) -> Ids:
    wanted = {
        edition.id: {
            "event_id": edition.id,
            "names": {"zh": "现场参加", "en": "On site"},
            "price": _PRICE if edition.edition.series == MOUNTAIN_DAY else _FREE,
            "member_price": _MEMBER_PRICE if edition.edition.series == MOUNTAIN_DAY else None,
        }
        for edition in unfinished
    }
    known = {
        row["event_id"]: row["id"]
        async for row in rows_about(gateway, "/v1/admission-types", "event_id", list(wanted))
        if row["names"].get("en") == "On site"
    }
    return await make_missing(gateway, "/v1/admission-types", wanted, known, advance)


def _registrations(edition: Loaded, admission_type: str, organisation_ids: Mapping[str, str]) -> Iterator[Json]:
    """Everyone who came to an edition of the past; those who want to come to the next one, half sent by members."""
    first = _FIRST_GUEST + 1_000 * _place(edition.edition)
    if edition.edition.guests:
        people = (country for country, count in edition.edition.guests.items() for _ in range(count))
        for number, country in enumerate(people, start=first):
            yield _registration(admission_type, number, country, None)
        return
    senders = itertools.cycle(members())
    for number in range(first, first + WANT_TO_COME):
        sender = next(senders)
        organisation = organisation_ids[sender.key] if number % 2 else None
        yield _registration(admission_type, number, sender.country, organisation)


def _place(edition: Edition) -> int:
    return next(place for place, other in enumerate(editions()) if other.key == edition.key)


def _registration(admission_type: str, number: int, country: str, organisation: str | None) -> Json:
    person = invent(number, country)
    return {
        "admission_type_id": admission_type,
        "organisation_id": organisation,
        "participant": {"names": person.names, "email": person.email, "country": country},
    }


async def _registered(gateway: Gateway, unfinished: Sequence[Loaded]) -> dict[tuple[str, str], Json]:
    return {
        (row["event_id"], row["participant"]["email"]): row
        async for row in rows_about(
            gateway,
            "/v1/registrations",
            "event_id",
            [edition.id for edition in unfinished],
            status=["confirmed", "waitlisted"],
        )
    }


async def _check_in(gateway: Gateway, past: Sequence[Loaded], advance: Advance) -> None:
    """Read the code of everyone who was there; one that was read before does no harm."""
    codes = {
        row["id"]: {"code": row["code"], "place": "Main door (demo)"}
        for row in (await _registered(gateway, past)).values()
        if row["checked_in_at"] is None
    }
    await make_missing(gateway, "/v1/check-ins", codes, {}, advance, at_once=2)


async def _complete(gateway: Gateway, edition: Loaded) -> None:
    """Keep the online figure, then close and complete the edition."""
    if edition.edition.online:
        await gateway.post(
            f"/v1/events/{edition.id}/online-audiences",
            {"source": "Live stream (demo)", "viewers": edition.edition.online},
        )
    await gateway.change(f"/v1/events/{edition.id}", {"status": "closed"})
    await gateway.change(f"/v1/events/{edition.id}", {"status": "completed"})
