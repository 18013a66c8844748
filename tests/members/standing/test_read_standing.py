"""Reading the standing of organisations."""

from typing import Any
from uuid import uuid4

from services.contracts.members.standing import Standing
from services.kit.errors import Forbidden, Invalid, NotFound
from tests.factories.members import a_membership, a_membership_type, a_term, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.office import office_today


async def standing(members: Api, organisation: dict[str, Any], on: str) -> Standing:
    reply = await members.get(f"/v1/organisations/{organisation['id']}/standing?on={on}")
    assert reply.status_code == 200, reply.text
    return exactly(Standing, reply.content)


async def test_of_one_that_never_joined(members: Api, organisation: dict[str, Any]) -> None:
    read = await standing(members, organisation, "2024-05-29")
    assert (read.status, read.member, read.membership_id, read.since) == ("none", False, None, None)
    assert (read.entitlements, read.terms, read.gaps) == ([], [], [])


async def test_rejoining_keeps_both_terms_and_the_gap(
    members: Api, organisation: dict[str, Any], yearly: dict[str, Any]
) -> None:
    terms = [a_term("2018-01-01"), a_term("2019-01-01"), a_term("2022-03-01")]
    made = await members.made("/v1/memberships", a_membership(organisation["id"], yearly["id"], terms=terms))
    for day, status, since, until in (
        ("2017-12-31", "pending", None, None),
        ("2018-01-01", "active", "2018-01-01", "2019-12-31"),
        ("2019-12-31", "active", "2018-01-01", "2019-12-31"),
        ("2020-01-30", "grace", "2018-01-01", "2019-12-31"),
        ("2020-01-31", "lapsed", "2018-01-01", "2019-12-31"),
        ("2022-02-28", "lapsed", "2018-01-01", "2019-12-31"),
        ("2022-03-01", "active", "2022-03-01", "2023-02-28"),
    ):
        read = await standing(members, organisation, day)
        assert (read.status, str(read.since or ""), str(read.until or "")) == (status, since or "", until or ""), day
        assert read.member == (status in ("active", "grace"))
        assert read.entitlements == (yearly["entitlements"] if read.member else [])
        assert (str(read.membership_id), read.type_code) == (made["id"], yearly["code"])
        assert [str(term.starts_on) for term in read.terms] == ["2018-01-01", "2019-01-01", "2022-03-01"]
        assert [(str(gap.starts_on), str(gap.ends_on)) for gap in read.gaps] == [("2020-01-01", "2022-02-28")]


async def test_a_resignation_taken_back_later_leaves_a_gap(members: Api, membership: dict[str, Any]) -> None:
    path = f"/v1/memberships/{membership['id']}"
    await members.made(f"{path}/terms", a_term("2024-01-01"))
    await members.made(f"{path}/resignations", {"effective_on": "2024-03-01"})
    await members.made(f"{path}/reinstatements", {"effective_on": "2024-09-01"})
    read = await standing(members, {"id": membership["organisation_id"]}, "2024-08-31")
    assert (read.status, str(read.until)) == ("resigned", "2024-02-29")
    assert [(str(gap.starts_on), str(gap.ends_on)) for gap in read.gaps] == [("2024-03-01", "2024-08-31")]


async def test_the_membership_that_runs_counts_most(members: Api, organisation: dict[str, Any]) -> None:
    made = {}
    for code, terms in (
        ("observer", [a_term("2020-01-01")]),
        ("full", [a_term("2022-01-01", "2024-12-31")]),
        ("patron", [a_term("2024-12-31", "2024-12-31")]),
        ("coming", []),
    ):
        type_ = await members.made("/v1/membership-types", a_membership_type(code=f"{code}-{uuid4().hex[:8]}"))
        made[type_["code"]] = code
        await members.made("/v1/memberships", a_membership(organisation["id"], type_["id"], terms=terms))
    for day, code in (
        ("2019-12-31", "coming"),
        ("2021-06-01", "observer"),
        ("2022-01-01", "full"),
        ("2024-12-31", "patron"),
        ("2026-01-01", "patron"),
    ):
        read = await standing(members, organisation, day)
        assert made[read.type_code or ""] == code, day
    assert [(str(gap.starts_on), str(gap.ends_on)) for gap in read.gaps] == [("2021-01-01", "2021-12-31")]


async def test_is_today_s_when_no_day_is_given(members: Api, membership: dict[str, Any]) -> None:
    await members.made(f"/v1/memberships/{membership['id']}/terms", {})
    path = f"/v1/organisations/{membership['organisation_id']}/standing"
    today = office_today()
    read = exactly(Standing, (await members.get(path)).content)
    assert read.on == today
    assert read.status == "active"


async def test_refuses_what_is_no_day_and_what_is_not_there(members: Api, organisation: dict[str, Any]) -> None:
    path = f"/v1/organisations/{organisation['id']}/standing"
    for wrong in ("on=yesterday", "on=2024-02-30", "on=20240229", "on=1", "day=2024-02-29"):
        assert_problem(await members.get(f"{path}?{wrong}"), Invalid)
    assert_problem(await members.get(f"/v1/organisations/{uuid4()}/standing"), NotFound)


async def test_a_partner_reads_its_own_only(members: Api, organisation: dict[str, Any], signer: Signer) -> None:
    other = await members.made("/v1/organisations", an_organisation())
    partner = members.as_(signer.partner(organisation["id"]))
    assert (await partner.get(f"/v1/organisations/{organisation['id']}/standing")).status_code == 200
    assert_problem(await partner.get(f"/v1/organisations/{other['id']}/standing"), NotFound)
    stranger = members.as_(signer.staff("events:read"))
    assert_problem(await stranger.get(f"/v1/organisations/{organisation['id']}/standing"), Forbidden)
