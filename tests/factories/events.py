"""Bodies of requests to events, valid unless told otherwise, and the records a registration needs."""

from itertools import count
from typing import Any

from tests.wire.api import Api

_number = count(1)


def a_series(**given: Any) -> dict[str, Any]:
    """A series of its own name."""
    n = next(_number)
    return {
        "names": {"zh": f"测试系列{n}", "en": f"Test Series {n}"},
        "yearly_rule": {"kind": "fixed_date", "date": "05-29"},
        **given,
    }


def an_event(**given: Any) -> dict[str, Any]:
    """An event of its own name, next year in Makassar."""
    n = next(_number)
    return {
        "names": {"zh": f"测试活动{n}", "en": f"Test Event {n}"},
        "format": "on_site",
        "starts": at("2027-05-29T09:00"),
        "ends": at("2027-05-29T17:30"),
        "country": "ID",
        **given,
    }


def at(local: str, time_zone: str = "Asia/Makassar") -> dict[str, str]:
    """A time on the clock at the venue."""
    return {"local": local, "time_zone": time_zone}


def yuan(amount: int) -> dict[str, Any]:
    """An amount in fen."""
    return {"amount": amount, "currency": "CNY"}


def an_admission_type(event_id: str, **given: Any) -> dict[str, Any]:
    """A way into an event, the same price for all."""
    return {"event_id": event_id, "names": {"zh": "普通票", "en": "Delegate"}, "price": yuan(120000), **given}


def a_registration(admission_type_id: str, **given: Any) -> dict[str, Any]:
    """A participant of their own name and address."""
    n = next(_number)
    participant = {
        "names": {"zh": "何青山", "en": f"He Qingshan {n}"},
        "email": f"participant-{n}@example.org",
        "country": "CN",
        **given.pop("participant", {}),
    }
    return {"admission_type_id": admission_type_id, "participant": participant, **given}


async def published(api: Api, **given: Any) -> dict[str, Any]:
    """A published event."""
    made = await api.made("/v1/events", an_event(**given))
    reply = await api.patch(f"/v1/events/{made['id']}", {"status": "published"})
    assert reply.status_code == 200, reply.text
    record: dict[str, Any] = reply.json()
    return record


async def open_event(api: Api, *, admission: dict[str, Any] | None = None, **given: Any) -> tuple[str, str]:
    """A published event with one admission type; the ids of both."""
    event = await published(api, **given)
    made = await api.made("/v1/admission-types", an_admission_type(event["id"], **(admission or {})))
    return event["id"], made["id"]


async def registered(api: Api, admission_type_id: str, **given: Any) -> dict[str, Any]:
    """A registration."""
    return await api.made("/v1/registrations", a_registration(admission_type_id, **given))
