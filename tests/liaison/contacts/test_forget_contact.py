"""Forgetting a person in liaison: contacts by id and address, and names among those who took part."""

from typing import Any
from uuid import uuid4

import psycopg

from services.kit.errors import Forbidden
from services.kit.subjects import digest
from tests.factories.liaison import a_contact, a_counterpart, an_interaction
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_contacts_are_anonymous_and_names_are_gone(liaison: Api, signer: Signer) -> None:
    members = liaison.as_(signer.service("members"))
    counterpart = await liaison.made("/v1/counterparts", a_counterpart())
    person, address = str(uuid4()), f"{uuid4().hex}@Example.org"
    linked = await liaison.made("/v1/contacts", a_contact(counterpart["id"], person_id=person, title={"en": "Consul"}))
    same = await liaison.made("/v1/contacts", a_contact(counterpart["id"], emails=["x@example.org", address]))
    other = await liaison.made("/v1/contacts", a_contact(counterpart["id"]))
    named = ["He Yafei ", "Somebody Else"]
    talk = await liaison.made("/v1/interactions", an_interaction(counterpart["id"], their_names=named))
    keys = {"person_id": person, "emails": [digest(address)], "names": [digest("HE YAFEI")]}
    receipt = (await members.post("/internal/erasures", {**keys, "id": str(uuid4()), "actor": "user:x"})).json()
    assert {kind: receipt["done"][kind] for kind in ("contact", "interaction")} == {"contact": 2, "interaction": 1}
    for id in (linked["id"], same["id"]):
        now = (await liaison.get(f"/v1/contacts/{id}")).json()
        assert (now["names"]["en"], now["title"], now["emails"], now["person_id"]) == ("(erased)", None, [], None)
    assert (await liaison.get(f"/v1/contacts/{other['id']}")).json() == other
    assert (await liaison.get(f"/v1/interactions/{talk['id']}")).json()["their_names"] == ["Somebody Else"]
    told = await liaison.items("/v1/liaison/changes", resource_id=linked["id"])
    assert [change["type"] for change in told] == ["liaison.contact.created", "liaison.contact.erased"]
    assert "Consul" not in str(told)


async def test_contacts_are_let_go_of_when_they_left_long_ago(
    liaison: Api, embassy: dict[str, Any], signer: Signer
) -> None:
    members = liaison.as_(signer.service("members"))
    left = await liaison.made("/v1/contacts", a_contact(embassy["id"], until="2020-01-31"))
    stays = await liaison.made("/v1/contacts", a_contact(embassy["id"]))
    async with await psycopg.AsyncConnection.connect(liaison.runtime.database.conninfo) as connection:
        await connection.execute("UPDATE contact SET updated_at = now() - interval '400 days'")
    order = {"rule_id": str(uuid4()), "resource": "contacts", "after": "updated_at", "keep_days": 365}
    assert (await members.post("/internal/retention/previews", order)).json()["records"] == [left["id"]]
    assert (await members.post("/internal/retention/portions", order)).json() == {"count": 1}
    assert (await members.post("/internal/retention/previews", order)).json()["count"] == 0
    assert (await liaison.get(f"/v1/contacts/{left['id']}")).json()["names"]["en"] == "(erased)"
    assert (await liaison.get(f"/v1/contacts/{stays['id']}")).json()["names"] == stays["names"]


async def test_free_text_that_names_somebody_is_told(liaison: Api, embassy: dict[str, Any], signer: Signer) -> None:
    members = liaison.as_(signer.service("members"))
    talk = await liaison.made("/v1/interactions", an_interaction(embassy["id"], summary={"zh": "孔令仪来电询问"}))
    told = (await members.post("/internal/mentions", {"names": ["孔令仪", "Kong Lingyi"]})).json()
    assert told == {"service": "liaison", "records": {"interaction": [talk["id"]]}}
    assert_problem(await liaison.post("/internal/mentions", {"names": ["孔令仪"]}), Forbidden)
