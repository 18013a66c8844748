"""A partner's key registers for its own organisation, and sees that organisation's registrations."""

from typing import Any
from uuid import UUID, uuid4

import pytest_asyncio

from services.kit.errors import Forbidden, NotFound
from tests.factories.events import a_registration, open_event
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import deliver
from tests.wire.members import told


@pytest_asyncio.fixture
async def organisations(events: Api, signer: Signer) -> tuple[UUID, UUID]:
    """Mine and theirs."""
    ids = uuid4(), uuid4()
    for id in ids:
        await deliver(events, signer, told("created", id, names={"en": "Partner"}))
    return ids


async def test_registers_for_its_own_organisation_only(
    events: Api, signer: Signer, organisations: tuple[UUID, UUID]
) -> None:
    mine, theirs = organisations
    partner = events.as_(signer.partner(mine))
    _, admission = await open_event(events)
    for given in ({}, {"organisation_id": None}, {"organisation_id": str(mine)}):
        made = await partner.made("/v1/registrations", a_registration(admission, **given))
        assert made["organisation_id"] == str(mine)
    for other in (theirs, uuid4()):
        reply = await partner.post("/v1/registrations", a_registration(admission, organisation_id=str(other)))
        assert_problem(reply, Forbidden)
    items = [a_registration(admission), a_registration(admission, organisation_id=str(theirs))]
    reply = await partner.post("/v1/registrations/bulk", {"items": items})
    assert [result["status"] for result in reply.json()["results"]] == [201, 403]
    unbound = events.as_(signer.token(f"key:{uuid4()}", "partner", ["registrations:write"]))
    assert_problem(await unbound.post("/v1/registrations", a_registration(admission)), Forbidden)


async def test_sees_and_changes_its_own_and_404_for_others(
    events: Api, signer: Signer, organisations: tuple[UUID, UUID]
) -> None:
    mine, theirs = organisations
    partner = events.as_(signer.partner(mine))
    _, admission = await open_event(events)
    own: dict[str, Any] = await partner.made("/v1/registrations", a_registration(admission))
    hers = await events.made("/v1/registrations", a_registration(admission, organisation_id=str(theirs)))
    nobodys = await events.made("/v1/registrations", a_registration(admission))
    assert [row["id"] for row in await partner.items("/v1/registrations")] == [own["id"]]
    assert (await partner.get("/v1/registrations?count=true")).json()["total"] == 1
    assert await partner.items("/v1/registrations", email=hers["participant"]["email"]) == []
    assert await partner.items("/v1/registrations", q=hers["participant"]["names"]["en"]) == []
    for other in (hers, nobodys):
        path = f"/v1/registrations/{other['id']}"
        assert_problem(await partner.get(path), NotFound)
        assert_problem(await partner.get(f"{path}/qr"), NotFound)
        assert_problem(await partner.patch(path, {"participant": {"country": "FR"}}, if_match="*"), NotFound)
        assert_problem(await partner.post(f"{path}/cancellations", {}), NotFound)
        assert (await partner.post("/v1/check-ins", {"code": other["code"]})).status_code == 404
    changed = await partner.patch(f"/v1/registrations/{own['id']}", {"participant": {"country": "FR"}})
    assert changed.json()["participant"]["country"] == "FR"
    assert (await partner.post("/v1/check-ins", {"code": own["code"]})).status_code == 201
    await events.made("/v1/check-ins", {"code": hers["code"]})
    assert [row["registration_id"] for row in await partner.items("/v1/check-ins")] == [own["id"]]
    told = {change["resource_id"] for change in await partner.items("/v1/events/changes", limit=200)}
    assert own["id"] in told
    assert not {hers["id"], nobodys["id"]} & told
