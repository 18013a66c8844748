"""Candidates are found when records are created, changed, merged away or deleted, and are shown to who may see them."""

from typing import Any

from services.contracts.members.duplicate import DuplicateCandidate
from services.contracts.members.imports import ImportDefaults
from services.kit.errors import Forbidden, NotFound
from services.members.tables.imports import ImportRow
from tests.factories.members import a_person, an_affiliation, an_organisation
from tests.members.contract import exactly
from tests.members.duplicates.looking import CANDIDATES, candidates_of, look
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PHONES = [{"number": "+86 851 8555 0199"}]


async def two(members: Api, zh: str, other: str, **given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    one = await members.made("/v1/organisations", an_organisation(names={"zh": zh}, phones=PHONES, **given))
    return one, await members.made("/v1/organisations", an_organisation(names={"zh": other}, phones=PHONES, **given))


async def test_two_spellings_of_one_organisation_are_found_with_reasons(members: Api) -> None:
    one, other = await two(members, "国际山地旅游联盟", "國際山地旅遊聯盟")
    await look(members)
    (found,) = await candidates_of(members, one)
    assert (found["left_id"], found["right_id"]) == (one["id"], other["id"])
    assert (found["resource"], found["status"]) == ("organisations", "open")
    assert found["score"] > 0.9
    assert [reason["kind"] for reason in found["reasons"]] == ["name", "phone", "country"]
    assert (found["reasons"][0]["left"], found["reasons"][0]["right"]) == ("国际山地旅游联盟", "國際山地旅遊聯盟")
    assert await candidates_of(members, other) == [found]
    read = await members.get(f"{CANDIDATES}/{found['id']}?expand=left&expand=right")
    exactly(DuplicateCandidate, read.content)
    assert read.json()["right"]["names"] == {"zh": "國際山地旅遊聯盟"}


async def test_branches_with_one_phone_and_namesakes_abroad_are_not(members: Api) -> None:
    one, _ = await two(members, "云岭银行", "云岭银行昆明分行")
    await members.made("/v1/organisations", an_organisation(names={"zh": "云岭银行"}, country="SG"))
    await look(members)
    assert await candidates_of(members, one) == []


async def test_a_change_brings_and_removes_candidates(members: Api) -> None:
    one, other = await two(members, "乌江画廊景区", "清水江漂流公司")
    await look(members)
    assert await candidates_of(members, one) == []
    await members.patch(f"/v1/organisations/{other['id']}", {"names": {"zh": "烏江畫廊風景區"}})
    await look(members)
    assert len(await candidates_of(members, one)) == 1
    await members.patch(f"/v1/organisations/{other['id']}", {"names": {"zh": "清水江漂流公司"}})
    await look(members)
    assert await candidates_of(members, one) == []


async def test_what_an_import_brings_is_looked_at_when_it_is_done(members: Api) -> None:
    async with members.runtime.database.sessions() as session:
        row = ImportRow(
            resource="organisations",
            state="running",
            rehearsal=False,
            file_name="members.csv",
            file_size=1,
            options={},
            defaults=ImportDefaults(),
            on_invalid="leave_out",
            required_scopes=[],
            created_by="user:someone",
            caller={},
        )
        session.add(row)
        await session.commit()
        try:
            one, _ = await two(members, "荔波小七孔景区", "荔波小七孔景區")
            await look(members)
            assert await candidates_of(members, one) == []
        finally:  # nothing is looked at while it runs
            row.state = "done"
            await session.commit()
    await look(members)
    assert len(await candidates_of(members, one)) == 1


async def test_what_is_deleted_is_no_candidate_any_more(members: Api) -> None:
    one, other = await two(members, "草海湿地公园", "草海濕地公園")
    await look(members)
    assert len(await candidates_of(members, one)) == 1
    await members.delete(f"/v1/organisations/{other['id']}")
    await look(members)
    assert await candidates_of(members, one) == []


async def test_a_thousand_at_once_are_looked_at_together(members: Api) -> None:
    items = [an_organisation(names={"en": f"Quarry {n:03} Guild of Makers"}) for n in range(200)]
    items.append(an_organisation(names={"en": "Quary 007 Guild of Makers"}, phones=PHONES))
    items[7]["phones"] = PHONES
    reply = await members.post("/v1/organisations/bulk", {"items": items})
    assert reply.json()["created"] == 201
    await look(members)
    last = {"id": reply.json()["results"][-1]["id"]}
    (found,) = await candidates_of(members, last)
    assert found["left_id"] == reply.json()["results"][7]["id"]


async def test_lists_by_score_state_and_resource(members: Api) -> None:
    await two(members, "万峰林景区", "萬峰林景區")
    await look(members)
    rows = await members.items(CANDIDATES, resource="organisations", status="open", sort="-score", limit=1)
    scores = [row["score"] for row in rows]
    assert scores
    assert scores == sorted(scores, reverse=True)
    above = await members.items(CANDIDATES, min_score=scores[0])
    assert {row["score"] for row in above} == {scores[0]}
    assert await members.items(CANDIDATES, status="dismissed") == []


async def test_sensitive_evidence_is_named_for_who_may_see_it_and_does_not_count_for_others(
    members: Api, signer: Signer
) -> None:
    known = {"birth_date": "1971-03-04", "country": "CN"}
    one = await members.made("/v1/persons", a_person(names={"zh": "欧阳惜之"}, **known))
    other = await members.made("/v1/persons", a_person(names={"en": "Ouyang Xizhi"}, **known))
    await look(members)
    (found,) = await candidates_of(members, one, purpose="record_keeping")
    assert found["right_id"] == other["id"]
    sensitive = next(reason for reason in found["reasons"] if reason["kind"] == "birth_date")
    assert (sensitive["left"], sensitive["right"]) == (None, None)
    audited = await members.items("/v1/members/audit", action="duplicate_candidates.listed")
    assert [one["purpose"] for one in audited] == ["record_keeping"]
    clerk = members.as_(signer.staff("members:read", "persons:read"))
    for seen in (await candidates_of(clerk, one, purpose="record_keeping"), await candidates_of(members, one)):
        assert all(row["score"] < found["score"] for row in seen)
        assert all(reason["kind"] != "birth_date" for row in seen for reason in row["reasons"])


async def test_a_candidate_by_sensitive_evidence_only_is_not_there_for_others(members: Api, signer: Signer) -> None:
    passport = {"number": "E98765432", "country": "CN", "expires_on": "2030-01-01"}
    known = {"passport": passport, "birth_date": "1980-04-02"}
    one = await members.made("/v1/persons", a_person(names={"en": "Mara Tessaline"}, **known))
    await members.made("/v1/persons", a_person(names={"en": "Mara Quenneville"}, **known))
    await look(members)
    (found,) = await candidates_of(members, one, purpose="record_keeping")
    clerk = members.as_(signer.staff("members:read", "persons:read"))
    assert await candidates_of(clerk, one) == []
    assert_problem(await clerk.get(f"{CANDIDATES}/{found['id']}"), NotFound)
    assert (await clerk.get(f"{CANDIDATES}?count=true&record_id={one['id']}")).json()["total"] == 0


async def test_a_passport_s_number_is_shown_to_nobody_and_moves_no_score_that_others_see(
    members: Api, signer: Signer
) -> None:
    clerk = members.as_(signer.staff("members:read", "persons:read"))
    scores = []
    for name, other, given in (("Odalys", "Ferreira", True), ("Oriane", "Fontenay", False)):
        known = (
            {"passport": {"number": f"K7654321{given:d}", "country": "PT"}, "birth_date": "1979-06-03"} if given else {}
        )
        reached = {"wechat": f"{name}_1".lower()}
        one = await members.made("/v1/persons", a_person(names={"en": f"{name} {other}"}, **known, **reached))
        await members.made("/v1/persons", a_person(names={"en": f"{name} {other}"}, **known, **reached))
        await look(members)
        (seen,) = await candidates_of(clerk, one)
        assert "K7654321" not in str(seen)
        scores.append((seen["score"], [reason["kind"] for reason in seen["reasons"]]))
        (whole,) = await candidates_of(members, one, purpose="record_keeping")
        assert "K7654321" not in str(whole)
        assert given == ("passport" in [reason["kind"] for reason in whole["reasons"]])
    assert scores[0] == scores[1]


async def test_candidates_of_persons_need_the_scope_of_persons(members: Api, signer: Signer) -> None:
    one = await members.made("/v1/persons", a_person(names={"zh": "上官云珠"}, wechat="yunzhu_1"))
    await members.made("/v1/persons", a_person(names={"zh": "上官雲珠"}, wechat="yunzhu_1"))
    await look(members)
    assert len(await candidates_of(members, one)) == 1
    assert await candidates_of(members.as_(signer.staff("members:read")), one) == []
    assert_problem(await members.as_(signer.staff("persons:read")).get(CANDIDATES), Forbidden)


async def test_a_partner_sees_none(members: Api, signer: Signer) -> None:
    one, _ = await two(members, "镇远古镇景区", "鎮遠古鎮景區")
    await look(members)
    (found,) = await candidates_of(members, one)
    partner = members.as_(signer.partner(one["id"]))
    assert await partner.items(CANDIDATES) == []
    assert_problem(await partner.get(f"{CANDIDATES}/{found['id']}"), NotFound)


async def test_colleagues_who_share_a_phone_are_two(members: Api) -> None:
    office = await members.made("/v1/organisations", an_organisation())
    people = []
    for name in ("司马清", "诸葛明"):
        one = await members.made("/v1/persons", a_person(names={"zh": name}, phones=PHONES))
        await members.made("/v1/affiliations", an_affiliation(one["id"], office["id"]))
        people.append(one)
    await look(members)
    assert await candidates_of(members, people[0]) == []
