"""'Not a duplicate' is remembered, and can be taken back."""

from typing import Any

from services.contracts.members.duplicate import DuplicateCandidate
from services.kit.errors import Forbidden, NotFound, PreconditionFailed, PreconditionRequired
from services.members.features.duplicates.actions import NotDismissed
from tests.factories.members import a_person, an_organisation
from tests.members.contract import exactly
from tests.members.duplicates.looking import CANDIDATES, candidates_of, look
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def a_candidate(members: Api, zh: str, other: str) -> dict[str, Any]:
    one = await members.made("/v1/organisations", an_organisation(names={"zh": zh}))
    await members.made("/v1/organisations", an_organisation(names={"zh": other}))
    await look(members)
    (found,) = await candidates_of(members, one)
    return found


async def test_a_dismissal_is_remembered_when_the_records_change(members: Api) -> None:
    found = await a_candidate(members, "织金洞地质公园", "織金洞地質公園")
    reply = await members.post(f"{CANDIDATES}/{found['id']}/dismissals", {"note": "Two gates."})
    assert reply.status_code == 200, reply.text
    told = exactly(DuplicateCandidate, reply.content, without=("left", "right"))
    assert (told.status, told.note) == ("dismissed", "Two gates.")
    assert told.decided_by is not None
    await members.patch(f"/v1/organisations/{found['left_id']}", {"city": "Bijie"})
    await look(members)
    again = (await members.get(f"{CANDIDATES}/{found['id']}")).json()
    assert (again["status"], again["note"]) == ("dismissed", "Two gates.")


async def test_dismissing_twice_changes_nothing_and_tells_nothing(members: Api) -> None:
    found = await a_candidate(members, "赤水丹霞景区", "赤水丹霞景區")
    first = await members.post(f"{CANDIDATES}/{found['id']}/dismissals", {})
    second = await members.post(f"{CANDIDATES}/{found['id']}/dismissals", {})
    assert first.json() == second.json()
    told = await members.items("/v1/members/changes", resource_id=found["id"])
    assert [change["type"] for change in told] == ["members.duplicate_candidate.dismissed"]
    assert sorted(told[0]["organisation_ids"]) == sorted([found["left_id"], found["right_id"]])


async def test_a_dismissal_is_taken_back(members: Api) -> None:
    found = await a_candidate(members, "荔波小七孔景区", "荔波小七孔景區")
    path = f"{CANDIDATES}/{found['id']}/dismissals"
    dismissed = await members.post(path, {})
    tag = dismissed.headers["etag"]
    assert_problem(await members._client.delete(path), PreconditionRequired)
    assert_problem(await members.delete(path, if_match='"9999.0"'), PreconditionFailed)
    assert (await members.delete(path, if_match=tag)).status_code == 204
    again = (await members.get(f"{CANDIDATES}/{found['id']}")).json()
    assert (again["status"], again["note"], again["decided_by"]) == ("open", None, None)
    assert_problem(await members.delete(path, if_match="*"), NotDismissed)


async def test_who_may_not_write_the_records_may_not_decide(members: Api, signer: Signer) -> None:
    found = await a_candidate(members, "百里杜鹃景区", "百里杜鵑景區")
    path = f"{CANDIDATES}/{found['id']}/dismissals"
    assert_problem(await members.as_(signer.staff("members:read", "persons:write")).post(path, {}), Forbidden)
    assert_problem(await members.as_(signer.partner(found["left_id"])).post(path, {}), NotFound)
    one = await members.made("/v1/persons", a_person(names={"en": "Quillon Varga"}, wechat="quillon_1"))
    await members.made("/v1/persons", a_person(names={"en": "Varga, Quillon"}, wechat="quillon_1"))
    await look(members)
    (person,) = await candidates_of(members, one)
    path = f"{CANDIDATES}/{person['id']}/dismissals"
    clerk = members.as_(signer.staff("members:read", "persons:read", "members:write"))
    assert_problem(await clerk.post(path, {}), Forbidden)


async def test_a_dry_run_changes_nothing(members: Api) -> None:
    found = await a_candidate(members, "梵净山景区", "梵淨山景區")
    reply = await members.post(f"{CANDIDATES}/{found['id']}/dismissals?dry_run=true", {})
    assert (reply.status_code, reply.json()["status"]) == (200, "dismissed")
    assert (await members.get(f"{CANDIDATES}/{found['id']}")).json()["status"] == "open"
