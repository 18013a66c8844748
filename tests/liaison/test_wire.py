"""The bytes PostgreSQL writes are the contract's, field for field: nulls, extremes, Chinese, and each `expand`."""

import json
from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from services.contracts.base import Page
from services.contracts.liaison.contact import Contact
from services.contracts.liaison.counterpart import Counterpart
from services.contracts.liaison.follow_up import FollowUp
from services.contracts.liaison.interaction import Interaction
from tests.factories.liaison import a_colleague, a_contact, a_counterpart, a_follow_up, an_interaction
from tests.wire.api import Api

LONG = "贵" * 300
NAMES = {"zh": LONG, "zh-Hant": "貴州", "en": 'Quo"te \\ back/slash', "fr": "Népal \U0001f3d4"}
LIN = a_colleague("林晓云", f"user:{uuid4()}")


async def _records(liaison: Api) -> dict[str, list[dict[str, Any]]]:
    """Of each resource one that is as empty as can be and one that is full."""
    empty = await liaison.made("/v1/counterparts", a_counterpart(represents=None, stands_in=None))
    full = await liaison.made(
        "/v1/counterparts",
        a_counterpart(
            names=NAMES,
            kind="permanent_mission",
            city="日内瓦",
            address=LONG,
            website="https://mission.example.org/路",
            emails=["a@mission.example.org"],
            phones=[{"number": "+41 22 730 01 11"}, {"number": "总机"}],
            identifiers=[{"scheme": "wikidata", "value": f"Q{uuid4().int}"}],
            organisation_id=str(uuid4()),
            contact_cadence_days=3650,
            owner=LIN,
            tags=["山地 旅游", "x"],
        ),
    )
    plain = await liaison.made("/v1/contacts", a_contact(empty["id"]))
    person = await liaison.made(
        "/v1/contacts",
        a_contact(
            full["id"],
            names=NAMES,
            title=NAMES,
            precedence=9999,
            languages=["zh-Hant", "pt-BR"],
            phones=[{"number": "x"}],
            emails=["b@mission.example.org"],
            since="1000-01-01",
            until="2999-12-31",
        ),
    )
    short = await liaison.made("/v1/interactions", an_interaction(empty["id"], occurred_on="1000-01-01"))
    met = await liaison.made(
        "/v1/interactions",
        an_interaction(
            full["id"],
            time={"local": "00:00", "time_zone": "America/Argentina/Buenos_Aires"},
            ours=[LIN, a_colleague("Wu")],
            contact_ids=[plain["id"], person["id"]],
            their_names=["秘书"],
            subject=NAMES,
            summary={"zh": "第一行\n第二行\t" + "长" * 19_000},
            confidentiality="confidential",
        ),
    )
    open_ = await liaison.made("/v1/follow-ups", a_follow_up(empty["id"], due_on="2999-12-31"))
    done = await liaison.made(
        "/v1/follow-ups",
        a_follow_up(full["id"], interaction_id=met["id"], owner=LIN, note={"en": ""}, due_on="1000-01-01"),
    )
    closed = (await liaison.patch(f"/v1/follow-ups/{done['id']}", {"status": "done"})).json()
    return {
        "counterparts": [empty, full],
        "contacts": [plain, person],
        "interactions": [short, met],
        "follow-ups": [open_, closed],
    }


EMBEDS: dict[str, list[str]] = {
    "counterparts": [],
    "contacts": ["counterpart"],
    "interactions": ["counterpart", "contacts"],
    "follow-ups": ["counterpart", "interaction"],
}
MODELS: dict[str, type[BaseModel]] = {
    "counterparts": Counterpart,
    "contacts": Contact,
    "interactions": Interaction,
    "follow-ups": FollowUp,
}


def _held_to(model: type[BaseModel], body: bytes, embedded: list[str], embeds: list[str]) -> dict[str, Any]:
    """The body has the contract's fields, all of them and no other, each of its type; embeds only when asked for."""
    parsed = model.model_validate_json(body, strict=True, extra="forbid")
    raw: dict[str, Any] = json.loads(body)
    assert list(raw) == [*(name for name in model.model_fields if name not in embeds), *embedded]
    said = parsed.model_dump(mode="json", exclude=set(embeds) - set(embedded))
    moments = ("created_at", "updated_at", "closed_at")
    assert {k: v for k, v in said.items() if k not in moments} == {k: v for k, v in raw.items() if k not in moments}
    return raw


async def test_every_record_is_the_contracts(liaison: Api) -> None:
    for name, made in (await _records(liaison)).items():
        for embedded in ([], *([one] for one in EMBEDS[name]), EMBEDS[name]):
            for record in made:
                reply = await liaison.get(f"/v1/{name}/{record['id']}", params={"expand": embedded})
                assert reply.status_code == 200, reply.text
                _held_to(MODELS[name], reply.content, embedded, EMBEDS[name])
            ids = [record["id"] for record in made]
            rows = await liaison.items(f"/v1/{name}", expand=embedded, sort="created_at")
            for row in (row for row in rows if row["id"] in ids):
                _held_to(MODELS[name], json.dumps(row).encode(), embedded, EMBEDS[name])


async def test_a_page_is_the_contracts(liaison: Api) -> None:
    await _records(liaison)
    for name, model in MODELS.items():
        reply = await liaison.get(f"/v1/{name}", params={"count": "true", "limit": 1, "sort": "-created_at"})
        page = Page[model].model_validate_json(reply.content, strict=True, extra="forbid")  # type: ignore[valid-type]
        assert (len(page.items), page.total is not None and page.total > 1) == (1, True)
