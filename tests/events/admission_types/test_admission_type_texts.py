"""Texts of admission types that lag behind in a language."""

from uuid import uuid4

from services.kit.errors import Forbidden
from tests.factories.events import an_admission_type, published
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_a_name_lags_behind_until_it_is_confirmed(events: Api, signer: Signer) -> None:
    event = await published(events)
    made = await events.made(
        "/v1/admission-types", an_admission_type(event["id"], names={"zh": "名称", "en": "A name"})
    )
    assert made["stale_texts"] == {}
    one = f"/v1/admission-types/{made['id']}"
    changed = (await events.patch(one, {"names": {"en": "Another name"}})).json()
    assert changed["stale_texts"] == {"names": ["zh"]}
    assert made["id"] in [row["id"] for row in await events.items("/v1/admission-types", stale="true")]
    confirmations, any_state = f"{one}/text-confirmations", {"If-Match": "*"}
    confirmed = await events.post(confirmations, {"field": "names"}, headers=any_state)
    assert (confirmed.status_code, confirmed.json()["stale_texts"]) == (200, {})
    partner = events.as_(signer.partner(uuid4()))
    assert_problem(await partner.get("/v1/admission-types?stale=true"), Forbidden)
    assert_problem(await partner.post(confirmations, {"field": "names"}, headers=any_state), Forbidden)
