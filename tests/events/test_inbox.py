"""Copies of members' organisations: renamed, merged and removed as members tell it, once and in order."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from services.events.features.registrations.refusals import NoSuchOrganisation, OrganisationMerged
from services.kit.errors import Forbidden
from tests.factories.events import a_registration, open_event
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import SECRETARY, deliver, work
from tests.wire.members import told


async def sent_by(events: Api, organisation_id: UUID, admission: str) -> dict[str, Any]:
    return await events.made("/v1/registrations", a_registration(admission, organisation_id=str(organisation_id)))


async def organisation(events: Api, record: dict[str, Any]) -> dict[str, Any]:
    reply = await events.get(f"/v1/registrations/{record['id']}?expand=organisation")
    found: dict[str, Any] = reply.json()["organisation"]
    return found


async def test_only_a_service_delivers(events: Api) -> None:
    assert_problem(await events.post("/internal/inbox", {"source": "members", "changes": []}), Forbidden)


async def test_a_name_is_there_before_or_comes_after(events: Api, signer: Signer) -> None:
    _, admission = await open_event(events)
    early, late = uuid4(), uuid4()
    await deliver(events, signer, told("created", early, names={"en": "Early"}))
    first, second = await sent_by(events, early, admission), await sent_by(events, late, admission)
    assert (await organisation(events, first))["names"] == {"en": "Early"}
    assert (await organisation(events, second))["names"] is None
    await deliver(events, signer, told("created", late, names={"en": "Late"}))
    assert (await organisation(events, second))["names"] == {"en": "Late"}


async def test_changes_count_once_and_in_order(events: Api, signer: Signer) -> None:
    _, admission = await open_event(events)
    id = uuid4()
    changes = [
        told("created", id, version=1, names={"en": "One"}),
        told("updated", id, version=2, names={"en": "Two"}),
        told("updated", id, version=3, city="Guiyang"),
        told("archived", id, version=4, status="archived"),
    ]
    await deliver(events, signer, *changes)
    made = await sent_by(events, id, admission)
    for again in (changes, changes[:1], list(reversed(changes))):
        await deliver(events, signer, *again)
    assert (await organisation(events, made))["names"] == {"en": "Two"}


async def test_many_are_copied_at_once_each_by_its_own_news(events: Api, signer: Signer) -> None:
    ids = [uuid4() for _ in range(40)]
    old, new = ids[:20], ids[20:]
    for id in old[:10]:
        await deliver(events, signer, told("created", id, version=3, names={"en": "Newer"}))
    changes = [told("created", id, version=1, names={"en": f"One {id}"}) for id in ids]
    changes += [told("updated", id, version=2, names={"en": f"Two {id}"}) for id in old]
    changes += [told("archived", id, version=2, status="archived") for id in new]
    await deliver(events, signer, *changes)
    rows = await events.runtime.read(
        "SELECT id, names ->> 'en', status, source_version FROM organisation_copy WHERE id = ANY($1)", [ids]
    )
    assert {row[0]: tuple(row[1:]) for row in rows} == {
        **dict.fromkeys(old[:10], ("Newer", "active", 3)),
        **{id: (f"Two {id}", "active", 2) for id in old[10:]},
        **{id: (f"One {id}", "archived", 2) for id in new},
    }


async def test_a_merge_moves_registrations_and_says_so(events: Api, signer: Signer) -> None:
    event_id, admission = await open_event(events, capacity=1)
    loser, winner = uuid4(), uuid4()
    for id, name in ((loser, "Loser"), (winner, "Winner")):
        await deliver(events, signer, told("created", id, names={"en": name}))
    made = [await sent_by(events, loser, admission) for _ in range(2)]
    partner = events.as_(signer.partner(winner))
    assert await partner.items("/v1/registrations") == []
    merged = told("merged", loser, status="merged", merged_into=str(winner))
    await deliver(events, signer, merged)
    await deliver(events, signer, merged)
    for record in made:
        assert await organisation(events, record) == {"id": str(winner), "names": {"en": "Winner"}}
        changes = await events.items("/v1/events/changes", resource_id=record["id"])
        assert [change["type"] for change in changes] == ["events.registration.created", "events.registration.moved"]
        assert (changes[1]["before"], changes[1]["after"]) == (
            {"organisation_id": str(loser)},
            {"organisation_id": str(winner)},
        )
        assert (changes[1]["actor"], changes[1]["via"]) == (SECRETARY, "service:events")
        assert set(changes[1]["organisation_ids"]) == {str(loser), str(winner)}
    assert len(await partner.items("/v1/registrations", event_id=event_id)) == 2
    reply = await events.post("/v1/registrations", a_registration(admission, organisation_id=str(loser)))
    assert str(winner) in assert_problem(reply, OrganisationMerged)["detail"]


async def test_merges_are_followed_to_the_last_in_any_order(events: Api, signer: Signer) -> None:
    _, admission = await open_event(events)
    first, second, third = uuid4(), uuid4(), uuid4()
    for id in (first, second, third):
        await deliver(events, signer, told("created", id, names={"en": "Somebody"}))
    made = [await sent_by(events, id, admission) for id in (first, second)]
    await deliver(events, signer, told("merged", second, status="merged", merged_into=str(third)))
    await deliver(events, signer, told("merged", first, status="merged", merged_into=str(second)))
    assert [(await organisation(events, record))["id"] for record in made] == [str(third)] * 2


async def test_what_is_deleted_keeps_its_past_and_gets_no_more(events: Api, signer: Signer) -> None:
    _, admission = await open_event(events)
    id = uuid4()
    await deliver(events, signer, told("created", id, names={"en": "Short-lived"}))
    made = await sent_by(events, id, admission)
    await deliver(events, signer, told("deleted", id))
    assert (await organisation(events, made))["names"] == {"en": "Short-lived"}
    reply = await events.post("/v1/registrations", a_registration(admission, organisation_id=str(id)))
    assert_problem(reply, NoSuchOrganisation)


async def test_no_registration_slips_past_a_merge(events: Api, signer: Signer) -> None:
    _, admission = await open_event(events)
    for _ in range(4):
        loser, winner = uuid4(), uuid4()
        await deliver(events, signer, told("created", loser, names={"en": "Loser"}))
        body = [a_registration(admission, organisation_id=str(loser)) for _ in range(6)]
        merged = told("merged", loser, status="merged", merged_into=str(winner))
        *replies, _ = await asyncio.gather(
            *(events.post("/v1/registrations", new) for new in body), deliver(events, signer, merged)
        )
        assert {reply.status_code for reply in replies if reply is not None} <= {201, 409}
        await work(events)
        made = [reply.json() for reply in replies if reply is not None and reply.status_code == 201]
        assert [(await organisation(events, record))["id"] for record in made] == [str(winner)] * len(made)


async def test_an_undone_merge_gives_the_registrations_back(events: Api, signer: Signer) -> None:
    _, admission = await open_event(events)
    loser, winner = uuid4(), uuid4()
    for id, name in ((loser, "Loser"), (winner, "Winner")):
        await deliver(events, signer, told("created", id, names={"en": name}))
    followed, own = await sent_by(events, loser, admission), await sent_by(events, winner, admission)
    merged: dict[str, Any] = {"status": "merged", "merged_into": str(winner)}
    await deliver(events, signer, told("merged", loser, **merged))
    since = await sent_by(events, winner, admission)
    unmerged = told("unmerged", loser, before=merged, status="active", merged_into=None)
    for _ in range(2):
        await deliver(events, signer, unmerged)
    ids = [(await organisation(events, record))["id"] for record in (followed, own, since)]
    assert ids == [str(loser), str(winner), str(winner)]
    told_last = (await events.items("/v1/events/changes", resource_id=followed["id"]))[-1]
    assert told_last["after"] == {"organisation_id": str(loser)}
    assert (await organisation(events, await sent_by(events, loser, admission)))["names"] == {"en": "Loser"}


async def test_of_a_chain_of_merges_the_last_is_undone_alone(events: Api, signer: Signer) -> None:
    _, admission = await open_event(events)
    first, second, third = uuid4(), uuid4(), uuid4()
    for id in (first, second, third):
        await deliver(events, signer, told("created", id, names={"en": "Somebody"}))
    made = [await sent_by(events, id, admission) for id in (first, second, third)]
    into: dict[UUID, dict[str, Any]] = {id: {"status": "merged", "merged_into": str(id)} for id in (second, third)}
    # Told of late: the first one's registrations went straight to the third.
    await deliver(events, signer, told("merged", second, **into[third]))
    await deliver(events, signer, told("merged", first, **into[second]))
    await deliver(events, signer, told("unmerged", second, before=into[third], status="active", merged_into=None))
    ids = [(await organisation(events, record))["id"] for record in made]
    assert ids == [str(second), str(second), str(third)]
    await deliver(events, signer, told("unmerged", first, before=into[second], status="active", merged_into=None))
    ids = [(await organisation(events, record))["id"] for record in made]
    assert ids == [str(first), str(second), str(third)]


async def test_registrations_follow_a_person_who_was_merged_and_parted(events: Api, signer: Signer) -> None:
    _, admission = await open_event(events)
    loser, winner = uuid4(), uuid4()
    made = await events.made("/v1/registrations", a_registration(admission, person_id=str(loser)))
    merged: dict[str, Any] = {"status": "merged", "merged_into": str(winner)}
    path = f"/v1/registrations/{made['id']}"
    await deliver(events, signer, told("merged", loser, resource="person", **merged))
    assert (await events.get(path)).json()["person_id"] == str(winner)
    parted = told("unmerged", loser, resource="person", before=merged, status="active", merged_into=None)
    await deliver(events, signer, parted)
    assert (await events.get(path)).json()["person_id"] == str(loser)
