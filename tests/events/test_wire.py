"""The bytes PostgreSQL writes are the contract's, field for field: nulls, extremes, Chinese, and each `expand`."""

import json
from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from services.contracts.base import Page
from services.contracts.events.admission_type import AdmissionType
from services.contracts.events.check_in import CheckIn
from services.contracts.events.event import Event
from services.contracts.events.registration import Registration
from services.contracts.events.series import Series
from tests.factories.events import (
    a_registration,
    a_series,
    an_admission_type,
    an_event,
    at,
    published,
    registered,
)
from tests.members.contract import exactly
from tests.wire.api import Api
from tests.wire.callers import Signer
from tests.wire.changes import deliver
from tests.wire.members import told

LONG = "山" * 300
NAMES = {"zh": LONG, "zh-Hant": "國際山地旅遊日", "en": 'Quo"te \\ back/slash', "fr": "Népal \U0001f3d4"}
TEXTS = {"zh": "第一行\n第二行\t" + "长" * 19_000, "en": ""}
MOST = {"amount": 10**12, "currency": "CNY"}

EMBEDS: dict[type[BaseModel], tuple[str, list[str]]] = {
    Series: ("/v1/series", []),
    Event: ("/v1/events", ["series"]),
    AdmissionType: ("/v1/admission-types", ["event"]),
    Registration: ("/v1/registrations", ["event", "admission_type", "organisation"]),
    CheckIn: ("/v1/check-ins", []),
}


async def records(events: Api, signer: Signer) -> dict[type[BaseModel], list[dict[str, Any]]]:
    """Of each resource one that is as empty as can be and one that is full."""
    sender, unknown = uuid4(), uuid4()
    await deliver(events, signer, told("created", sender, names=NAMES))
    rule = {"kind": "nth_weekday", "month": 12, "occurrence": "last", "weekday": "sunday"}
    plain_series = await events.made("/v1/series", a_series(yearly_rule=None))
    series = await events.made(
        "/v1/series", a_series(names=NAMES, texts=TEXTS, website="https://day.example.org/山", yearly_rule=rule)
    )
    draft = await events.made("/v1/events", an_event(country=None))
    event = await published(
        events,
        names=NAMES,
        theme=NAMES,
        texts=TEXTS,
        series_id=series["id"],
        edition_year=2199,
        format="hybrid",
        starts=at("1900-01-01T00:00", "America/Argentina/Buenos_Aires"),
        ends=at("2199-12-31T23:59", "Pacific/Apia"),
        venue=NAMES,
        city=LONG,
        capacity=1,
        registration_opens_at="1000-01-02T00:00:00Z",
        registration_closes_at="2999-12-30T23:59:59.999999+08:00",
        visibility="invited",
    )
    full = {"names": NAMES, "quota": 1_000_000, "price": MOST, "member_price": MOST}
    plain_type = await events.made("/v1/admission-types", an_admission_type(draft["id"]))
    type_ = await events.made("/v1/admission-types", an_admission_type(event["id"], **full))
    person = {
        "names": NAMES,
        "email": f"{'x' * 50}@{uuid4().hex}.example.org",
        "phone": {"number": "总机 转 8"},
        "country": "NP",
        "job_title": LONG,
    }
    first = await registered(events, type_["id"], participant=person, organisation_id=str(sender))
    waits = await registered(
        events,
        type_["id"],
        organisation_id=str(unknown),
        participant={"email": None, "country": None, "phone": None, "job_title": None},
    )
    ended = await events.made("/v1/registrations", a_registration(type_["id"]))
    await events.post(f"/v1/registrations/{ended['id']}/cancellations", {"note": LONG})
    at_door = await events.made("/v1/check-ins", {"code": first["code"], "place": LONG})
    return {
        Series: [plain_series, series],
        Event: [draft, event],
        AdmissionType: [plain_type, type_],
        Registration: [first, waits, ended],
        CheckIn: [at_door],
    }


async def test_every_record_is_the_contracts(events: Api, signer: Signer) -> None:
    for model, made in (await records(events, signer)).items():
        path, embeds = EMBEDS[model]
        for embedded in ([], *([one] for one in embeds), embeds):
            left_out = tuple(set(embeds) - set(embedded))
            for record in made:
                reply = await events.get(f"{path}/{record['id']}", params={"expand": embedded} if embeds else {})
                assert reply.status_code == 200, reply.text
                exactly(model, reply.content, without=left_out)
            ids = [record["id"] for record in made]
            rows = await events.items(path, limit=200, **({"expand": embedded} if embeds else {}))
            for row in (row for row in rows if row["id"] in ids):
                exactly(model, json.dumps(row).encode(), without=left_out)


async def test_says_what_was_written(events: Api, signer: Signer) -> None:
    made = await records(events, signer)
    event = (await events.get(f"/v1/events/{made[Event][1]['id']}")).json()
    assert (event["names"], event["theme"], event["texts"], event["venue"]) == (NAMES, NAMES, TEXTS, NAMES)
    assert event["registration_closes_at"] == "2999-12-30T15:59:59.999999+00:00"
    assert event["starts_at"] == "1900-01-01T04:16:48+00:00"
    person = (await events.get(f"/v1/registrations/{made[Registration][0]['id']}?expand=organisation")).json()
    assert person["participant"]["phone"] == {"number": "总机 转 8", "written": "总机 转 8", "valid": False}
    assert (person["organisation"]["names"], person["price"]) == (NAMES, MOST)


async def test_a_page_is_the_contracts(events: Api, signer: Signer) -> None:
    await records(events, signer)
    for model, (path, _) in EMBEDS.items():
        reply = await events.get(path, params={"count": "true", "limit": 1, "sort": "-created_at"})
        page = Page[model].model_validate_json(reply.content, strict=True, extra="forbid")  # type: ignore[valid-type]
        assert (len(page.items), page.total is not None and page.total > 0) == (1, True)
