"""Forgetting a person of several records: nothing is left of those that were merged into theirs."""

import json
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

from services.kit.subjects import digest
from services.members.features.persons.actions import PersonMergedAway
from services.members.tables.erasure import ErasureRow
from services.members.tables.merge import MergeRow
from tests.factories.members import a_merge, a_person, an_affiliation, an_organisation
from tests.members.erasures.test_erase_person import everything
from tests.members.imports.sending import imported
from tests.wire.api import Api, assert_problem
from tests.wire.changes import work


async def test_nothing_is_left_of_records_that_were_merged_into_theirs(members: Api) -> None:
    m = f"m{uuid4().hex}"
    content = f"name,email\nAda {m},{m}@example.org\nBea {m},bea-{m}@example.org\n"
    assert (await imported(members, content, resource="persons"))["counts"]["created"] == 2
    chain: list[dict[str, Any]] = await members.items("/v1/persons", q=m)
    assert len(chain) == 2
    chain.append(await members.made("/v1/persons", a_person(names={"en": f"Cleo {m}"})))
    for loser, winner in pairwise(chain):
        await members.made("/v1/merges", a_merge(winner["id"], loser["id"], "persons"))
    await members.made("/v1/erasures", {"person_id": chain[-1]["id"], "reason": "asked_for"})
    await work(members)  # samples of the file go right after the commit
    assert [line[:300] for line in (await everything(members)).splitlines() if m in line] == []


async def test_whoever_asks_by_an_old_id_is_told_whose_record_it_became(members: Api) -> None:
    winner, loser = [await members.made("/v1/persons", a_person()) for _ in range(2)]
    await members.made("/v1/merges", a_merge(winner["id"], loser["id"], "persons"))
    for path, body in (
        ("/v1/erasures", {"person_id": loser["id"], "reason": "asked_for"}),
        (f"/v1/persons/{loser['id']}/subject-files", None),
    ):
        refused = await members.post(path, body)
        assert winner["id"] in assert_problem(refused, PersonMergedAway)["detail"]
    (kept,) = [row for row in await members.items("/v1/persons", status="merged") if row["id"] == loser["id"]]
    assert kept["names"] == loser["names"]
    assert (await members.get(f"/v1/persons/{winner['id']}")).status_code == 200


async def test_a_merge_of_organisations_keeps_no_role_of_theirs_and_can_be_undone(members: Api) -> None:
    m = f"m{uuid4().hex}"
    person = await members.made("/v1/persons", a_person())
    winner, loser = [await members.made("/v1/organisations", an_organisation()) for _ in range(2)]
    for one, role in ((winner, m), (loser, m), (loser, f"{m}2")):
        await members.made("/v1/affiliations", an_affiliation(person["id"], one["id"], role={"en": f"Head of {role}"}))
    merge = await members.made("/v1/merges", a_merge(winner["id"], loser["id"]))
    assert m in await images(members, merge["id"])
    await members.made("/v1/erasures", {"person_id": person["id"], "reason": "asked_for"})
    kept = await images(members, merge["id"])
    assert (m in kept, person["id"] in kept, loser["id"] in kept) == (False, False, True)
    assert (await members.post(f"/v1/merges/{merge['id']}/undos")).status_code == 200
    assert (await members.get(f"/v1/organisations/{loser['id']}")).json()["status"] == "active"
    assert await members.items("/v1/affiliations", organisation_id=loser["id"]) == []


async def images(members: Api, merge_id: str) -> str:
    """What a merge keeps to be undone by."""
    async with members.runtime.database.transaction() as session:
        return json.dumps((await session.get_one(MergeRow, UUID(merge_id))).images)


async def test_they_are_looked_for_by_what_a_merge_dropped(members: Api) -> None:
    """Addresses, names and ids that neither record says any more: other services may know them by these."""
    first, second = [
        await members.made("/v1/persons", a_person(identifiers=[{"scheme": "orcid", "value": uuid4().hex}]))
        for _ in range(2)
    ]
    lasts = await members.made("/v1/persons", a_person())
    choices = {"email": "loser", "names": "loser", "identifiers": "loser", "other_emails": "winner"}
    await members.made("/v1/merges", a_merge(second["id"], first["id"], "persons", **choices))
    await members.made("/v1/merges", a_merge(lasts["id"], second["id"], "persons", other_emails="winner"))
    undone = await members.made("/v1/persons", a_person())
    merge = await members.made("/v1/merges", a_merge(lasts["id"], undone["id"], "persons", other_emails="winner"))
    (await members.post(f"/v1/merges/{merge['id']}/undos")).raise_for_status()
    erasure = await members.made("/v1/erasures", {"person_id": lasts["id"], "reason": "asked_for"})
    async with members.runtime.database.transaction() as session:
        row = await session.get_one(ErasureRow, UUID(erasure["id"]))
    told = (first, second, lasts)
    assert {digest(one["email"]) for one in told} == set(row.emails)
    assert {digest(one["names"]["en"]) for one in told} <= set(row.names)
    ids = {digest(f"orcid:{one['identifiers'][0]['value']}") for one in (first, second)}
    assert ids == set(row.identifiers)
    assert digest(undone["email"]) not in row.emails
