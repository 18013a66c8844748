"""Creating persons."""

import asyncio
from uuid import uuid4

from services.contracts.members.person import Person
from services.kit.errors import Forbidden, Invalid
from services.members.features.persons.actions import EmailTaken
from services.members.tables.person import SENSITIVE
from tests.factories.members import a_person
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_creates_and_answers_with_the_record(members: Api) -> None:
    reply = await members.post("/v1/persons", a_person(names={"zh": "何亚非", "en": "He Yafei"}, country="CN"))
    assert reply.status_code == 201, reply.text
    made = exactly(Person, reply.content, without=("affiliations", "consents", *SENSITIVE))
    assert reply.headers["location"] == f"/v1/persons/{made.id}"
    read = await members.get(reply.headers["location"])
    assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])


async def test_every_field_reads_as_its_contract_says(members: Api) -> None:
    whole = a_person(
        names={"zh": "何亞非", "zh-Hant": "何亞非", "en": "He Yafei " + "x" * 280},
        family_name="He",
        given_name="Yafei",
        languages=["zh-Hant", "pt-BR"],
        email="Yafei.HE@example.org",
        other_emails=["yafei@mail.example.org"],
        phones=[{"number": "0851-8555 0123"}, {"number": "问前台"}],
        wechat="he_yafei-1",
        country="CN",
        tags=["贵宾", "speaker"],
        birth_date="1000-01-01",
        diet="素食\n不吃花生",
        health="轮椅",
        passport={"number": "e00000000", "country": "CN", "expires_on": "2031-05-28"},
        name_parts={"zh": {"family": "何", "given": "亚非"}, "en": {"family": "He", "given": "Yafei"}},
        titles={"zh": "教授", "en": "Professor"},
        salutations={"zh": "尊敬的何教授", "en": "Dear Professor He"},
        address="贵阳市中华北路 38",
        identifiers=[{"scheme": "orcid", "value": uuid4().hex}],
        channels=[
            {"kind": "phone", "value": "0851-8555 0124", "purpose": "assistant", "valid_from": "2026-01-01"},
            {"kind": "email", "value": "Yafei@Example.org", "valid_to": "2030-12-31"},
        ],
        private_channels=[{"kind": "wechat", "value": "yafei-home", "purpose": "emergency"}],
    )
    made = await members.made("/v1/persons", whole)
    path = f"/v1/persons/{made['id']}?expand=affiliations&expand=consents&purpose=record_keeping"
    read = exactly(Person, (await members.get(path)).content)
    assert [(phone.number, phone.valid) for phone in read.phones] == [("+8685185550123", True), ("问前台", False)]
    assert [(one.normalised, one.purpose) for one in read.channels] == [
        ("+8685185550124", "assistant"),
        ("yafei@example.org", "work"),
    ]
    assert [(one.value, one.normalised) for one in read.private_channels] == [("yafei-home", None)]
    assert read.passport is not None
    assert read.passport.number == "E00000000"
    assert {language: parts.order for language, parts in read.name_parts.items()} == {
        "zh": "family_first",
        "en": "given_first",
    }
    built = {"phones", "channels", "private_channels", "passport", "name_parts"}
    kept = read.model_dump(mode="json", include=set(whole) - built)
    assert kept == {name: value for name, value in whole.items() if name not in built}
    bare = await members.made("/v1/persons", {"names": {"en": "Bare"}})
    path = f"/v1/persons/{bare['id']}?expand=affiliations&expand=consents&purpose=record_keeping"
    assert exactly(Person, (await members.get(path)).content).email is None


async def test_refuses_a_main_address_that_another_has_in_other_capitals(members: Api) -> None:
    address = f"{uuid4().hex}@example.org"
    await members.made("/v1/persons", a_person(email=address))
    assert_problem(await members.post("/v1/persons", a_person(email=address.upper())), EmailTaken)


async def test_one_of_many_at_once_gets_the_address(members: Api) -> None:
    address = f"{uuid4().hex}@example.org"
    replies = await asyncio.gather(*[members.post("/v1/persons", a_person(email=address)) for _ in range(8)])
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 7


async def test_any_number_have_no_address(members: Api) -> None:
    for _ in range(2):
        await members.made("/v1/persons", a_person(email=None))


async def test_sensitive_fields_need_their_scope(members: Api, signer: Signer) -> None:
    clerk = members.as_(signer.staff("persons:read", "persons:write"))
    assert_problem(await clerk.post("/v1/persons", a_person(birth_date="1980-02-29")), Forbidden)
    made = await clerk.made("/v1/persons", a_person())
    assert "birth_date" not in made
    assert made.keys().isdisjoint(SENSITIVE)
    for field, value in (
        ("diet", "Vegetarian"),
        ("health", "Uses a wheelchair"),
        ("passport", {"number": "E00000000", "country": "CN"}),
        ("private_channels", [{"kind": "wechat", "value": "home"}]),
    ):
        assert_problem(await clerk.post("/v1/persons", a_person(**{field: value})), Forbidden)


async def test_refuses_what_is_no_calendar_date(members: Api) -> None:
    for wrong in ("1980-02-30", "1980-2-3", "1980-02-03T00:00:00", 318211200, "0000-01-01", "١٩٨٠-٠٢-٠٣"):
        reply = await members.post("/v1/persons", a_person(birth_date=wrong))
        assert_problem(reply, Invalid, pointer="/birth_date")


async def test_a_partner_makes_none(members: Api, signer: Signer) -> None:
    partner = members.as_(signer.partner(uuid4()))
    assert_problem(await partner.post("/v1/persons", a_person()), Forbidden)
    bulk = await partner.post("/v1/persons/bulk", {"items": [a_person()]})
    assert bulk.json()["refused"] == 1


async def test_the_change_tells_that_not_who(members: Api) -> None:
    made = await members.made("/v1/persons", a_person(birth_date="1980-02-29", country="NP"))
    changes = await members.items("/v1/members/changes", resource_id=made["id"])
    assert [change["type"] for change in changes] == ["members.person.created"]
    after = changes[0]["after"]
    assert after["country"] == "NP"
    assert {after[name] for name in ("names", "email", "birth_date")} == {"…"}
