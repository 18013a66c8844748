"""What real lists hold, looked at through the API: each thing once, found in files like it."""

import json
from typing import Any
from uuid import uuid4

from services.members.tables.person import PersonRow
from tests.members.imports.sending import held, imported, problems, rows_of, worked_off
from tests.wire.api import Api


async def records(members: Api, done: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    """The records that the rows made."""
    made = [row["record_id"] for row in await rows_of(members, done["id"], outcome="created")]
    return [(await members.get(f"/v1/{done['resource']}/{id}", params=query)).json() for id in made]


async def test_words_for_nothing_are_nothing_and_a_row_of_sums_is_no_record(members: Api) -> None:
    text = "序号,单位名称,国家,电话\n1,远山酒店,暂缺,無資料\n2,Total,中国,无\n合计,2,,\n"
    done = await imported(members, text)
    found = await records(members, done)
    assert [(one["names"], one["country"], one["phones"]) for one in found] == [
        ({"zh": "远山酒店"}, None, []),
        ({"en": "Total"}, "CN", []),
    ]
    (last,) = await rows_of(members, done["id"], outcome="rejected")
    assert (last["number"], problems(last)) == (4, {"total_row"})


async def test_phones_are_parted_and_read_as_people_write_them(members: Api) -> None:
    cells = {
        "010-65551234/010-65551235": ["+861065551234", "+861065551235"],
        "手机：138 0013 8000 座机：0851-85550123": ["+8613800138000", "+8685185550123"],
        "(0086) 851 8555 0123 转 801": ["+8685185550123"],
        "0851-85550123（总机）": ["+8685185550123"],
        "0851-85550123、13800138000；010-65551234": ["+8685185550123", "+8613800138000", "+861065551234"],
    }
    lines = "".join(f"机构{n},中国,{cell}\n" for n, cell in enumerate(cells))
    done = await imported(members, f"单位名称,国家,电话\n{lines}")
    found = [[phone["number"] for phone in one["phones"]] for one in await records(members, done)]
    assert found == list(cells.values())
    assert done["counts"]["flagged"] == 0


async def test_numbers_that_no_phone_has_are_told_of_in_every_column_of_phones(members: Api) -> None:
    header = "姓名,国籍,手机,秘书电话,紧急联系电话,家庭电话,WhatsApp,秘书邮箱\n"
    text = f"{header}林晓山,中国,123,124,125,126,127,128\n王石,中国,,0851-85550123,13800138000,,+86 13800138001,\n"
    done = await imported(members, text, resource="persons")
    first, second = await rows_of(members, done["id"])
    told = {one["column"]: (one["code"], one["value"]) for one in first["problems"]}
    # What is sensitive is shown for a stated purpose only.
    values = {"手机": "123", "秘书电话": "124", "紧急联系电话": None, "家庭电话": None, "WhatsApp": "127"}
    assert told == {column: ("phone_as_written", value) for column, value in values.items()}
    assert (first["outcome"], second["outcome"], second["problems"]) == ("created", "created", [])


async def test_an_impossible_date_does_not_decide_the_order_of_its_column(members: Api) -> None:
    done = await imported(members, "Full name,Date of birth\nA B,05/06/1981\nC D,13/13/2024\n", resource="persons")
    (column,) = [one for one in done["columns"] if one["field"] == "birth_date"]
    assert column["date_order"] is None
    told = [problems(row) for row in await rows_of(members, done["id"])]
    assert told == [{"ambiguous_date"}, {"impossible_date"}]


async def test_a_number_with_a_decimal_comma_is_not_ten_times_as_much(members: Api) -> None:
    done = await imported(members, 'name;联系周期\nA inn;"9,5"\nB inn;"1,000"\n')
    found = await records(members, done)
    assert [one["contact_cadence_days"] for one in found] == [None, 1000]


async def test_a_title_before_the_name_is_no_role(members: Api) -> None:
    text = "姓名,Title,职务\n林晓山,教授,主任\n王石,女士,秘书\n"
    done = await imported(members, text, resource="persons")
    assert [one["field"] for one in done["columns"]] == ["names", "titles", "affiliation.role"]
    assert [one["titles"] for one in await records(members, done)] == [{"zh": "教授"}, {"zh": "女士"}]


async def test_a_vcard_parts_the_title_and_the_unit_from_the_names(members: Api, organisation: dict[str, Any]) -> None:
    name = organisation["names"]["en"]
    card = f"BEGIN:VCARD\nVERSION:3.0\nN:O'Neil;Mary;;Dr.;\nFN:Dr. Mary O'Neil\nORG:{name};Board\nEND:VCARD\n"
    done = await imported(members, card, resource="persons", filename="mary.vcf")
    (found,) = await records(members, done, expand="affiliations")
    assert (found["names"], found["titles"]) == ({"en": "Mary O'Neil"}, {"en": "Dr."})
    assert [one["organisation"]["id"] for one in found["affiliations"]] == [organisation["id"]]


async def test_names_in_two_scripts_without_a_header_are_found_by_what_they_look_like(members: Api) -> None:
    m = uuid4().hex[:8]
    text = f"黄山{m}酒店,中国,a@example.org\nAlpine {m},Nepal,b@example.org\n张家界{m}景区,中国,c@example.org\n"
    done = await imported(members, text)
    assert (done["file"]["header_row"], [one["field"] for one in done["columns"]]) == (
        0,
        ["names", "country", "emails"],
    )


async def test_every_field_of_a_person_can_be_mapped(members: Api) -> None:
    m = uuid4().hex[:10]
    header = "人员编号,姓,名,信函称呼,护照号码,护照有效期,国籍,秘书电话,紧急联系电话,私人邮箱,WhatsApp\n"
    line = (
        f"{m},林,晓山,尊敬的林教授,e 1234567,2031/5/28,中国,0851-85550123,13800138000,x@example.org,+86 13800138001\n"
    )
    done = await imported(members, header + line, resource="persons")
    (row,) = await rows_of(members, done["id"])
    assert (row["outcome"], problems(row)) == ("created", {"passport_country_taken"})
    async with members.runtime.database.transaction() as session:
        person = await session.get_one(PersonRow, row["record_id"])
    assert person.salutations == {"zh": "尊敬的林教授"}
    assert person.passport is not None
    assert person.passport.model_dump(mode="json") == {
        "number": "E1234567",
        "country": "CN",
        "expires_on": "2031-05-28",
    }
    assert [(one.kind, one.purpose, one.normalised) for one in person.channels] == [
        ("phone", "assistant", "+8685185550123"),
        ("whatsapp", "work", "+8613800138001"),
    ]
    assert [(one.kind, one.purpose) for one in person.private_channels] == [("phone", "emergency"), ("email", "other")]
    again = await imported(members, header + line, resource="persons")
    assert again["counts"]["matched"] == 1, await rows_of(members, again["id"])
    other = await imported(
        members, f"人员编号,姓名,护照号码,秘书电话\n{m},林晓山,E7654321,0851-85550124\n", resource="persons"
    )
    assert other["counts"]["updated"] == 1, await rows_of(members, other["id"])
    await members.post(f"/v1/imports/{other['id']}/undos")
    assert (await worked_off(members, other["id"]))["counts"]["undone"] == 1
    async with members.runtime.database.transaction() as session:
        person = await session.get_one(PersonRow, row["record_id"])
    assert (person.passport.number if person.passport else None, len(person.channels)) == ("E1234567", 2)


async def test_every_field_of_an_organisation_can_be_mapped(members: Api, organisation: dict[str, Any]) -> None:
    m = uuid4().hex[:10]
    row = {
        "编号": m,
        "name": f"Inn {m}",
        "曾用名": "老酒店；Old Inn",
        "重点会员": "理事单位",
        "重点会员起始日期": "2026年1月1日",
        "parent_id": organisation["id"],
    }
    done = await imported(members, json.dumps([row], ensure_ascii=False), filename="list.json")
    assert done["counts"]["created"] == 1, await rows_of(members, done["id"])
    found = await held(members, f"external:{m}")
    assert [one["names"] for one in found["former_names"]] == [{"zh": "老酒店"}, {"en": "Old Inn"}]
    assert found["key_member"] == {"reason": {"zh": "理事单位"}, "starts_on": "2026-01-01", "ends_on": None}
    assert found["parent_id"] == organisation["id"]
    again = await imported(members, json.dumps([row], ensure_ascii=False), filename="list.json")
    assert again["counts"]["matched"] == 1, await rows_of(members, again["id"])


async def test_a_head_office_that_is_not_there_refuses_its_row_alone(members: Api) -> None:
    m = uuid4().hex[:10]
    text = f"编号,name,parent_id\n{m}1,A inn,{uuid4()}\n{m}2,B inn,\n"
    done = await imported(members, text)
    assert (done["counts"]["created"], done["counts"]["rejected"]) == (1, 1)
