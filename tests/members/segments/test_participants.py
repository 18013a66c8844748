"""Who came with registrations that members knew before it asked who comes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy import text

from services.events.app import SERVICE as EVENTS
from services.kit.app import build_app
from services.kit.auth import TokenAuthenticator
from services.kit.settings import Settings
from services.members.app import SERVICE
from services.members.features.segments.participants import ask_for_participants
from tests.conftest import Migrated
from tests.factories.events import a_registration, open_event
from tests.factories.members import a_person, a_segment
from tests.kit.live import free_port, gateway, served
from tests.wire import api as wire
from tests.wire.api import Api
from tests.wire.callers import Signer
from tests.wire.changes import deliver, told


@dataclass
class Beside:
    """Members, and events behind a socket that is there only while it is served."""

    members: Api
    events: Api
    serving_events: Any


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def beside(migrated: Migrated, signer: Signer) -> AsyncIterator[Beside]:
    async def keys() -> Any:
        return signer.public

    async with served(gateway(signer)) as gateway_url:
        port = free_port()
        settings = Settings(
            database_url=migrated(SERVICE.package), gateway_url=gateway_url, events_url=f"http://127.0.0.1:{port}"
        )
        theirs = Settings(database_url=migrated(EVENTS.package), gateway_url=gateway_url)
        own, other = (
            build_app(one, given, authenticate=TokenAuthenticator(keys))
            for one, given in ((SERVICE, settings), (EVENTS, theirs))
        )
        async with wire.running(own), wire.running(other):
            yield Beside(
                Api(own, signer.staff()),
                Api(other, signer.staff()),
                lambda: served(build_app(EVENTS, theirs), port),
            )


async def test_events_is_asked_who_came_with_older_registrations(beside: Beside, signer: Signer) -> None:
    members = beside.members
    came, later = [(await members.made("/v1/persons", a_person()))["id"] for _ in range(2)]
    event, admission = await open_event(beside.events)
    ids = []
    for person_id in (came, None, came):
        made = await beside.events.made("/v1/registrations", a_registration(admission, person_id=person_id))
        ids.append(made["id"])
    gone = str(uuid4())
    # As the code before stored them: nothing is known of who came.
    async with members.runtime.database.transaction() as session:
        older = text(
            "INSERT INTO attendance_fact (registration_id, event_id, status, check_ins)"
            " SELECT unnest(CAST(:ids AS uuid[])), :event, 'confirmed', 1"
        )
        await session.execute(older, {"ids": [*ids, gone], "event": UUID(event)})
    definition = {"attendance": {"of": "person", "event_id": event}}
    segment = await members.made("/v1/segments", a_segment(definition, resource="persons"))

    async def found() -> list[str]:
        return [row["id"] for row in await members.items(f"/v1/segments/{segment['id']}/members")]

    await ask_for_participants.run(members.runtime)
    assert await found() == []  # events cannot be reached, and is asked again
    # A change that was told meanwhile is newer than what is asked for.
    await deliver(members, signer, told("events.registration.updated", ids[2], version=9, person_id=later))
    async with beside.serving_events():
        await ask_for_participants.run(members.runtime)
    assert await found() == sorted([came, later])
    left = "SELECT count(*) FROM attendance_fact WHERE person_version = 0"
    assert await members.runtime.read(left, []) == [(0,)]
    await deliver(members, signer, told("events.registration.updated", ids[0], version=2, person_id=None))
    assert await found() == [later]
