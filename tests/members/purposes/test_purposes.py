"""Purposes: what sensitive fields are read for, and what persons agree to, in versions."""

import asyncio
from uuid import uuid4

from services.contracts.members.purpose import Purpose, PurposeText
from services.kit.errors import Forbidden
from services.members.features.purposes.actions import PurposeInUse, PurposeKeyTaken
from tests.factories.members import a_consent, a_person, a_purpose
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_there_are_some_to_begin_with(members: Api) -> None:
    access = {row["key"] for row in await members.items("/v1/purposes", access="true")}
    assert {"visa_letter", "catering", "emergency", "dietary_planning"} <= access
    consent = {row["key"]: row for row in await members.items("/v1/purposes", consent="true")}
    assert consent["cross_border_transfer"]["text_version"] == 1
    (text,) = await members.items("/v1/purpose-texts", purpose="cross_border_transfer")
    assert text["texts"] == consent["cross_border_transfer"]["texts"]


async def test_another_text_is_another_version_and_none_is_lost(members: Api) -> None:
    made = await members.made("/v1/purposes", a_purpose())
    path = f"/v1/purposes/{made['id']}"
    assert exactly(Purpose, (await members.get(path)).content).text_version == 1
    same = await members.patch(path, {"texts": made["texts"], "names": {"fr": "Usage"}})
    assert (same.json()["text_version"], same.json()["version"]) == (1, 2)
    second = {"en": "I agree to everything."}
    assert (await members.patch(path, {"texts": second})).json()["text_version"] == 2
    texts = await members.items("/v1/purpose-texts", purpose=made["key"], sort="text_version")
    assert [text["texts"] for text in texts] == [made["texts"], second]
    one = await members.get(f"/v1/purpose-texts/{texts[0]['id']}")
    assert exactly(PurposeText, one.content).purpose == made["key"]


async def test_a_key_is_of_one_purpose(members: Api) -> None:
    key = f"k{uuid4().hex[:20]}"
    replies = await asyncio.gather(*[members.post("/v1/purposes", a_purpose(key=key)) for _ in range(5)])
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 4
    assert_problem(await members.post("/v1/purposes", a_purpose(key=key)), PurposeKeyTaken)


async def test_is_deleted_while_nobody_has_decided_on_it(members: Api) -> None:
    unused, used = [await members.made("/v1/purposes", a_purpose()) for _ in range(2)]
    person = await members.made("/v1/persons", a_person())
    await members.made("/v1/consents", a_consent(person["id"], used["key"]))
    assert (await members.delete(f"/v1/purposes/{unused['id']}")).status_code == 204
    assert_problem(await members.delete(f"/v1/purposes/{used['id']}"), PurposeInUse)


async def test_only_those_with_the_scope_edit_them_and_it_is_on_record(members: Api, signer: Signer) -> None:
    clerk = members.as_(signer.staff("persons:read", "persons:write"))
    assert_problem(await clerk.post("/v1/purposes", a_purpose()), Forbidden)
    partner = members.as_(signer.partner(uuid4()))
    assert_problem(await partner.post("/v1/purposes", a_purpose()), Forbidden)
    made = await members.made("/v1/purposes", a_purpose())
    (entry,) = await members.items("/v1/members/audit", about=made["id"])
    assert (entry["action"], entry["detail"]["key"]) == ("purposes.created", made["key"])
