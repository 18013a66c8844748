"""Persons as files: what stands in them, and for whom."""

import csv
import io
import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.kit.errors import Forbidden
from tests.factories.members import a_person, an_affiliation, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

READER = ("persons:read", "records:export")


async def exported(api: Api, **params: str) -> str:
    reply = await api.get("/v1/persons/export", params=params)
    assert reply.status_code == 200, reply.text
    return reply.content.decode("utf-8-sig")


async def table(api: Api, **params: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(await exported(api, **params), newline=""), strict=True))


@pytest.fixture
def tag() -> str:
    return uuid4().hex


async def employed(members: Api, tag: str, primary: bool = True, **given: Any) -> tuple[dict[str, Any], UUID]:
    """A person with a role in an organisation of their own."""
    person = await members.made("/v1/persons", a_person(tags=[tag], **given))
    organisation = await members.made("/v1/organisations", an_organisation(names={"zh": "登山协会", "en": "Climbers"}))
    role = an_affiliation(person["id"], organisation["id"], role={"en": "Chair"}, primary=primary)
    await members.made("/v1/affiliations", role)
    return person, UUID(organisation["id"])


async def test_phones_stand_in_cells_as_texts(members: Api, tag: str) -> None:
    await members.made(
        "/v1/persons",
        a_person(
            tags=[tag, "speaker"],
            names={"zh": "林晓山", "en": "Lin Xiaoshan"},
            phones=[{"number": "+86 851 8555 0123"}, {"number": "0851 8555 0124", "country": "CN"}],
        ),
    )
    (row,) = await table(members, tag=tag)
    assert (row["names.zh"], row["names.en"]) == ("林晓山", "Lin Xiaoshan")
    assert row["phones.number"] == "'+8685185550123; +8685185550124"
    assert row["phones.valid"] == "true; true"
    assert row["tags"] == f"{tag}; speaker"


async def test_sensitive_fields_are_not_in_the_file_of_who_may_not_see_them(
    members: Api, signer: Signer, tag: str
) -> None:
    await members.made("/v1/persons", a_person(tags=[tag], birth_date="1980-02-29", diet="No nuts"))
    reader = members.as_(signer.staff(*READER))
    for form in ("csv", "jsonl"):
        content = await exported(reader, tag=tag, format=form)
        assert "1980-02-29" not in content
        assert "birth_date" not in content
        assert "diet" not in content
    assert_problem(await reader.get("/v1/persons/export?birth_date.gte=1980-01-01"), Forbidden)
    assert_problem(await reader.get("/v1/persons/export?sort=birth_date"), Forbidden)


async def test_a_partner_gets_the_people_of_its_organisation(members: Api, signer: Signer, tag: str) -> None:
    person, organisation = await employed(members, tag)
    await employed(members, tag)
    partner = members.as_(signer.partner(organisation, *READER))
    rows = [json.loads(line) for line in (await exported(partner, tag=tag, format="jsonl")).splitlines()]
    assert [row["id"] for row in rows] == [person["id"]]


async def test_a_partner_sees_roles_in_its_own_organisation_only(members: Api, signer: Signer, tag: str) -> None:
    person, organisation = await employed(members, tag, primary=False)
    other = await members.made("/v1/organisations", an_organisation())
    await members.made("/v1/affiliations", an_affiliation(person["id"], other["id"], primary=True))
    held = (await members.get(f"/v1/persons/{person['id']}?expand=affiliations")).json()["affiliations"]
    assert [role["organisation"]["id"] for role in held] == [other["id"], str(organisation)]
    partner = members.as_(signer.partner(organisation, *READER))
    held = (await partner.get(f"/v1/persons/{person['id']}?expand=affiliations")).json()["affiliations"]
    assert [role["organisation"]["id"] for role in held] == [str(organisation)]
    assert "ORG;ALTID=2" not in await exported(partner, tag=tag, format="vcard")


async def test_a_card_tells_who_they_are_and_where(members: Api, tag: str) -> None:
    await employed(
        members,
        tag,
        names={"en": "Lin Xiaoshan"},
        name_parts={"en": {"family": "Lin", "given": "Xiaoshan"}},
        phones=[{"number": "+86 851 8555 0123"}],
        languages=["zh", "en"],
        birth_date="1980-02-29",
        channels=[
            {"kind": "email", "value": "Desk@Example.org"},
            {"kind": "email", "value": "late@example.org", "valid_to": "2020-01-01"},
            {"kind": "phone", "value": "+86 851 8555 0199", "purpose": "assistant"},
        ],
        private_channels=[{"kind": "phone", "value": "+86 138 0013 8000"}],
    )
    content = (await exported(members, tag=tag, format="vcard")).replace("\r\n ", "")
    for line in (
        "N;LANGUAGE=en:Lin;Xiaoshan;;;",
        "ORG;ALTID=1;LANGUAGE=zh:登山协会",
        "TITLE;LANGUAGE=en:Chair",
        "TEL;PREF=1;VALUE=uri:tel:+8685185550123",
        "LANG;PREF=1:zh",
    ):
        assert f"\r\n{line}\r\n" in content, content
    assert "desk@example.org" in content
    for hidden in ("BDAY", "1980", "late@example.org", "0199", "13800138000"):
        assert hidden not in content


async def test_facets_count_countries_and_languages(members: Api, tag: str) -> None:
    for country, languages in (("NP", ["ne", "en"]), ("NP", ["en"]), (None, [])):
        await members.made("/v1/persons", a_person(tags=[tag], country=country, languages=languages))
    facets = (await members.get(f"/v1/persons?tag={tag}&facets=country,language")).json()["facets"]
    assert facets["country"]["values"] == [{"value": "NP", "count": 2}, {"value": None, "count": 1}]
    assert facets["language"]["values"] == [{"value": "en", "count": 2}, {"value": "ne", "count": 1}]
