"""Listing merges, and counting them."""

from uuid import uuid4

from services.contracts.scopes import SCOPES
from tests.factories.members import a_merge, a_person, an_organisation
from tests.wire.api import Api
from tests.wire.callers import Signer
from tests.wire.facets import counted

PATH = "/v1/merges"


async def merged(members: Api, resource: str) -> str:
    new = an_organisation if resource == "organisations" else a_person
    winner, loser = [(await members.made(f"/v1/{resource}", new()))["id"] for _ in range(2)]
    made: str = (await members.made(PATH, a_merge(winner, loser, resource)))["id"]
    return made


async def test_counts_who_made_and_who_undid_them_of_what_one_may_read(members: Api, signer: Signer) -> None:
    wu = f"user:{uuid4()}"
    clerk = members.as_(signer.token(wu, "staff", list(SCOPES)))
    kept, undone = await merged(clerk, "organisations"), await merged(clerk, "organisations")
    await merged(clerk, "persons")
    assert (await clerk.post(f"{PATH}/{undone}/undos", {})).status_code == 200
    names = ["resource", "merged_by", "undone", "undone_by"]
    whole = await counted(members, PATH, names, merged_by=wu)
    assert whole["merged_by"][wu] == 3
    assert (whole["resource"], whole["undone"], whole["undone_by"]) == (
        {"organisations": 2, "persons": 1},
        {"false": 2, "true": 1},
        {None: 2, wu: 1},
    )
    seen = await counted(members.as_(signer.staff("members:read")), PATH, names, merged_by=wu)
    assert seen["merged_by"][wu] == 2
    assert (seen["resource"], seen["undone"]) == ({"organisations": 2}, {"false": 1, "true": 1})
    assert [one["id"] for one in await members.items(PATH, undone_by=wu)] == [undone]
    assert kept in [one["id"] for one in await members.items(PATH, merged_by=wu, undone="false")]
