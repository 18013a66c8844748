"""Creating affiliations."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import MISSING

from services.contracts.members.affiliation import Affiliation
from services.kit.errors import Contradiction, NotFound
from services.members.features.affiliations.actions import AlreadyAffiliated, PrimaryTaken
from tests.factories.members import a_person, an_affiliation, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.office import office_today

EXPANDED = ("person", "organisation")


async def test_creates_and_answers_with_the_record(
    members: Api, person: dict[str, Any], organisation: dict[str, Any]
) -> None:
    reply = await members.post("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    assert reply.status_code == 201, reply.text
    made = exactly(Affiliation, reply.content, without=EXPANDED)
    assert (str(made.starts_on), made.ends_on) == ("2020-01-01", None)
    whole = await members.get(f"/v1/affiliations/{made.id}?expand=person&expand=organisation")
    read = exactly(Affiliation, whole.content)
    assert read.person is not MISSING
    assert read.organisation is not MISSING
    assert (read.person.names, read.organisation.names) == (person["names"], organisation["names"])


async def test_knows_no_dates_and_no_role(members: Api, person: dict[str, Any], organisation: dict[str, Any]) -> None:
    new = {"person_id": person["id"], "organisation_id": organisation["id"]}
    reply = await members.post("/v1/affiliations", new)
    made = exactly(Affiliation, reply.content, without=EXPANDED)
    assert (made.role, made.starts_on, made.ends_on) == (None, None, None)
    assert_problem(await members.post("/v1/affiliations", new), AlreadyAffiliated)


async def test_many_to_many(members: Api, person: dict[str, Any], organisation: dict[str, Any]) -> None:
    other = await members.made("/v1/organisations", an_organisation())
    colleague = await members.made("/v1/persons", a_person())
    for new in (
        an_affiliation(person["id"], organisation["id"]),
        an_affiliation(person["id"], other["id"]),
        an_affiliation(colleague["id"], organisation["id"]),
        an_affiliation(person["id"], organisation["id"], role={"en": "Chair"}),
    ):
        await members.made("/v1/affiliations", new)


@pytest.mark.parametrize(
    ("earlier", "later", "overlap"),
    [
        (("2020-01-01", "2020-12-31"), ("2021-01-01", None), False),
        (("2020-01-01", "2020-12-31"), ("2020-12-31", None), True),
        (("2020-01-01", None), ("2031-01-01", "2031-01-01"), True),
        ((None, "2019-12-31"), ("2020-01-01", None), False),
        ((None, "2019-12-31"), (None, "2001-01-01"), True),
    ],
)
async def test_a_role_never_overlaps_with_itself(
    members: Api,
    person: dict[str, Any],
    organisation: dict[str, Any],
    earlier: tuple[str | None, str | None],
    later: tuple[str | None, str | None],
    overlap: bool,
) -> None:
    def role(dates: tuple[str | None, str | None], title: str) -> dict[str, Any]:
        starts, ends = dates
        return an_affiliation(person["id"], organisation["id"], role={"en": title}, starts_on=starts, ends_on=ends)

    await members.made("/v1/affiliations", role(earlier, "Director"))
    reply = await members.post("/v1/affiliations", role(later, "DIRECTOR"))
    if overlap:
        assert_problem(reply, AlreadyAffiliated)
    else:
        assert reply.status_code == 201, reply.text


async def test_one_of_many_at_once_is_made(members: Api, person: dict[str, Any], organisation: dict[str, Any]) -> None:
    new = an_affiliation(person["id"], organisation["id"])
    replies = await asyncio.gather(*[members.post("/v1/affiliations", new) for _ in range(8)])
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 7


async def test_one_of_many_at_once_is_primary(members: Api, person: dict[str, Any]) -> None:
    employers = [await members.made("/v1/organisations", an_organisation()) for _ in range(6)]
    news = [an_affiliation(person["id"], employer["id"], primary=True) for employer in employers]
    replies = await asyncio.gather(*[members.post("/v1/affiliations", new) for new in news])
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 5
    assert_problem(next(reply for reply in replies if reply.status_code == 409), PrimaryTaken)


async def test_a_role_is_primary_unless_another_is_or_it_is_said(members: Api, person: dict[str, Any]) -> None:
    async def role(**given: Any) -> bool:
        employer = await members.made("/v1/organisations", an_organisation())
        return bool(
            (await members.made("/v1/affiliations", an_affiliation(person["id"], employer["id"], **given)))["primary"]
        )

    assert await role(starts_on="2018-01-01", ends_on="2018-12-31", primary=False) is False
    assert await role(starts_on="2020-01-01", ends_on="2022-12-31") is True
    assert await role(starts_on=None, ends_on="2020-01-01") is False
    assert await role(starts_on="2022-12-31") is False
    assert await role(starts_on="2023-01-01", ends_on=None) is True
    assert await role(starts_on=None, ends_on="2019-12-31") is True


async def test_of_many_at_once_that_do_not_say_one_is_primary(members: Api, person: dict[str, Any]) -> None:
    employers = [await members.made("/v1/organisations", an_organisation()) for _ in range(6)]
    news = [an_affiliation(person["id"], employer["id"]) for employer in employers]
    replies = await asyncio.gather(*[members.post("/v1/affiliations", new) for new in news])
    assert [reply.status_code for reply in replies] == [201] * 6
    assert sorted(reply.json()["primary"] for reply in replies) == [False] * 5 + [True]


async def test_of_one_call_the_first_role_is_primary(members: Api, person: dict[str, Any]) -> None:
    employers = [await members.made("/v1/organisations", an_organisation()) for _ in range(3)]
    items = [an_affiliation(person["id"], employer["id"]) for employer in employers]
    for atomic in (False, True):
        body = (await members.post("/v1/affiliations/bulk?dry_run=true", {"items": items, "atomic": atomic})).json()
        assert [result["status"] for result in body["results"]] == [201] * 3, atomic
    await members.post("/v1/affiliations/bulk", {"items": items})
    held = await members.items("/v1/affiliations", person_id=person["id"])
    assert [row["primary"] for row in held] == [True, False, False]


async def test_refuses_unknown_persons_and_organisations(
    members: Api, person: dict[str, Any], organisation: dict[str, Any]
) -> None:
    nobody = str(uuid4())
    assert_problem(await members.post("/v1/affiliations", an_affiliation(nobody, organisation["id"])), NotFound)
    assert_problem(await members.post("/v1/affiliations", an_affiliation(person["id"], nobody)), NotFound)


async def test_refuses_an_end_before_the_start(
    members: Api, person: dict[str, Any], organisation: dict[str, Any]
) -> None:
    new = an_affiliation(person["id"], organisation["id"], ends_on="2019-12-31")
    assert_problem(await members.post("/v1/affiliations", new), Contradiction, pointer="/ends_on")


async def test_bulk_refuses_what_overlaps_within_it(
    members: Api, person: dict[str, Any], organisation: dict[str, Any]
) -> None:
    new = an_affiliation(person["id"], organisation["id"])
    items = [new, new, an_affiliation(str(uuid4()), organisation["id"])]
    body = (await members.post("/v1/affiliations/bulk", {"items": items})).json()
    assert [result["status"] for result in body["results"]] == [201, 409, 404]


async def test_a_partner_adds_its_own_people_to_its_own_organisation_only(
    members: Api, person: dict[str, Any], organisation: dict[str, Any], signer: Signer
) -> None:
    partner = members.as_(signer.partner(organisation["id"]))
    stranger, other = person, await members.made("/v1/organisations", an_organisation())
    mine = await members.made("/v1/persons", a_person())
    await members.made("/v1/affiliations", an_affiliation(mine["id"], organisation["id"]))
    chair = {"en": "Chair"}
    for person_id, organisation_id in ((stranger["id"], organisation["id"]), (mine["id"], other["id"])):
        new = an_affiliation(person_id, organisation_id, role=chair)
        assert_problem(await partner.post("/v1/affiliations", new), NotFound)
        assert (await partner.post("/v1/affiliations/bulk", {"items": [new]})).json()["refused"] == 1
    await partner.made("/v1/affiliations", an_affiliation(mine["id"], organisation["id"], role=chair))
    past = str(office_today() - timedelta(days=1))
    over = an_affiliation(mine["id"], organisation["id"], role={"en": "Clerk"}, ends_on=past)
    assert_problem(await partner.post("/v1/affiliations", over), Contradiction, pointer="/ends_on")


async def test_the_change_is_about_the_organisation(
    members: Api, person: dict[str, Any], organisation: dict[str, Any]
) -> None:
    made = await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    changes = await members.items("/v1/members/changes", resource_id=made["id"])
    assert [(change["type"], change["organisation_ids"]) for change in changes] == [
        ("members.affiliation.created", [organisation["id"]])
    ]
    assert changes[0]["after"]["starts_on"] == "2020-01-01"
