"""Callers abroad see participants who are known to have agreed, and those who are linked to no person."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.contracts.scopes import SCOPES
from services.kit.errors import NotFound
from tests.factories.events import open_event, registered
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import deliver
from tests.wire.members import decided


async def test_a_decision_in_members_counts_here(events: Api, signer: Signer) -> None:
    abroad = events.as_(signer.token(f"user:{uuid4()}", "staff", list(SCOPES), abroad=True))
    event_id, admission = await open_event(events)
    agreed, unknown = uuid4(), uuid4()
    linked = await registered(events, admission, person_id=str(agreed))
    hidden = await registered(events, admission, person_id=str(unknown))
    unlinked = await registered(events, admission)
    asked = {"event_id": event_id, "count": "true"}

    async def seen() -> tuple[set[str], int]:
        page = (await abroad.get("/v1/registrations", params=asked)).json()
        return {row["id"] for row in page["items"]}, page["left_out"][0]["count"]

    assert await seen() == ({unlinked["id"]}, 2)
    now = datetime.now(UTC)
    await deliver(events, signer, decided(agreed, "given", at=now), decided(unknown, "given", purpose="newsletter"))
    assert await seen() == ({unlinked["id"], linked["id"]}, 1)
    assert_problem(await abroad.get(f"/v1/registrations/{hidden['id']}"), NotFound)
    at_home = (await events.get("/v1/registrations", params=asked)).json()
    assert (at_home["total"], "left_out" in at_home) == (3, False)
    # Told late and out of order: what was decided last counts.
    await deliver(events, signer, decided(agreed, "withdrawn", at=now + timedelta(minutes=1)))
    await deliver(events, signer, decided(agreed, "given", at=now + timedelta(seconds=30)))
    assert await seen() == ({unlinked["id"]}, 2)


async def test_a_person_is_linked_and_unlinked(events: Api) -> None:
    _, admission = await open_event(events)
    person = str(uuid4())
    made = await registered(events, admission)
    path = f"/v1/registrations/{made['id']}"
    assert (await events.patch(path, {"person_id": person})).json()["person_id"] == person
    assert [row["id"] for row in await events.items("/v1/registrations", person_id=person)] == [made["id"]]
    assert (await events.patch(path, {"person_id": None})).json()["person_id"] is None
