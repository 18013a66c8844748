"""Resignations, expulsions and reinstatements."""

import asyncio
from typing import Any

from services.contracts.members.membership import MembershipDecision
from services.kit.errors import Invalid
from services.members.features.memberships.actions import AlreadyEnded, NotEnded
from tests.factories.members import a_term
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem


async def status(members: Api, path: str, day: str) -> str:
    found: str = (await members.get(f"{path}?as_of={day}")).json()["status"]
    return found


async def test_end_a_membership_from_their_day(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}"
    await members.made(f"{path}/terms", a_term("2024-01-01"))
    reply = await members.post(f"{path}/resignations", {"effective_on": "2024-07-01", "reason": "信函"})
    assert reply.status_code == 201, reply.text
    told = exactly(MembershipDecision, reply.content)
    assert (told.kind, told.reason, str(told.organisation_id)) == ("resignation", "信函", membership["organisation_id"])
    read = await members.get(reply.headers["location"])
    assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])
    assert [await status(members, path, day) for day in ("2024-06-30", "2024-07-01")] == ["active", "resigned"]
    assert (await members.get(path)).json()["version"] == 3


async def test_a_term_paid_ahead_does_not_bring_one_back(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}"
    for start in ("2024-01-01", "2025-01-01"):
        await members.made(f"{path}/terms", a_term(start))
    await members.made(f"{path}/expulsions", {"effective_on": "2024-12-31"})
    assert await status(members, path, "2025-06-01") == "expelled"


async def test_a_reinstatement_on_the_same_day_undoes_it(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}"
    await members.made(f"{path}/terms", a_term("2024-01-01"))
    day = {"effective_on": "2024-07-01"}
    await members.made(f"{path}/expulsions", day)
    await members.made(f"{path}/reinstatements", day)
    assert await status(members, path, "2024-07-01") == "active"
    await members.made(f"{path}/resignations", day)
    assert await status(members, path, "2024-07-01") == "resigned"
    read = (await members.get(f"{path}?expand=decisions")).json()["decisions"]
    assert [one["kind"] for one in read] == ["expulsion", "reinstatement", "resignation"]


async def test_refuse_what_makes_no_difference(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}"
    day = {"effective_on": "2024-07-01"}
    assert_problem(await members.post(f"{path}/reinstatements", day), NotEnded)
    replies = await asyncio.gather(*[members.post(f"{path}/expulsions", day) for _ in range(6)])
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 5
    assert_problem(await members.post(f"{path}/resignations", {"effective_on": "2024-07-02"}), AlreadyEnded)
    assert_problem(await members.post(f"{path}/expulsions", {}), Invalid, pointer="/effective_on")


async def test_are_listed_by_kind_and_day(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}"
    await members.made(f"{path}/resignations", {"effective_on": "2024-07-01"})
    await members.made(f"{path}/reinstatements", {"effective_on": "2024-08-01"})
    asked = {"membership_id": membership["id"], "sort": "-effective_on"}
    found = await members.items("/v1/membership-decisions", **asked, limit=1)
    assert [one["kind"] for one in found] == ["reinstatement", "resignation"]
    found = await members.items("/v1/membership-decisions", **asked, kind="resignation")
    assert [one["effective_on"] for one in found] == ["2024-07-01"]
    assert await members.items("/v1/membership-decisions", **asked, **{"effective_on.gt": "2024-08-01"}) == []


async def test_the_log_keeps_no_reason(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}"
    told = await members.made(f"{path}/resignations", {"effective_on": "2024-07-01", "reason": "ill health"})
    changes = await members.items("/v1/members/changes", resource_id=told["id"])
    assert [(one["type"], one["after"]["reason"]) for one in changes] == [("members.membership_decision.created", "…")]
