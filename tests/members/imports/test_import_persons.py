"""Importing persons and the roles they hold."""

from typing import Any
from uuid import uuid4

from services.kit.errors import Forbidden
from tests.members.imports.sending import imported, post_file, problems, rows_of
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

HEADER = "姓名,邮箱,手机,单位,职务,出生日期,国籍\n"


async def the_person(members: Api, email: str) -> dict[str, Any]:
    (found,) = await members.items("/v1/persons", email=email)
    return found


async def test_makes_persons_with_their_roles(members: Api) -> None:
    m = uuid4().hex[:10]
    office = await members.made(
        "/v1/organisations", {"names": {"zh": f"山地联盟{m}", "en": f"Alliance {m}"}, "kind": "association"}
    )
    content = (
        HEADER
        + f"林晓山 Lin Xiaoshan,{m}@example.org,13800000000,山地联盟{m},秘书长 Secretary General,31/05/1980,中国\n"
    )
    done = await imported(members, content + f"王石,,,没有这个单位{m},,05/06/1981,\n", resource="persons")
    assert (done["state"], done["counts"]["created"]) == ("done", 2), done
    made = await the_person(members, f"{m}@example.org")
    assert made["names"] == {"zh": "林晓山", "en": "Lin Xiaoshan"}
    (role,) = await members.items("/v1/affiliations", person_id=made["id"])
    assert role["organisation_id"] == office["id"]
    assert role["role"] == {"zh": "秘书长", "en": "Secretary General"}
    second = (await rows_of(members, done["id"]))[1]
    assert problems(second) == {"no_such_organisation"}


async def test_the_same_address_again_is_the_same_person_in_another_role(members: Api) -> None:
    m = uuid4().hex[:10]
    for name in ("North", "South"):
        await members.made("/v1/organisations", {"names": {"en": f"{name} {m}"}, "kind": "association"})
    content = "name,email,company,title\n" + "".join(
        f"Ada Lin,{m}@example.org,{name} {m},Guide\n" for name in ("North", "South")
    )
    done = await imported(members, content, resource="persons")
    assert (done["counts"]["created"], done["counts"]["updated"]) == (1, 1)
    made = await the_person(members, f"{m}@example.org")
    held = await members.items("/v1/affiliations", person_id=made["id"])
    assert [role["primary"] for role in held] == [True, False], "nobody said, so the first one is"
    again = await imported(members, content, resource="persons")
    assert again["counts"]["matched"] == 2


async def test_somebody_else_with_the_same_address_is_told_not_overwritten(members: Api) -> None:
    m = uuid4().hex[:10]
    await members.made("/v1/persons", {"names": {"en": "Ada Lin"}, "email": f"{m}@example.org"})
    done = await imported(members, f"name,email\nBo Wang,{m}@example.org\n", resource="persons")
    (row,) = await rows_of(members, done["id"], outcome="rejected")
    assert problems(row) == {"address_of_another"}
    assert (await the_person(members, f"{m}@example.org"))["names"] == {"en": "Ada Lin"}


async def test_sensitive_columns_need_the_scope(members: Api, signer: Signer) -> None:
    m = uuid4().hex[:10]
    clerk = members.as_(signer.staff("members:read", "members:write", "persons:read", "persons:write"))
    content = f"name,email,date of birth\nAda Lin,{m}@example.org,1980-02-29\n"
    done = await imported(clerk, content, resource="persons")
    assert done["notes"][0]["code"] == "needs_scope"
    assert [column["field"] for column in done["columns"]] == ["names", "emails", None]
    reply = await clerk.post(
        f"/v1/imports/{(await imported(clerk, content, resource='persons', dry_run='true'))['id']}/runs",
        {"mapping": [{"column": "name", "field": "names"}, {"column": "date of birth", "field": "birth_date"}]},
    )
    assert_problem(reply, Forbidden)


async def test_persons_need_the_scope_to_write_them(members: Api, signer: Signer) -> None:
    clerk = members.as_(signer.staff("members:read", "members:write"))
    assert_problem(await post_file(clerk, b"name\nAda\n", resource="persons"), Forbidden)


async def test_others_see_an_import_of_persons_when_they_may_read_persons(members: Api, signer: Signer) -> None:
    done = await imported(members, f"name\nAda {uuid4().hex}\n", resource="persons")
    reader = members.as_(signer.staff("members:read", "records:export"))
    assert (await reader.get(f"/v1/imports/{done['id']}")).status_code == 404
    assert (await reader.get(f"/v1/imports/{done['id']}/rows")).status_code == 404
    assert (await reader.get(f"/v1/imports/{done['id']}/rejected-rows")).status_code == 404
    assert (await reader.get(f"/v1/imports/{done['id']}/progress")).status_code == 404
    assert done["id"] not in [one["id"] for one in await reader.items("/v1/imports")]
    permitted = members.as_(signer.staff("members:read", "persons:read"))
    assert (await permitted.get(f"/v1/imports/{done['id']}")).status_code == 200


async def test_dates_follow_the_order_of_their_whole_column(members: Api) -> None:
    m = uuid4().hex[:10]
    rows = [("a", "05/06/1980"), ("b", "31/01/1980"), ("c", "30/02/1980")]
    content = "name,email,date of birth\n" + "".join(f"Ada {k},{m}{k}@example.org,{day}\n" for k, day in rows)
    done = await imported(members, content, resource="persons")
    assert done["columns"][2]["date_order"] == "day_first"
    told = {row["number"]: problems(row) for row in await rows_of(members, done["id"])}
    assert told == {2: set(), 3: set(), 4: {"impossible_date"}}


async def test_reads_french_headings_and_countries_by_number(members: Api) -> None:
    m = uuid4().hex[:10]
    content = (
        "Nom;Prénom;Adresse e-mail;Adresse;Ville;Pays;Date de naissance;Langues parlées\n"
        f"Dupont;Éléonore;{m}@example.org;12 rue des Alpes;Chamonix;250;31/05/1980;fr\n"
    )
    done = await imported(members, content, resource="persons")
    assert [one["field"] for one in done["columns"]] == [
        "family_name",
        "given_name",
        "emails",
        "address",
        "address",
        "country",
        "birth_date",
        "languages",
    ]
    made = await the_person(members, f"{m}@example.org")
    assert (made["address"], made["country"], made["languages"]) == ("12 rue des Alpes, Chamonix", "FR", ["fr"])


async def test_the_city_of_a_card_ends_the_address(members: Api) -> None:
    m = uuid4().hex[:10]
    card = (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Li Na {m}\r\nEMAIL:{m}@example.org\r\n"
        "ADR;TYPE=work:;;1 Example Street;Guiyang;;550001;China\r\nEND:VCARD\r\n"
    )
    done = await imported(members, card, resource="persons")
    assert done["counts"]["created"] == 1, done
    made = await the_person(members, f"{m}@example.org")
    assert (made["address"], made["country"]) == ("1 Example Street, Guiyang", "CN")


async def test_whom_only_a_home_address_reaches_has_it_as_the_main_one(members: Api, signer: Signer) -> None:
    m = uuid4().hex[:10]
    clerk = members.as_(signer.staff("members:read", "members:write", "persons:read", "persons:write"))
    card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Li Na {m}\r\nEMAIL;TYPE=HOME:{m}@example.org\r\nEND:VCARD\r\n"
    done = await imported(clerk, card, resource="persons")
    assert (done["counts"]["created"], done["notes"]) == (1, []), done
    made = await the_person(members, f"{m}@example.org")
    assert (made["email"], made.get("private_channels", [])) == (f"{m}@example.org", [])
    again = await imported(clerk, card, resource="persons")
    assert again["counts"]["matched"] == 1
