"""Field by field: what wins, seen beforehand by a dry run."""

from typing import Any

from services.contracts.members.merge import Merge
from services.kit.errors import Forbidden, Invalid
from tests.factories.members import a_merge, a_person, an_affiliation, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PATH = "/v1/merges"


async def two(members: Api) -> tuple[dict[str, Any], dict[str, Any]]:
    winner = an_organisation(names={"zh": "云台景区"}, city="Guiyang", website=None, tags=["mountain", "council"])
    loser = an_organisation(
        names={"zh": "雲臺景區", "en": "Yuntai Scenic Area"},
        city="Zunyi",
        website="https://yuntai.example.org",
        tags=["Mountain", "museum"],
        phones=[{"number": "+86 851 8555 0111"}],
    )
    return await members.made("/v1/organisations", winner), await members.made("/v1/organisations", loser)


def told_of(body: dict[str, Any], field: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in body["fields"] if one["field"] == field)
    return found


async def test_a_dry_run_tells_field_by_field_and_changes_nothing(members: Api, person: dict[str, Any]) -> None:
    winner, loser = await two(members)
    await members.made("/v1/affiliations", an_affiliation(person["id"], loser["id"]))
    reply = await members.post(f"{PATH}?dry_run=true", a_merge(winner["id"], loser["id"], city="loser"))
    assert (reply.status_code, reply.headers["dry-run"]) == (201, "true"), reply.text
    exactly(Merge, reply.content)
    body = reply.json()
    assert told_of(body, "city") == {
        "field": "city",
        "taken": "loser",
        "conflict": True,
        "winner": "Guiyang",
        "loser": "Zunyi",
        "result": "Zunyi",
    }
    website = told_of(body, "website")
    assert (website["taken"], website["conflict"], website["result"]) == ("loser", False, "https://yuntai.example.org")
    assert told_of(body, "names")["result"] == {"zh": "云台景区", "en": "Yuntai Scenic Area"}
    assert told_of(body, "tags")["result"] == ["mountain", "council", "museum"]
    assert {"resource": "affiliations", "count": 1} in body["moved"]
    # Nobody answers for the other services here.
    assert {"resource": "registrations", "count": None} in body["moved"]
    assert (await members.get(f"/v1/organisations/{winner['id']}")).json() == winner
    assert await members.items(PATH, record_id=loser["id"]) == []


async def test_the_winner_has_what_was_chosen(members: Api) -> None:
    winner, loser = await two(members)
    chosen = {"names": "winner", "city": "loser", "tags": "loser", "website": "winner"}
    made = await members.made(PATH, a_merge(winner["id"], loser["id"], **chosen))
    now = (await members.get(f"/v1/organisations/{winner['id']}")).json()
    assert (now["names"], now["city"], now["website"]) == ({"zh": "云台景区"}, "Zunyi", None)
    assert now["tags"] == ["Mountain", "museum"]
    assert [phone["number"] for phone in now["phones"]] == ["+8685185550111"]
    kept = (await members.get(f"{PATH}/{made['id']}")).json()
    assert {"field": "city", "taken": "loser", "conflict": True} in kept["fields"]
    assert all("winner" not in one for one in kept["fields"])


async def test_only_fields_there_are_can_be_chosen_and_only_lists_have_both(members: Api) -> None:
    winner, loser = await two(members)
    for wrong in ({"city": "both"}, {"shoe_size": "winner"}, {"names": "neither"}):
        assert_problem(await members.post(PATH, a_merge(winner["id"], loser["id"], **wrong)), Invalid)
    reply = await members.post(PATH, {"winner_id": winner["id"], "loser_id": loser["id"]})
    assert_problem(reply, Invalid)


async def test_a_subdivision_goes_with_its_country(members: Api) -> None:
    winner = await members.made("/v1/organisations", an_organisation(country="CN", subdivision="CN-GZ"))
    loser = await members.made("/v1/organisations", an_organisation(country="NP"))
    await members.made(PATH, a_merge(winner["id"], loser["id"], country="loser"))
    now = (await members.get(f"/v1/organisations/{winner['id']}")).json()
    assert (now["country"], now["subdivision"]) == ("NP", None)


async def test_sensitive_fields_are_merged_but_not_told_to_who_may_not_see_them(members: Api, signer: Signer) -> None:
    winner = await members.made("/v1/persons", a_person(diet=None))
    loser = await members.made("/v1/persons", a_person(diet="Vegetarian.", birth_date="1980-02-29"))
    clerk = members.as_(signer.staff("members:read", "members:write", "persons:read", "persons:write"))
    assert_problem(await clerk.post(PATH, a_merge(winner["id"], loser["id"], "persons", diet="winner")), Forbidden)
    reply = await clerk.post(PATH, a_merge(winner["id"], loser["id"], "persons"))
    assert reply.status_code == 201, reply.text
    assert {one["field"] for one in reply.json()["fields"]} & {"diet", "birth_date"} == set()
    kept = (await members.get(f"{PATH}/{reply.json()['id']}")).json()
    assert {one["field"] for one in kept["fields"]} & {"diet", "birth_date"} == set()
    now = (await members.get(f"/v1/persons/{winner['id']}?purpose=record_keeping")).json()
    assert (now["diet"], now["birth_date"]) == ("Vegetarian.", "1980-02-29")
