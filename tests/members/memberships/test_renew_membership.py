"""Renewing memberships."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from services.contracts.members.membership import MembershipTerm
from services.kit.errors import Contradiction, Invalid, NotFound
from services.members.features.memberships.actions import Expelled, TermsOverlap
from tests.factories.members import a_membership, a_membership_type, a_term
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.office import office_today

DAY = timedelta(days=1)


async def renewed(members: Api, membership: dict[str, Any], **given: str) -> dict[str, Any]:
    return await members.made(f"/v1/memberships/{membership['id']}/terms", a_term(**given))


async def test_adds_a_term_and_says_where_it_is(members: Api, membership: dict[str, Any]) -> None:
    reply = await members.post(f"/v1/memberships/{membership['id']}/terms", a_term("2024-02-29"))
    assert reply.status_code == 201, reply.text
    term = exactly(MembershipTerm, reply.content)
    assert [str(day) for day in (term.ends_on, term.grace_until)] == ["2025-02-28", "2025-03-30"]
    assert str(term.organisation_id) == membership["organisation_id"]
    read = await members.get(reply.headers["location"])
    assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])


async def test_goes_on_while_it_runs_and_through_its_grace(members: Api, membership: dict[str, Any]) -> None:
    today = office_today()
    running = await renewed(members, membership, starts_on=str(today - 380 * DAY), ends_on=str(today - 30 * DAY))
    late = await renewed(members, membership)
    assert date.fromisoformat(late["starts_on"]) == date.fromisoformat(running["ends_on"]) + DAY
    early = await renewed(members, membership)
    assert date.fromisoformat(early["starts_on"]) == date.fromisoformat(late["ends_on"]) + DAY


async def test_starts_today_after_the_grace(members: Api, membership: dict[str, Any]) -> None:
    today = office_today()
    await renewed(members, membership, starts_on=str(today - 380 * DAY), ends_on=str(today - 31 * DAY))
    assert (await renewed(members, membership))["starts_on"] == str(today)


async def test_a_fixed_year_ends_with_the_calendar(members: Api, organisation: dict[str, Any]) -> None:
    fixed = {"kind": "fixed", "start_month": 1, "start_day": 1}
    type_ = await members.made("/v1/membership-types", a_membership_type(period=fixed))
    made = await members.made("/v1/memberships", a_membership(organisation["id"], type_["id"]))
    for start, end in (("2024-05-29", "2024-12-31"), ("2025-01-01", "2025-12-31"), ("2023-12-31", "2023-12-31")):
        assert (await renewed(members, made, starts_on=start))["ends_on"] == end
    assert (await renewed(members, made))["ends_on"] == f"{office_today().year}-12-31"


async def test_two_at_once_never_overlap(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}/terms"
    replies = await asyncio.gather(*[members.post(path, {}) for _ in range(6)])
    assert {reply.status_code for reply in replies} == {201}
    terms = await members.items("/v1/membership-terms", membership_id=membership["id"], sort="starts_on")
    starts = [date.fromisoformat(term["starts_on"]) for term in terms]
    ends = [date.fromisoformat(term["ends_on"]) for term in terms]
    assert len(terms) == 6
    assert starts[1:] == [end + DAY for end in ends[:-1]]


async def test_one_of_two_for_the_same_days_is_refused(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}/terms"
    replies = await asyncio.gather(*[members.post(path, a_term("2024-01-01")) for _ in range(6)])
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 5
    assert_problem(await members.post(path, a_term("2023-06-01", "2024-01-01")), TermsOverlap)
    assert (await members.post(path, a_term("2023-06-01", "2023-12-31"))).status_code == 201


async def test_refuses_days_out_of_order_and_unknown_memberships(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}/terms"
    assert_problem(await members.post(path, a_term("2024-01-01", "2023-12-31")), Contradiction, pointer="/ends_on")
    assert_problem(await members.post(path, a_term("9999-12-31")), Invalid, pointer="/starts_on")
    assert_problem(await members.post(f"/v1/memberships/{uuid4()}/terms", {}), NotFound)


async def test_tells_readers_of_the_membership(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}"
    tag = (await members.get(path)).headers["etag"]
    await renewed(members, membership)
    changed = await members.get(path, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["status"], changed.json()["version"]) == (200, "active", 2)


async def test_coming_back_after_a_resignation_is_told(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}"
    await renewed(members, membership, starts_on="2023-01-01")
    await members.made(f"{path}/resignations", {"effective_on": "2023-07-01"})
    await renewed(members, membership, starts_on="2025-01-01")
    told = await members.items("/v1/membership-decisions", membership_id=membership["id"], sort="effective_on")
    assert [(one["kind"], one["effective_on"]) for one in told] == [
        ("resignation", "2023-07-01"),
        ("reinstatement", "2025-01-01"),
    ]
    for day, status in (("2023-06-30", "active"), ("2024-12-31", "resigned"), ("2025-01-01", "active")):
        assert (await members.get(f"{path}?as_of={day}")).json()["status"] == status


async def test_nobody_comes_back_from_an_expulsion_by_paying(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}"
    await renewed(members, membership, starts_on="2023-01-01")
    await members.made(f"{path}/expulsions", {"effective_on": "2023-07-01"})
    assert_problem(await members.post(f"{path}/terms", a_term("2024-01-01")), Expelled)
    assert (await members.post(f"{path}/terms", a_term("2022-01-01"))).status_code == 201
    await members.made(f"{path}/reinstatements", {"effective_on": "2024-01-01"})
    assert (await members.post(f"{path}/terms", a_term("2024-01-01"))).status_code == 201


async def test_terms_cannot_be_changed(members: Api, membership: dict[str, Any]) -> None:
    term = await renewed(members, membership)
    path = f"/v1/membership-terms/{term['id']}"
    assert (await members.patch(path, {"ends_on": "2024-01-01"})).status_code == 405
    assert (await members.delete(path)).status_code == 405
