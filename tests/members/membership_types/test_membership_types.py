"""Membership types."""

from typing import Any

from services.contracts.members.membership_type import MembershipType
from services.kit.errors import Forbidden, Invalid
from services.members.features.membership_types.actions import CodeTaken, MembershipTypeInUse
from tests.factories.members import a_membership, a_membership_type
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PATH = "/v1/membership-types"


async def test_creates_and_answers_with_the_record(members: Api) -> None:
    fixed = {"kind": "fixed", "start_month": 4, "start_day": 28}
    for new in (a_membership_type(seats=5), a_membership_type(period=fixed, grace_days=0, entitlements=[])):
        reply = await members.post(PATH, new)
        assert reply.status_code == 201, reply.text
        made = exactly(MembershipType, reply.content)
        assert made.model_dump(mode="json", include=set(new)) == new
        read = await members.get(reply.headers["location"])
        assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])


async def test_refuses_a_code_that_is_taken(members: Api, yearly: dict[str, Any]) -> None:
    assert_problem(await members.post(PATH, a_membership_type(code=yearly["code"])), CodeTaken)


async def test_refuses_periods_that_no_year_has(members: Api) -> None:
    for period in (
        {"kind": "rolling", "months": 0},
        {"kind": "rolling", "months": 12, "start_month": 1},
        {"kind": "fixed", "start_month": 2, "start_day": 29},
        {"kind": "fixed", "start_month": True, "start_day": 1},
        {"kind": "fixed", "start_month": "1", "start_day": 1},
        {"kind": "rolling", "months": 1.5},
        {"kind": "lunar"},
    ):
        assert_problem(await members.post(PATH, a_membership_type(period=period)), Invalid)


async def test_takes_every_form_of_a_whole_number(members: Api) -> None:
    made = await members.made(PATH, a_membership_type(grace_days=30.0, seats=5.0))
    assert (made["grace_days"], made["seats"]) == (30, 5)


async def test_bulk_gives_each_its_own_result(members: Api) -> None:
    new = a_membership_type()
    body = (await members.post(f"{PATH}/bulk", {"items": [new, new, a_membership_type()]})).json()
    assert [result["status"] for result in body["results"]] == [201, 409, 201]


async def test_changes_and_archives(members: Api, yearly: dict[str, Any]) -> None:
    path = f"{PATH}/{yearly['id']}"
    change = {"period": {"kind": "fixed", "start_month": 1, "start_day": 1}, "seats": 3, "status": "archived"}
    changed = (await members.patch(path, change)).json()
    assert {name: changed[name] for name in change} == change
    assert yearly["code"] in [row["code"] for row in await members.items(PATH, status="archived")]
    changes = await members.items("/v1/members/changes", resource_id=yearly["id"])
    assert [change["type"].rsplit(".")[-1] for change in changes] == ["created", "updated"]


async def test_deletes_one_without_memberships(
    members: Api, membership: dict[str, Any], yearly: dict[str, Any]
) -> None:
    assert_problem(await members.delete(f"{PATH}/{yearly['id']}"), MembershipTypeInUse)
    unused = await members.made(PATH, a_membership_type())
    assert (await members.delete(f"{PATH}/{unused['id']}")).status_code == 204


async def test_sorts_and_filters_by_code(members: Api, yearly: dict[str, Any]) -> None:
    codes = [row["code"] for row in await members.items(PATH, sort="-code", limit=2)]
    assert codes == sorted(codes, reverse=True)
    assert [row["id"] for row in await members.items(PATH, code=yearly["code"])] == [yearly["id"]]


async def test_partners_read_them_and_change_none(
    members: Api, organisation: dict[str, Any], yearly: dict[str, Any], signer: Signer
) -> None:
    partner = members.as_(signer.partner(organisation["id"]))
    path = f"{PATH}/{yearly['id']}"
    assert (await partner.get(path)).status_code == 200
    assert_problem(await partner.post(PATH, a_membership_type()), Forbidden)
    assert_problem(await partner.patch(path, {"grace_days": 700}), Forbidden)
    assert_problem(await partner.delete(path), Forbidden)


async def test_a_change_of_grace_leaves_the_past_alone(
    members: Api, organisation: dict[str, Any], yearly: dict[str, Any]
) -> None:
    new = a_membership(organisation["id"], yearly["id"], terms=[{"starts_on": "2023-01-01"}])
    membership = await members.made("/v1/memberships", new)
    await members.patch(f"{PATH}/{yearly['id']}", {"grace_days": 0})
    reply = await members.get(f"/v1/memberships/{membership['id']}?as_of=2024-01-30")
    assert reply.json()["status"] == "grace"
