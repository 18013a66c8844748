"""Copies of members' organisations: renamed, merged and removed as members tell it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from services.kit.errors import Forbidden
from services.liaison.features.counterparts.actions import OrganisationGone
from tests.factories.liaison import a_contact, a_counterpart
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import SECRETARY, deliver
from tests.wire.members import told


async def linked(liaison: Api, organisation_id: UUID) -> dict[str, Any]:
    return await liaison.made("/v1/counterparts", a_counterpart(organisation_id=str(organisation_id)))


async def now(liaison: Api, made: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = (await liaison.get(f"/v1/counterparts/{made['id']}")).json()
    return body


async def test_only_a_service_delivers(liaison: Api) -> None:
    assert_problem(await liaison.post("/internal/inbox", {"source": "members", "changes": []}), Forbidden)


async def test_names_arrive_before_or_after_the_link(liaison: Api, signer: Signer) -> None:
    early, late = uuid4(), uuid4()
    await deliver(liaison, signer, told("created", early, names={"en": "Early"}, status="active"))
    first, second = await linked(liaison, early), await linked(liaison, late)
    assert (first["organisation_names"], second["organisation_names"]) == ({"en": "Early"}, None)
    await deliver(liaison, signer, told("created", late, names={"en": "Late"}, status="active"))
    assert (await now(liaison, second))["organisation_names"] == {"en": "Late"}


async def test_a_rename_shows_in_the_copy_and_in_the_etag(liaison: Api, signer: Signer) -> None:
    id = uuid4()
    await deliver(liaison, signer, told("created", id, names={"en": "Old"}, status="active"))
    made = await linked(liaison, id)
    tag = (await liaison.get(f"/v1/counterparts/{made['id']}")).headers["etag"]
    await deliver(
        liaison,
        signer,
        told("updated", id, city="Guiyang"),
        told("updated", id, names={"en": "New", "zh": "新"}),
        told("archived", id, status="archived"),
    )
    reply = await liaison.get(f"/v1/counterparts/{made['id']}", headers={"If-None-Match": tag})
    assert (reply.status_code, reply.json()["organisation_names"]) == (200, {"en": "New", "zh": "新"})
    assert reply.json()["version"] == made["version"]


async def test_many_are_copied_at_once_each_by_its_own_news(liaison: Api, signer: Signer) -> None:
    ids = [uuid4() for _ in range(40)]
    changes = [told("created", id, names={"en": f"One {id}"}, status="active") for id in ids]
    changes += [told("updated", id, names={"en": f"Two {id}"}) for id in ids[:10]]
    changes += [told("updated", id, city="Guiyang") for id in ids[10:20]]
    changes += [told("archived", id, status="archived") for id in ids[20:]]
    await deliver(liaison, signer, *changes)
    rows = await liaison.runtime.read(
        "SELECT id, names ->> 'en', status FROM organisation_copy WHERE id = ANY($1)", [ids]
    )
    assert {row[0]: tuple(row[1:]) for row in rows} == {
        **{id: (f"Two {id}", "active") for id in ids[:10]},
        **{id: (f"One {id}", "active") for id in ids[10:20]},
        **{id: (f"One {id}", "archived") for id in ids[20:]},
    }


async def test_a_delivery_twice_counts_once(liaison: Api, signer: Signer) -> None:
    id = uuid4()
    changes = [told("created", id, names={"en": "One"}, status="active"), told("updated", id, names={"en": "Two"})]
    await deliver(liaison, signer, *changes)
    made = await linked(liaison, id)
    await deliver(liaison, signer, *changes)
    await deliver(liaison, signer, changes[0])
    assert (await now(liaison, made))["organisation_names"] == {"en": "Two"}


async def test_a_merge_moves_the_links_and_says_so(liaison: Api, signer: Signer) -> None:
    loser, winner = uuid4(), uuid4()
    made = [await linked(liaison, loser), await linked(liaison, loser), await linked(liaison, winner)]
    await deliver(
        liaison,
        signer,
        told("created", winner, names={"en": "Winner"}, status="active"),
        told("merged", loser, status="merged", merged_into=str(winner)),
    )
    for row in made:
        body = await now(liaison, row)
        assert (body["organisation_id"], body["organisation_names"]) == (str(winner), {"en": "Winner"})
    changes = await liaison.items("/v1/liaison/changes", resource_id=made[0]["id"])
    assert [change["type"] for change in changes] == ["liaison.counterpart.created", "liaison.counterpart.updated"]
    assert changes[1]["before"] == {"organisation_id": str(loser)}
    assert changes[1]["after"] == {"organisation_id": str(winner)}
    assert (changes[1]["actor"], changes[1]["via"]) == (SECRETARY, "service:liaison")
    assert set(changes[1]["organisation_ids"]) == {str(loser), str(winner)}


async def test_merges_are_followed_to_the_last_in_any_order(liaison: Api, signer: Signer) -> None:
    first, second, third = uuid4(), uuid4(), uuid4()
    made = [await linked(liaison, id) for id in (first, second)]
    await deliver(liaison, signer, told("merged", second, status="merged", merged_into=str(third)))
    await deliver(liaison, signer, told("merged", first, status="merged", merged_into=str(second)))
    assert [(await now(liaison, row))["organisation_id"] for row in made] == [str(third)] * 2


async def test_a_deletion_clears_the_link(liaison: Api, signer: Signer) -> None:
    id = uuid4()
    await deliver(liaison, signer, told("created", id, names={"en": "Short-lived"}, status="active"))
    made = await linked(liaison, id)
    await deliver(liaison, signer, told("deleted", id))
    body = await now(liaison, made)
    assert (body["organisation_id"], body["organisation_names"]) == (None, None)
    changes = await liaison.items("/v1/liaison/changes", resource_id=made["id"])
    assert changes[-1]["organisation_ids"] == [str(id)]


async def test_what_is_gone_is_not_linked_again(liaison: Api, signer: Signer, embassy: dict[str, Any]) -> None:
    loser, winner, gone = uuid4(), uuid4(), uuid4()
    await deliver(
        liaison,
        signer,
        told("merged", loser, status="merged", merged_into=str(winner)),
        told("deleted", gone),
    )
    for id in (loser, gone):
        link = {"organisation_id": str(id)}
        assert_problem(await liaison.post("/v1/counterparts", a_counterpart(**link)), OrganisationGone)
        assert_problem(await liaison.patch(f"/v1/counterparts/{embassy['id']}", link), OrganisationGone)


async def test_no_link_slips_past_a_merge(liaison: Api, signer: Signer) -> None:
    for _ in range(5):
        loser, winner = uuid4(), uuid4()
        merged = told("merged", loser, status="merged", merged_into=str(winner))
        body = a_counterpart(organisation_id=str(loser))
        replies = await asyncio.gather(
            *(liaison.post("/v1/counterparts", body) for _ in range(6)), deliver(liaison, signer, merged)
        )
        made = [reply.json() for reply in replies[:-1] if reply is not None and reply.status_code == 201]
        assert [(await now(liaison, row))["organisation_id"] for row in made] == [str(winner)] * len(made)


async def test_an_undone_merge_gives_the_links_back(liaison: Api, signer: Signer) -> None:
    loser, winner = uuid4(), uuid4()
    followed, own = await linked(liaison, loser), await linked(liaison, winner)
    merged: dict[str, Any] = {"status": "merged", "merged_into": str(winner)}
    active: dict[str, Any] = {"status": "active", "merged_into": None}
    await deliver(
        liaison,
        signer,
        told("created", winner, names={"en": "Winner"}, status="active"),
        told("created", loser, names={"en": "Loser"}, status="active"),
        told("merged", loser, **merged),
    )
    since = await linked(liaison, winner)
    await deliver(liaison, signer, told("unmerged", loser, before=merged, **active))
    ids = [(await now(liaison, row))["organisation_id"] for row in (followed, own, since)]
    assert ids == [str(loser), str(winner), str(winner)]
    assert (await now(liaison, await linked(liaison, loser)))["organisation_names"] == {"en": "Loser"}


async def test_contacts_follow_a_person_who_was_merged_and_parted(liaison: Api, signer: Signer) -> None:
    loser, winner = uuid4(), uuid4()
    counterpart = await liaison.made("/v1/counterparts", a_counterpart())
    contact = await liaison.made("/v1/contacts", a_contact(counterpart["id"], person_id=str(loser)))
    path = f"/v1/contacts/{contact['id']}"
    merged: dict[str, Any] = {"status": "merged", "merged_into": str(winner)}
    await deliver(liaison, signer, told("merged", loser, resource="person", **merged))
    assert (await liaison.get(path)).json()["person_id"] == str(winner)
    parted = told("unmerged", loser, resource="person", before=merged, status="active", merged_into=None)
    await deliver(liaison, signer, parted)
    assert (await liaison.get(path)).json()["person_id"] == str(loser)
