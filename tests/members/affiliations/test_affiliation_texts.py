"""Roles that lag behind in a language."""

from typing import Any

from services.kit.errors import Forbidden
from tests.factories.members import an_affiliation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_a_role_lags_behind_until_it_is_confirmed(
    members: Api, person: dict[str, Any], organisation: dict[str, Any], signer: Signer
) -> None:
    role = {"zh": "秘书长", "en": "Secretary General"}
    made = await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"], role=role))
    assert made["stale_texts"] == {}
    one = f"/v1/affiliations/{made['id']}"
    changed = (await members.patch(one, {"role": {"en": "Chair"}})).json()
    assert changed["stale_texts"] == {"role": ["zh"]}
    assert [row["id"] for row in await members.items("/v1/affiliations", stale="true")] == [made["id"]]
    confirmations, any_state = f"{one}/text-confirmations", {"If-Match": "*"}
    partner = members.as_(signer.partner(organisation["id"]))
    assert "stale_texts" not in (await partner.get(one)).json()
    assert_problem(await partner.get("/v1/affiliations?stale=true"), Forbidden)
    assert_problem(await partner.post(confirmations, {"field": "role"}, headers=any_state), Forbidden)
    confirmed = await members.post(confirmations, {"field": "role"}, headers=any_state)
    assert (confirmed.status_code, confirmed.json()["stale_texts"]) == (200, {})
