"""Forgetting a person of several records: nothing is left of those that were merged into theirs."""

from itertools import pairwise
from typing import Any
from uuid import uuid4

from tests.factories.members import a_merge, a_person
from tests.members.erasures.test_erase_person import everything
from tests.members.imports.sending import imported
from tests.wire.api import Api
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
