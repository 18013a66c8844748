"""Texts of sites that lag behind in a language."""

from uuid import uuid4

from services.kit.errors import Forbidden
from tests.factories.members import a_site, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_a_name_lags_behind_until_it_is_confirmed(members: Api, signer: Signer) -> None:
    organisation = await members.made("/v1/organisations", an_organisation())
    made = await members.made("/v1/sites", a_site(organisation["id"], names={"zh": "名称", "en": "A name"}))
    assert made["stale_texts"] == {}
    one = f"/v1/sites/{made['id']}"
    changed = (await members.patch(one, {"names": {"en": "Another name"}})).json()
    assert changed["stale_texts"] == {"names": ["zh"]}
    assert made["id"] in [row["id"] for row in await members.items("/v1/sites", stale="true")]
    confirmations, any_state = f"{one}/text-confirmations", {"If-Match": "*"}
    confirmed = await members.post(confirmations, {"field": "names"}, headers=any_state)
    assert (confirmed.status_code, confirmed.json()["stale_texts"]) == (200, {})
    partner = members.as_(signer.partner(uuid4()))
    assert_problem(await partner.get("/v1/sites?stale=true"), Forbidden)
    assert_problem(await partner.post(confirmations, {"field": "names"}, headers=any_state), Forbidden)
