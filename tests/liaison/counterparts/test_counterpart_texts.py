"""Texts of counterparts that lag behind in a language."""

from uuid import uuid4

from services.kit.errors import BadRequest, Forbidden
from tests.factories.liaison import a_counterpart
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_a_name_lags_behind_until_it_is_confirmed(liaison: Api, signer: Signer) -> None:
    made = await liaison.made("/v1/counterparts", a_counterpart(names={"zh": "名称", "en": "A name"}))
    assert made["stale_texts"] == {}
    one = f"/v1/counterparts/{made['id']}"
    changed = (await liaison.patch(one, {"names": {"en": "Another name"}})).json()
    assert changed["stale_texts"] == {"names": ["zh"]}
    assert made["id"] in [row["id"] for row in await liaison.items("/v1/counterparts", stale="true")]
    confirmations, any_state = f"{one}/text-confirmations", {"If-Match": "*"}
    confirmed = await liaison.post(confirmations, {"field": "names"}, headers=any_state)
    assert (confirmed.status_code, confirmed.json()["stale_texts"]) == (200, {})
    partner = liaison.as_(signer.partner(uuid4()))
    assert_problem(await partner.get("/v1/counterparts?stale=true"), Forbidden)
    assert_problem(await partner.post(confirmations, {"field": "names"}, headers=any_state), Forbidden)


async def test_what_lagged_behind_before_only_a_service_says(liaison: Api, signer: Signer) -> None:
    made = await liaison.made("/v1/counterparts", a_counterpart(names={"zh": "名称", "en": "A name"}))
    one, said = f"/v1/counterparts/{made['id']}", {"Stale-Texts": '{"names": ["zh"]}'}
    own = await liaison.patch(one, {"city": "Beijing"}, headers=said)
    assert (own.status_code, own.json()["stale_texts"]) == (200, {})
    service = liaison.as_(signer.service("members", "liaison:write"))
    somebody = {"X-On-Behalf-Of": signer.staff()}
    taken_back = await service.patch(one, {"city": None}, if_match="*", headers=somebody | said)
    assert (taken_back.status_code, taken_back.json()["stale_texts"]) == (200, {"names": ["zh"]})
    for nonsense in ("x", "[1]", '{"names": 1}'):
        headers = somebody | {"Stale-Texts": nonsense}
        assert_problem(await service.patch(one, {"city": "Lhasa"}, if_match="*", headers=headers), BadRequest)
