"""An organisation renamed, archived or merged in members is so in events and liaison within seconds."""

from uuid import uuid4

import psycopg

from services.events.features.registrations.refusals import OrganisationMerged
from tests.factories.events import a_registration, open_event, registered
from tests.factories.liaison import a_counterpart
from tests.factories.members import a_merge
from tests.journeys.alliance import an_organisation_of, database
from tests.journeys.callers import Caller, eventually
from tests.wire.api import assert_problem
from tests.wire.stack import Stack

SECONDS = 10.0


async def _events_knows(stack: Stack, id: str) -> tuple[object, ...] | None:
    """Names and state of the copy in events; its state shows in no answer."""
    async with await psycopg.AsyncConnection.connect(database(stack, "events")) as connection:
        found = await connection.execute("SELECT names, status FROM organisation_copy WHERE id = %s", [id])
        return await found.fetchone()


async def test_copies_follow_a_renaming_an_archiving_and_a_merge(stack: Stack, office: Caller) -> None:
    winner, loser = await an_organisation_of(office), await an_organisation_of(office)
    _, admission = await open_event(office)
    registration = (await registered(office, admission, organisation_id=loser))["id"]
    counterpart = (await office.made("/v1/counterparts", a_counterpart(organisation_id=loser)))["id"]

    async def shown() -> tuple[object, ...]:
        """What the registration and the counterpart say of their organisation."""
        found = (await office.get(f"/v1/registrations/{registration}", params={"expand": "organisation"})).json()
        linked = (await office.get(f"/v1/counterparts/{counterpart}")).json()
        return (
            (found["organisation_id"], found["organisation"]["names"]),
            (linked["organisation_id"], linked["organisation_names"]),
        )

    renamed = {"zh": "新名字", "en": f"Renamed {uuid4().hex[:8]}"}
    assert (await office.patch(f"/v1/organisations/{loser}", {"names": renamed})).status_code == 200

    async def follows_the_name() -> None:
        assert await shown() == ((loser, renamed), (loser, renamed))

    await eventually(follows_the_name, within=SECONDS)

    for status in ("archived", "active"):
        assert (await office.patch(f"/v1/organisations/{loser}", {"status": status})).status_code == 200

        async def follows_the_state(expected: str = status) -> None:
            assert await _events_knows(stack, loser) == (renamed, expected)

        await eventually(follows_the_state, within=SECONDS)

    names = (await office.get(f"/v1/organisations/{winner}")).json()["names"]
    merged = await office.post("/v1/merges", a_merge(winner, loser))
    assert merged.status_code == 201, merged.text

    async def follows_the_merge() -> None:
        assert await shown() == ((winner, names), (winner, names))

    await eventually(follows_the_merge, within=SECONDS)
    refused = await office.post("/v1/registrations", a_registration(admission, organisation_id=loser))
    assert winner in assert_problem(refused, OrganisationMerged)["detail"]
    for organisation, expected in ((winner, [registration]), (loser, [])):
        found = await office.items("/v1/registrations", organisation_id=organisation)
        assert [one["id"] for one in found] == expected
