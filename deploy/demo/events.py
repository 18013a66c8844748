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
from deploy.demo.members import roles
from deploy.demo.once import Advance, make_missing, rows_about, several
from deploy.demo.people import Invented, invent
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

    @property
    def is_open(self) -> bool:
        """Whether people can still be registered: it was not completed by an earlier run, nor called off since."""
        return self.status not in ("completed", "cancelled")


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
    """Make the editions; the answer tells how each stands."""
    wanted = {(series_ids[e.series], e.en): _event(e, series_ids[e.series]) for e in editions()}
    known = {(row["series_id"], row["names"].get("en")): row["id"] for row in await _editions_of(gateway, series_ids)}
    ids = await make_missing(gateway, "/v1/events", wanted, known, advance)
    statuses: Ids = {row["id"]: row["status"] for row in await _editions_of(gateway, series_ids)}
    loaded = []
    for edition in editions():
        id = ids.get((series_ids[edition.series], edition.en))
        if id is not None:
            loaded.append(Loaded(edition, id, statuses[id]))
    return loaded


async def _editions_of(gateway: Gateway, series_ids: Mapping[str, str]) -> list[Json]:
    about = rows_about(
        gateway, "/v1/events", "series_id", list(series_ids.values()), fields=["series_id", "names", "status"]
    )
    return [row async for row in about]


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


async def load_past(gateway: Gateway, loaded: Sequence[Loaded], advance: Advance) -> None:
    """Register everyone who came to the editions of the past, check them in, and complete the editions."""
    past = [edition for edition in loaded if edition.is_open and edition.edition.progress == "completed"]
    await _publish(gateway, past)
    admission_ids = await _load_admission_types(gateway, past, advance)
    guests = {(e.id, one["participant"]["email"]): one for e in past for one in _guests(e, admission_ids[e.id])}
    await _register(gateway, past, guests, advance)
    await _check_in(gateway, past, advance)
    await several(_complete(gateway, edition) for edition in past)


async def load_coming(
    gateway: Gateway,
    loaded: Sequence[Loaded],
    organisation_ids: Mapping[str, str],
    person_ids: Mapping[str, str],
    advance: Advance,
) -> None:
    """Register those who want to come to the next edition, half of them sent by members: their heads, as persons known.

    The price asks for a member's standing on the day, so the memberships must be there.
    """
    coming = [edition for edition in loaded if edition.is_open and edition.edition.progress == "published"]
    await _publish(gateway, coming)
    admission_ids = await _load_admission_types(gateway, coming, advance)
    wanted = {
        (e.id, one["participant"]["email"]): one
        for e in coming
        for one in _applicants(e, admission_ids[e.id], organisation_ids, person_ids)
    }
    await _register(gateway, coming, wanted, advance)


async def _publish(gateway: Gateway, loaded: Sequence[Loaded]) -> None:
    drafts = [edition for edition in loaded if edition.status == "draft"]
    await several(gateway.change(f"/v1/events/{edition.id}", {"status": "published"}) for edition in drafts)


async def _register(
    gateway: Gateway, loaded: Sequence[Loaded], wanted: Mapping[tuple[str, str], Json], advance: Advance
) -> None:
    known = {key: row["id"] for key, row in (await _registered(gateway, loaded)).items()}
    await make_missing(gateway, "/v1/registrations", wanted, known, advance)


async def _load_admission_types(gateway: Gateway, loaded: Sequence[Loaded], advance: Advance) -> Ids:
    wanted = {
        edition.id: {
            "event_id": edition.id,
            "names": {"zh": "现场参加", "en": "On site"},
            "price": _PRICE if edition.edition.series == MOUNTAIN_DAY else _FREE,
            "member_price": _MEMBER_PRICE if edition.edition.series == MOUNTAIN_DAY else None,
        }
        for edition in loaded
    }
    known = {
        row["event_id"]: row["id"] async for row in rows_about(gateway, "/v1/admission-types", "event_id", list(wanted))
    }
    return await make_missing(gateway, "/v1/admission-types", wanted, known, advance)


def _guests(edition: Loaded, admission_type: str) -> Iterator[Json]:
    people = (country for country, count in edition.edition.guests.items() for _ in range(count))
    for number, country in enumerate(people, start=_first_number(edition.edition)):
        yield _registration(admission_type, invent(number, country))


def _applicants(
    edition: Loaded, admission_type: str, organisation_ids: Mapping[str, str], person_ids: Mapping[str, str]
) -> Iterator[Json]:
    first = _first_number(edition.edition)
    for number, sender in zip(range(first, first + WANT_TO_COME), itertools.cycle(members()), strict=False):
        if number % 2:
            head = next(role.person for role in roles() if role.institution == sender.key)
            sent = {"organisation_id": organisation_ids[sender.key], "person_id": person_ids[head.email]}
            yield _registration(admission_type, head) | sent
        else:
            yield _registration(admission_type, invent(number, sender.country))


def _first_number(edition: Edition) -> int:
    """Where the numbers of its people begin: a thousand for each edition."""
    place = next(place for place, other in enumerate(editions()) if other.key == edition.key)
    return _FIRST_GUEST + 1_000 * place


def _registration(admission_type: str, person: Invented) -> Json:
    return {
        "admission_type_id": admission_type,
        "organisation_id": None,
        "participant": {"names": person.names, "email": person.email, "country": person.country},
    }


async def _registered(gateway: Gateway, loaded: Sequence[Loaded]) -> dict[tuple[str, str], Json]:
    return {
        (row["event_id"], row["participant"]["email"]): row
        async for row in rows_about(
            gateway,
            "/v1/registrations",
            "event_id",
            [edition.id for edition in loaded],
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
