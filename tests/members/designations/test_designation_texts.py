"""Texts of designations that lag behind in a language."""

from typing import Any

from services.kit.errors import Forbidden
from tests.factories.members import a_designation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_its_texts_lag_behind_until_they_are_confirmed(
    members: Api, site: dict[str, Any], signer: Signer
) -> None:
    given = {"label": {"zh": "示范点", "en": "Model site"}, "awarded_by": {"zh": "部", "en": "Ministry"}}
    made = await members.made("/v1/designations", a_designation(site["id"], **given))
    assert made["stale_texts"] == {}
    one = f"/v1/designations/{made['id']}"
    await members.patch(one, {"label": {"en": "Demonstration site"}})
    changed = (await members.patch(one, {"awarded_by": {"zh": "文化和旅游部"}})).json()
    assert changed["stale_texts"] == {"label": ["zh"], "awarded_by": ["en"]}
    assert [row["id"] for row in await members.items("/v1/designations", stale="true")] == [made["id"]]
    confirmations, any_state = f"{one}/text-confirmations", {"If-Match": "*"}
    partner = members.as_(signer.partner(site["organisation_id"]))
    assert "stale_texts" not in (await partner.get(one)).json()
    assert_problem(await partner.post(confirmations, {"field": "label"}, headers=any_state), Forbidden)
    confirmed = await members.post(confirmations, {"field": "label"}, headers=any_state)
    assert (confirmed.status_code, confirmed.json()["stale_texts"]) == (200, {"awarded_by": ["en"]})
    (told,) = (await members.items("/v1/members/changes", resource_id=made["id"]))[-1:]
    assert told["organisation_ids"] == [site["organisation_id"]]
