"""Texts of events and series that lag behind in a language."""

from typing import Any

import pytest

from services.kit.errors import Forbidden
from tests.factories.events import a_series, an_event
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

TEXTS = {"zh": "山地旅游", "en": "Mountain tourism"}


@pytest.mark.parametrize(("path", "new"), [("/v1/events", an_event), ("/v1/series", a_series)])
async def test_a_text_lags_behind_until_it_is_confirmed(events: Api, signer: Signer, path: str, new: Any) -> None:
    made = await events.made(path, new(texts=TEXTS))
    assert made["stale_texts"] == {}
    one = f"{path}/{made['id']}"
    changed = (await events.patch(one, {"texts": {"en": "Mountain tourism and hiking"}})).json()
    assert changed["stale_texts"] == {"texts": ["zh"]}
    assert made["id"] in [row["id"] for row in await events.items(path, stale="true")]
    any_state = {"If-Match": "*"}
    confirmed = await events.post(f"{one}/text-confirmations", {"field": "texts"}, headers=any_state)
    assert (confirmed.status_code, confirmed.json()["stale_texts"]) == (200, {})
    partner = events.as_(signer.partner(made["id"]))
    assert_problem(await partner.get(f"{path}?stale=true"), Forbidden)
    refused = await partner.post(f"{one}/text-confirmations", {"field": "texts"}, headers=any_state)
    assert_problem(refused, Forbidden)
