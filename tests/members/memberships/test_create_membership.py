"""Creating memberships."""

from typing import Any
from uuid import uuid4

from pydantic import MISSING

from services.contracts.members.membership import Membership, MembershipDecision
from services.kit.errors import Contradiction, Forbidden, NotFound
from services.members.features.memberships.actions import NumberTaken, TermsOverlap, TypeArchived
from tests.factories.members import a_membership, a_term, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PATH = "/v1/memberships"
EXPANDED = ("organisation", "type", "terms", "decisions")


async def test_creates_one_without_terms(members: Api, organisation: dict[str, Any], yearly: dict[str, Any]) -> None:
    number = f"IMTA {uuid4().hex[:8]}"
    reply = await members.post(PATH, a_membership(organisation["id"], yearly["id"], number=number, note="第三次会议\n"))
    assert reply.status_code == 201, reply.text
    made = exactly(Membership, reply.content, without=EXPANDED)
    assert (made.status, made.term, made.number, made.note) == ("pending", None, number, "第三次会议\n")
    read = await members.get(reply.headers["location"])
    assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])


async def test_takes_the_terms_it_has_had(members: Api, organisation: dict[str, Any], yearly: dict[str, Any]) -> None:
    terms = [a_term("2018-03-01"), a_term("2019-03-01", "2019-06-30"), a_term("2023-02-28")]
    made = await members.made(PATH, a_membership(organisation["id"], yearly["id"], terms=terms))
    expand = [("expand", name) for name in EXPANDED]
    reply = await members.get(f"{PATH}/{made['id']}", params=[("as_of", "2019-07-30"), *expand])
    read = exactly(Membership, reply.content)
    assert (read.status, str(read.as_of)) == ("grace", "2019-07-30")
    assert read.term is not None
    assert read.terms is not MISSING
    assert read.type is not MISSING
    assert (str(read.term.ends_on), str(read.term.grace_until)) == ("2019-06-30", "2019-07-30")
    assert [(str(term.starts_on), str(term.ends_on)) for term in read.terms] == [
        ("2018-03-01", "2019-02-28"),
        ("2019-03-01", "2019-06-30"),
        ("2023-02-28", "2024-02-27"),
    ]
    assert (read.type.code, read.decisions) == (yearly["code"], [])


async def test_refuses_terms_that_overlap_or_leave_the_calendar(
    members: Api, organisation: dict[str, Any], yearly: dict[str, Any]
) -> None:
    def with_terms(*terms: dict[str, Any]) -> dict[str, Any]:
        return a_membership(organisation["id"], yearly["id"], terms=terms)

    overlap = with_terms(a_term("2020-01-01"), a_term("2020-12-31"))
    assert_problem(await members.post(PATH, overlap), TermsOverlap)
    backwards = with_terms(a_term("2020-01-01", "2019-12-31"))
    assert_problem(await members.post(PATH, backwards), Contradiction, pointer="/terms/0/ends_on")
    endless = with_terms(a_term("2999-01-02"))
    assert_problem(await members.post(PATH, endless), Contradiction, pointer="/terms/0/starts_on")
    after_the_end = with_terms(a_term("2999-01-01", "2999-12-31"), a_term())
    assert_problem(await members.post(PATH, after_the_end), Contradiction, pointer="/terms/1/starts_on")
    assert await members.items(PATH, organisation_id=organisation["id"]) == []


async def test_refuses_a_taken_number_and_unknown_or_archived_parts(
    members: Api, organisation: dict[str, Any], yearly: dict[str, Any]
) -> None:
    numbered = a_membership(organisation["id"], yearly["id"], number=f"N{uuid4().hex[:8]}")
    await members.made(PATH, numbered)
    assert_problem(await members.post(PATH, numbered), NumberTaken)
    nothing = str(uuid4())
    assert_problem(await members.post(PATH, a_membership(nothing, yearly["id"])), NotFound)
    assert_problem(await members.post(PATH, a_membership(organisation["id"], nothing)), NotFound)
    await members.patch(f"/v1/membership-types/{yearly['id']}", {"status": "archived"})
    assert_problem(await members.post(PATH, a_membership(organisation["id"], yearly["id"])), TypeArchived)


async def test_bulk_takes_members_with_their_terms(members: Api, yearly: dict[str, Any]) -> None:
    made = [await members.made("/v1/organisations", an_organisation()) for _ in range(3)]
    items = [a_membership(one["id"], yearly["id"], terms=[a_term("2024-01-01")]) for one in made]
    items[1]["terms"].append(a_term("2024-06-01"))
    body = (await members.post(f"{PATH}/bulk", {"items": items})).json()
    assert [result["status"] for result in body["results"]] == [201, 409, 201]
    found = await members.items(PATH, type_id=yearly["id"], as_of="2024-05-29", status="active")
    assert {row["organisation_id"] for row in found} == {made[0]["id"], made[2]["id"]}
    again = [a_membership(one["id"], yearly["id"], terms=[a_term("2023-01-01")]) for one in made]
    assert (await members.post(f"{PATH}/bulk", {"items": again})).json()["created"] == 3


async def test_terms_have_changes_of_their_own(
    members: Api, organisation: dict[str, Any], yearly: dict[str, Any]
) -> None:
    new = a_membership(organisation["id"], yearly["id"], terms=[a_term("2024-01-01")])
    for path, body in ((PATH, new), (f"{PATH}/bulk", {"items": [new]})):
        await members.post(path, body)
        changes = await members.items("/v1/members/changes", organisation_id=organisation["id"])
        created, added = changes[-2:]
        assert [created["type"], added["type"]] == ["members.membership.created", "members.membership_term.created"]
        assert added["after"]["membership_id"] == created["resource_id"]
        assert added["after"]["ends_on"] == "2024-12-31"


async def test_partners_write_none_and_see_their_own(
    members: Api, membership: dict[str, Any], yearly: dict[str, Any], signer: Signer
) -> None:
    other = await members.made("/v1/organisations", an_organisation())
    theirs = await members.made(PATH, a_membership(other["id"], yearly["id"], terms=[a_term("2024-01-01")]))
    partner = members.as_(signer.partner(membership["organisation_id"]))
    assert [row["id"] for row in await partner.items(PATH)] == [membership["id"]]
    assert (await partner.get(f"{PATH}/{theirs['id']}")).status_code == 404
    assert await partner.items("/v1/membership-terms") == []
    assert await partner.items("/v1/membership-decisions", organisation_id=other["id"]) == []
    own = f"{PATH}/{membership['id']}"
    assert_problem(await partner.post(PATH, a_membership(membership["organisation_id"], yearly["id"])), Forbidden)
    assert_problem(await partner.post(f"{own}/terms", {}), Forbidden)
    assert_problem(await partner.post(f"{own}/reinstatements", {"effective_on": "2024-01-01"}), Forbidden)
    assert_problem(await partner.patch(own, {"note": "x"}), Forbidden)
    assert_problem(await partner.delete(own), Forbidden)


async def test_partners_do_not_see_what_the_office_noted(members: Api, yearly: dict[str, Any], signer: Signer) -> None:
    organisation = await members.made("/v1/organisations", an_organisation())
    new = a_membership(organisation["id"], yearly["id"], note="pays late", terms=[a_term("2024-01-01")])
    made = await members.made(PATH, new)
    await members.patch(f"{PATH}/{made['id']}", {"note": "pays very late"})
    ended = {"effective_on": "2024-07-01", "reason": "unpaid"}
    decision = await members.made(f"{PATH}/{made['id']}/resignations", ended)
    partner = members.as_(signer.partner(organisation["id"]))
    one, its_decision = f"{PATH}/{made['id']}", f"/v1/membership-decisions/{decision['id']}"
    for path in (
        f"{one}?expand=organisation&expand=type&expand=terms&expand=decisions",
        f"{one}?fields=note&fields=number",
        f"{PATH}?expand=decisions",
        its_decision,
        f"{its_decision}?fields=reason",
        "/v1/membership-decisions",
        f"/v1/organisations/{organisation['id']}/standing?on=2024-08-01",
        "/v1/members/changes",
    ):
        reply = await partner.get(path)
        assert reply.status_code == 200, reply.text
        assert "pays" not in reply.text, path
        assert "unpaid" not in reply.text, path
    exactly(Membership, (await partner.get(one)).content, without=(*EXPANDED, "note"))
    exactly(MembershipDecision, (await partner.get(its_decision)).content, without=("reason",))
    staff = (await members.get(one)).json()["note"], (await members.get(its_decision)).json()["reason"]
    assert staff == ("pays very late", "unpaid")
