"""Forgetting a person of several records: nothing is left of those that were merged into theirs."""

from itertools import pairwise
from typing import Any
from uuid import uuid4

from services.members.features.persons.actions import PersonMergedAway
from tests.factories.members import a_merge, a_person
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
