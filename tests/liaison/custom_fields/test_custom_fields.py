"""Counterparts have custom fields as organisations and persons do."""

from typing import Any
from uuid import uuid4

from services.contracts.liaison.counterpart import Counterpart
from services.kit.errors import Contradiction, Forbidden, Invalid
from tests.factories.liaison import a_counterpart
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import deliver
from tests.wire.members import told

COUNTERPARTS = "/v1/counterparts"


async def define(liaison: Api, type: str = "text", **given: Any) -> str:
    """Define a field; answers its key."""
    key = f"field_{uuid4().hex[:12]}"
    body = {"key": key, "type": type, "labels": {"zh": "礼宾备注", "en": "Protocol note"}, **given}
    return str((await liaison.made("/v1/counterpart-custom-fields", body))["key"])


async def test_a_counterpart_holds_values_and_is_found_and_sorted_by_them(liaison: Api) -> None:
    key = await define(liaison, "date")
    later = await liaison.made(COUNTERPARTS, a_counterpart(custom={key: "2026-10-01"}))
    sooner = await liaison.made(COUNTERPARTS, a_counterpart(custom={key: "2026-05-29"}))
    read = Counterpart.model_validate_json((await liaison.get(f"{COUNTERPARTS}/{later['id']}")).content)
    assert read.custom == {key: "2026-10-01"}
    found = await liaison.items(COUNTERPARTS, sort=f"custom.{key}", **{f"custom.{key}.gte": "2026-01-01"})
    assert [row["id"] for row in found] == [sooner["id"], later["id"]]
    changed = await liaison.patch(f"{COUNTERPARTS}/{later['id']}", {"custom": {key: None}})
    assert changed.json()["custom"] == {}
    reply = await liaison.post(COUNTERPARTS, a_counterpart(custom={key: "soon"}))
    assert_problem(reply, Invalid, pointer=f"/custom/{key}")


async def test_sensitive_values_are_for_holders_of_the_scope(liaison: Api, officer: Api) -> None:
    key = await define(liaison, sensitive=True)
    made = await liaison.made(COUNTERPARTS, a_counterpart(custom={key: "private line"}))
    path = f"{COUNTERPARTS}/{made['id']}"
    purpose = {"Purpose": "protocol"}
    assert (await liaison.get(path)).json()["custom"] == {}
    assert (await liaison.get(path, headers=purpose)).json()["custom"] == {key: "private line"}
    assert (await officer.get(path, headers=purpose)).json()["custom"] == {}
    assert_problem(await officer.get(COUNTERPARTS, params={f"custom.{key}": "private line"}), Forbidden)
    assert_problem(await officer.patch(path, {"custom": {key: None}}), Forbidden)


async def test_a_partner_sees_what_is_shown_to_partners(liaison: Api, signer: Signer) -> None:
    shown, kept = await define(liaison, shown_to_partners=True), await define(liaison)
    own = uuid4()
    made = await liaison.made(COUNTERPARTS, a_counterpart(organisation_id=str(own), custom={shown: "a", kept: "b"}))
    partner = liaison.as_(signer.partner(own))
    assert (await partner.get(f"{COUNTERPARTS}/{made['id']}")).json()["custom"] == {shown: "a"}


async def test_refers_to_organisations_only(liaison: Api) -> None:
    key = await define(liaison, "reference", reference_to="organisation")
    reply = await liaison.post(COUNTERPARTS, a_counterpart(custom={key: str(uuid4())}))
    assert_problem(reply, Contradiction, pointer=f"/custom/{key}")


async def test_what_breaks_a_definition_is_told_before_what_is_looked_up(liaison: Api, signer: Signer) -> None:
    key, gone = await define(liaison, "number"), uuid4()
    await deliver(liaison, signer, told("deleted", gone))
    for reply in (
        await liaison.post(COUNTERPARTS, a_counterpart(organisation_id=str(gone), custom={key: "high"})),
        await liaison.patch(f"{COUNTERPARTS}/{uuid4()}", {"custom": {key: "high"}}, if_match="*"),
    ):
        assert_problem(reply, Invalid, pointer=f"/custom/{key}")
