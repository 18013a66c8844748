"""Consents: only added to, the last decision counts, at once and everywhere."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from services.contracts.members.consent import Consent
from services.contracts.members.person import Person
from services.kit.db import now
from services.kit.errors import Contradiction, Forbidden, NotFound
from services.members.features.consents.actions import NotAskedFor
from services.members.tables.person import SENSITIVE
from tests.factories.members import a_consent, a_person, a_purpose, an_affiliation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def agreed(members: Api, person: dict[str, Any], purpose: str = "newsletter") -> bool:
    """Whether the person is among those who agree, in the list and in its export."""
    listed = [row["id"] for row in await members.items("/v1/persons", consents_to=purpose, limit=200)]
    exported = await members.get("/v1/persons/export", params={"consents_to": purpose, "fields": "id"})
    assert (person["id"] in listed) == (person["id"] in exported.text)
    return person["id"] in listed


async def test_a_decision_counts_at_once_and_until_the_next(members: Api, person: dict[str, Any]) -> None:
    assert not await agreed(members, person)
    made = await members.made("/v1/consents", a_consent(person["id"], proof="Folder 3"))
    assert await agreed(members, person)
    assert exactly(Consent, (await members.get(f"/v1/consents/{made['id']}")).content, without=("person",)).current
    await members.made("/v1/consents", a_consent(person["id"], decision="withdrawn", channel="email"))
    assert not await agreed(members, person)
    history = await members.items("/v1/consents", person_id=person["id"], sort="-decided_at")
    assert [(one["decision"], one["current"]) for one in history] == [("withdrawn", True), ("given", False)]
    assert [one["decision"] for one in await members.items("/v1/consents", person_id=person["id"], current="true")] == [
        "withdrawn"
    ]


async def test_what_was_decided_last_counts_in_whatever_order_it_is_recorded(
    members: Api, person: dict[str, Any]
) -> None:
    today, earlier = now(), now() - timedelta(days=2)
    withdrawn = a_consent(person["id"], decision="withdrawn", decided_at=today.isoformat())
    await members.made("/v1/consents", withdrawn)
    await members.made("/v1/consents", a_consent(person["id"], decided_at=earlier.isoformat()))
    assert not await agreed(members, person)
    await members.made("/v1/consents", a_consent(person["id"], decided_at=today.isoformat()))
    assert not await agreed(members, person), "of one instant the withdrawal counts"


async def test_many_at_once_leave_one_that_counts(members: Api, person: dict[str, Any]) -> None:
    times = [(now() - timedelta(minutes=n)).isoformat() for n in range(8)]
    decisions = ["withdrawn", *["given"] * 7]
    new = [a_consent(person["id"], decided_at=at, decision=decisions[n]) for n, at in enumerate(times)]
    replies = await asyncio.gather(*[members.post("/v1/consents", one) for one in new])
    assert {reply.status_code for reply in replies} == {201}
    assert not await agreed(members, person)
    assert len(await members.items("/v1/consents", person_id=person["id"], current="true")) == 1


async def test_names_the_text_that_was_agreed_to(members: Api, person: dict[str, Any]) -> None:
    purpose = await members.made("/v1/purposes", a_purpose())
    first = await members.made("/v1/consents", a_consent(person["id"], purpose["key"]))
    await members.patch(f"/v1/purposes/{purpose['id']}", {"texts": {"en": "More."}})
    second = await members.made("/v1/consents", a_consent(person["id"], purpose["key"]))
    assert (first["text_version"], second["text_version"]) == (1, 2)
    unknown = a_consent(person["id"], purpose["key"], text_version=3)
    assert_problem(await members.post("/v1/consents", unknown), Contradiction, pointer="/text_version")


async def test_stands_on_the_person_who_gave_it(members: Api, person: dict[str, Any]) -> None:
    path = f"/v1/persons/{person['id']}?expand=consents"
    assert (await members.get(path)).json()["consents"] == []
    await members.made("/v1/consents", a_consent(person["id"]))
    read = exactly(Person, (await members.get(path)).content, without=("affiliations", *SENSITIVE))
    assert [(one.purpose, one.decision) for one in read.consents] == [("newsletter", "given")]  # type: ignore[union-attr]


async def test_refuses_what_cannot_be(members: Api, person: dict[str, Any]) -> None:
    future = (now() + timedelta(hours=1)).isoformat()
    reply = await members.post("/v1/consents", a_consent(person["id"], decided_at=future))
    assert_problem(reply, Contradiction, pointer="/decided_at")
    assert_problem(await members.post("/v1/consents", a_consent(person["id"], "visa_letter")), NotAskedFor)
    assert_problem(await members.post("/v1/consents", a_consent(person["id"], "never_heard_of")), NotAskedFor)
    assert_problem(await members.post("/v1/consents", a_consent(str(uuid4()))), NotFound)


async def test_an_archived_purpose_can_only_be_withdrawn_from(members: Api, person: dict[str, Any]) -> None:
    purpose = await members.made("/v1/purposes", a_purpose())
    await members.made("/v1/consents", a_consent(person["id"], purpose["key"]))
    await members.patch(f"/v1/purposes/{purpose['id']}", {"status": "archived"})
    again = a_consent(person["id"], purpose["key"])
    assert_problem(await members.post("/v1/consents", again), NotAskedFor)
    assert (await members.post("/v1/consents", again | {"decision": "withdrawn"})).status_code == 201


async def test_bulk_gives_each_its_result(members: Api, person: dict[str, Any]) -> None:
    items = [a_consent(person["id"]), a_consent(person["id"], "photos"), a_consent(str(uuid4()))]
    results = (await members.post("/v1/consents/bulk", {"items": items})).json()["results"]
    assert [one["status"] for one in results] == [201, 201, 404]
    assert await agreed(members, person, "photos")


async def test_is_on_record_and_told_without_the_proof(members: Api, person: dict[str, Any]) -> None:
    made = await members.made("/v1/consents", a_consent(person["id"], proof="Her letter of May"))
    (entry,) = await members.items("/v1/members/audit", about=made["id"])
    assert (entry["action"], entry["about"]) == ("consents.given", [made["id"], person["id"]])
    (change,) = await members.items("/v1/members/changes", resource_id=made["id"])
    assert (change["type"], change["after"]["proof"]) == ("members.consent.given", "…")


async def test_a_partner_sees_those_of_its_people_and_records_none(
    members: Api, person: dict[str, Any], organisation: dict[str, Any], signer: Signer
) -> None:
    other = await members.made("/v1/persons", a_person())
    await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    for one in (person, other):
        await members.made("/v1/consents", a_consent(one["id"]))
    partner = members.as_(signer.partner(organisation["id"]))
    assert [row["person_id"] for row in await partner.items("/v1/consents")] == [person["id"]]
    assert_problem(await partner.post("/v1/consents", a_consent(person["id"])), Forbidden)
