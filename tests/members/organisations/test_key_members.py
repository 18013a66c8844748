"""Key members, officers, renamings, and texts that lag behind."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.kit.errors import Contradiction, Forbidden, Invalid, PreconditionFailed, PreconditionRequired
from tests.factories.members import an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.facets import counted
from tests.wire.office import office_today


@pytest.mark.parametrize(
    ("starts", "ends", "counts"),
    [(0, None, True), (-9, 0, True), (0, 0, True), (1, None, False), (-9, -1, False), (None, None, False)],
)
async def test_a_key_member_is_one_on_the_days_of_its_designation(
    members: Api, starts: int | None, ends: int | None, counts: bool
) -> None:
    def day(offset: int | None) -> str | None:
        return None if offset is None else str(office_today() + timedelta(days=offset))

    key_member = {"reason": {"en": "Council unit"}, "starts_on": day(starts), "ends_on": day(ends)}
    tag = f"key {uuid4().hex}"
    new = an_organisation(tags=[tag], key_member=None if starts is None else key_member)
    made = await members.made("/v1/organisations", new)
    for asked in (True, False):
        found = await members.items("/v1/organisations", tag=tag, key_member=str(asked).lower())
        assert [row["id"] for row in found] == ([made["id"]] if asked == counts else [])


async def test_a_designation_changes_in_part_and_is_revoked(members: Api, organisation: dict[str, Any]) -> None:
    path = f"/v1/organisations/{organisation['id']}"
    lacking = await members.patch(path, {"key_member": {"ends_on": "2027-01-01"}})
    assert_problem(lacking, Contradiction, pointer="/key_member/starts_on")
    new = {"reason": {"zh": "理事单位", "en": "Council unit"}, "starts_on": "2026-01-01"}
    await members.patch(path, {"key_member": new})
    changed = await members.patch(path, {"key_member": {"ends_on": "2027-01-01", "reason": {"fr": "Conseil"}}})
    assert changed.json()["key_member"] == {
        "reason": {"zh": "理事单位", "en": "Council unit", "fr": "Conseil"},
        "starts_on": "2026-01-01",
        "ends_on": "2027-01-01",
    }
    silent = {"key_member": {"reason": {"zh": None, "en": None, "fr": None}}}
    assert_problem(await members.patch(path, silent), Contradiction, pointer="/key_member/reason")
    early = {"key_member": {"ends_on": "2025-12-31"}}
    assert_problem(await members.patch(path, early), Contradiction, pointer="/key_member/ends_on")
    assert (await members.patch(path, {"key_member": None})).json()["key_member"] is None


async def test_an_officer_finds_whom_they_look_after(members: Api, signer: Signer) -> None:
    officer = str(uuid4())
    mine = await members.made("/v1/organisations", an_organisation(officer_id=officer))
    await members.made("/v1/organisations", an_organisation(officer_id=str(uuid4())))
    own = members.as_(signer.token(f"user:{officer}", "staff", ["members:read"]))
    assert [row["id"] for row in await own.items("/v1/organisations", mine="true")] == [mine["id"]]
    assert [row["id"] for row in await members.items("/v1/organisations", officer_id=officer)] == [mine["id"]]


async def test_a_partner_asks_by_nothing_the_office_keeps_to_itself(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    partner = members.as_(signer.partner(organisation["id"]))
    for asked in ("key_member=true", "key_member=false&count=true", "stale=true"):
        assert_problem(await partner.get(f"/v1/organisations?{asked}"), Forbidden)


async def test_a_renaming_keeps_the_old_name(members: Api) -> None:
    made = await members.made("/v1/organisations", an_organisation(names={"zh": "青岩旅游局", "en": "Qingyan Bureau"}))
    path = f"/v1/organisations/{made['id']}"
    tag = (await members.get(path)).headers["etag"]
    new = {"names": {"zh": "青岩文化和旅游局"}, "until": "2018-11-06"}
    assert_problem(await members.post(f"{path}/renamings", new), PreconditionRequired)
    renamed = (await members.post(f"{path}/renamings", new, headers={"If-Match": tag})).json()
    assert renamed["names"] == {"zh": "青岩文化和旅游局", "en": "Qingyan Bureau"}
    assert renamed["former_names"] == [{"names": {"zh": "青岩旅游局"}, "until": "2018-11-06"}]
    assert renamed["stale_texts"] == {"names": ["en"]}
    assert made["id"] in [row["id"] for row in await members.items("/v1/organisations", q="青岩旅游局")]
    assert_problem(await members.post(f"{path}/renamings", new, headers={"If-Match": tag}), PreconditionFailed)


async def test_a_text_that_changes_leaves_the_others_behind_until_they_are_changed_or_confirmed(members: Api) -> None:
    tag = uuid4().hex
    text = {"zh": "山地旅游", "en": "Mountain tourism", "fr": "Tourisme de montagne"}
    made = await members.made("/v1/organisations", an_organisation(description=text, tags=[tag]))
    path = f"/v1/organisations/{made['id']}"
    assert made["stale_texts"] == {}

    async def change(**description: str | None) -> Any:
        return (await members.patch(path, {"description": description})).json()["stale_texts"]

    assert await change(zh="山地旅游与徒步") == {"description": ["en", "fr"]}
    assert await change(zh="山地旅游和徒步", de="Bergtourismus") == {"description": ["en", "fr"]}
    assert await change(en="Mountain tourism and hiking") == {"description": ["fr"]}
    assert [row["id"] for row in await members.items("/v1/organisations", tag=tag, stale="true")] == [made["id"]]
    confirmation = {"field": "description", "languages": ["fr"]}
    tag_of = {"If-Match": (await members.get(path)).headers["etag"]}
    confirmed = await members.post(f"{path}/text-confirmations", confirmation, headers=tag_of)
    assert confirmed.json()["stale_texts"] == {}
    assert await members.items("/v1/organisations", tag=tag, stale="true") == []
    assert await change(en="Hiking", de=None) == {"description": ["fr", "zh"]}
    star = {"If-Match": "*"}
    assert (await members.post(f"{path}/text-confirmations", {"field": "description"}, headers=star)).json()[
        "stale_texts"
    ] == {}
    unknown = {"field": "city"}
    assert_problem(await members.post(f"{path}/text-confirmations", unknown, headers=star), Invalid, pointer="/field")


async def test_the_reason_of_a_designation_lags_behind_too(members: Api, organisation: dict[str, Any]) -> None:
    path = f"/v1/organisations/{organisation['id']}"
    reason = {"zh": "理事单位", "en": "Council unit"}
    await members.patch(path, {"key_member": {"reason": reason, "starts_on": "2026-01-01"}})
    changed = await members.patch(path, {"key_member": {"reason": {"en": "Chair of the council"}}})
    assert changed.json()["stale_texts"] == {"key_member": ["zh"]}
    assert (await members.patch(path, {"key_member": None})).json()["stale_texts"] == {}


async def test_facets_of_what_the_office_notes_are_not_for_partners(members: Api, signer: Signer) -> None:
    tag = f"t{uuid4().hex[:10]}"
    key_member = {"reason": {"en": "Council unit"}, "starts_on": "2020-01-01", "ends_on": None}
    ours = await members.made("/v1/organisations", an_organisation(tags=[tag], key_member=key_member))
    await members.made("/v1/organisations", an_organisation(tags=[tag]))
    counts = await counted(members, "/v1/organisations", ["key_member", "stale", "mine"], tag=tag)
    assert counts == {"key_member": {"false": 1, "true": 1}, "stale": {"false": 2}, "mine": {"false": 2}}
    partner = members.as_(signer.partner(UUID(ours["id"])))
    for name in ("key_member", "stale"):
        assert_problem(await partner.get("/v1/organisations", params={"facets": name}), Forbidden)
    assert await counted(partner, "/v1/organisations", ["status"]) == {"status": {"active": 1}}
