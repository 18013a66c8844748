"""Custom fields that refer to the loser refer to the winner, whatever record has them."""

import pytest

from tests.factories.members import a_merge, a_person, a_site, an_organisation
from tests.wire.api import Api

FIELD = {"key": "kept_by", "type": "reference", "labels": {"zh": "由谁看护", "en": "Kept by"}}


@pytest.mark.parametrize("target", ["organisation", "person"])
async def test_a_site_that_refers_to_the_loser_refers_to_the_winner(members: Api, target: str) -> None:
    key = f"kept_by_{target}"
    await members.made("/v1/site-custom-fields", {**FIELD, "key": key, "reference_to": target})
    resource = f"{target}s"
    body = an_organisation if target == "organisation" else a_person
    winner, loser = [await members.made(f"/v1/{resource}", body()) for _ in range(2)]
    owner = await members.made("/v1/organisations", an_organisation())
    site = await members.made("/v1/sites", a_site(owner["id"], custom={key: loser["id"]}))
    merge = await members.made("/v1/merges", a_merge(winner["id"], loser["id"], resource))
    assert (await members.get(f"/v1/sites/{site['id']}")).json()["custom"] == {key: winner["id"]}
    assert (await members.post(f"/v1/merges/{merge['id']}/undos", {})).status_code == 200
    assert (await members.get(f"/v1/sites/{site['id']}")).json()["custom"] == {key: loser["id"]}
