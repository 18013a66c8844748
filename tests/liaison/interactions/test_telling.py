"""What members is told of the last contact with an organisation."""

from uuid import uuid4

from services.liaison.features.interactions.telling import tell_last_contacts
from tests.factories.liaison import a_counterpart, an_interaction
from tests.wire.api import Api
from tests.wire.callers import Signer


async def told(liaison: Api, organisation_id: str) -> list[str | None]:
    await tell_last_contacts.run(liaison.runtime)
    found = await liaison.items("/v1/liaison/changes", resource_id=organisation_id)
    assert {change["type"] for change in found} <= {"liaison.organisation_contact.updated"}
    return [change["after"]["last_contact_on"] for change in found]


async def test_the_latest_normal_talk_with_any_of_its_counterparts_is_told_once(liaison: Api) -> None:
    organisation_id = str(uuid4())
    first, second = [
        await liaison.made("/v1/counterparts", a_counterpart(organisation_id=organisation_id)) for _ in range(2)
    ]
    assert await told(liaison, organisation_id) == []
    await liaison.made("/v1/interactions", an_interaction(first["id"], occurred_on="2026-01-10"))
    await liaison.made("/v1/interactions", an_interaction(second["id"], occurred_on="2026-02-10"))
    for _ in range(2):
        assert await told(liaison, organisation_id) == ["2026-02-10"]
    await liaison.patch(f"/v1/counterparts/{second['id']}", {"organisation_id": None})
    assert (await told(liaison, organisation_id))[1:] == ["2026-01-10"]
    await liaison.patch(f"/v1/counterparts/{first['id']}", {"organisation_id": None})
    assert (await told(liaison, organisation_id))[2:] == [None]


async def test_a_confidential_talk_is_never_told_and_leaves_no_trace(liaison: Api, signer: Signer) -> None:
    organisation_id = str(uuid4())
    counterpart = await liaison.made("/v1/counterparts", a_counterpart(organisation_id=organisation_id))
    confidential = an_interaction(counterpart["id"], occurred_on="2026-02-10", confidentiality="confidential")
    await liaison.made("/v1/interactions", confidential)
    assert await told(liaison, organisation_id) == []
    normal = await liaison.made("/v1/interactions", an_interaction(counterpart["id"], occurred_on="2026-03-01"))
    assert await told(liaison, organisation_id) == ["2026-03-01"]
    await liaison.patch(f"/v1/interactions/{normal['id']}", {"confidentiality": "confidential"})
    assert (await told(liaison, organisation_id))[1:] == [None]
    without = liaison.as_(signer.staff("liaison:read", "changes:read"))
    partner = liaison.as_(signer.partner(counterpart["organisation_id"]))
    for reader in (without, partner):
        assert await reader.items("/v1/liaison/changes", resource_id=organisation_id) == []
