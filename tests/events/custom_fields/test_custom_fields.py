"""Events and registrations have custom fields as organisations and persons do."""

from itertools import count
from typing import Any
from uuid import uuid4

from services.contracts.events.event import Event
from services.contracts.events.registration import Registration
from services.kit.custom.definitions import _Known
from services.kit.errors import Contradiction, Forbidden, Invalid
from tests.factories.events import a_registration, an_event, open_event, registered
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import deliver
from tests.wire.members import told

_number = count(1)


async def define(events: Api, path: str, type: str = "text", **given: Any) -> str:
    """Define a field of `/v1/events` or `/v1/registrations`; answers its key."""
    key = f"field_{next(_number)}"
    body = {"key": key, "type": type, "labels": {"en": key}, **given}
    return str((await events.made(f"{path.removesuffix('s')}-custom-fields", body))["key"])


async def test_an_event_holds_values_and_is_found_by_them(events: Api) -> None:
    key = await define(events, "/v1/events", "number")
    made = await events.made("/v1/events", an_event(custom={key: 3}))
    read = Event.model_validate_json((await events.get(f"/v1/events/{made['id']}")).content)
    assert read.custom == {key: 3}
    changed = await events.patch(f"/v1/events/{made['id']}", {"custom": {key: 4}})
    assert changed.json()["custom"] == {key: 4}
    assert [row["id"] for row in await events.items("/v1/events", **{f"custom.{key}.gte": "4"})] == [made["id"]]
    assert_problem(await events.post("/v1/events", an_event(custom={key: "x"})), Invalid, pointer=f"/custom/{key}")


async def test_the_next_edition_begins_with_the_last_one_s(events: Api) -> None:
    key = await define(events, "/v1/events")
    series = await events.made(
        "/v1/series", {"names": {"en": "Custom Day"}, "yearly_rule": {"kind": "fixed_date", "date": "05-29"}}
    )
    await events.made("/v1/events", an_event(series_id=series["id"], edition_year=2027, custom={key: "blue"}))
    reply = await events.post(f"/v1/series/{series['id']}/editions", {"year": 2028})
    assert (reply.status_code, reply.json()["custom"]) == (201, {key: "blue"})


async def test_a_registration_holds_values_and_its_log_only_names_them(events: Api) -> None:
    key = await define(events, "/v1/registrations")
    _, admission = await open_event(events)
    made = await registered(events, admission, custom={key: "arrives late"})
    read = Registration.model_validate_json((await events.get(f"/v1/registrations/{made['id']}")).content)
    assert read.custom == {key: "arrives late"}
    changed = await events.patch(f"/v1/registrations/{made['id']}", {"custom": {key: None}})
    assert changed.json()["custom"] == {}
    changes = await events.items("/v1/events/changes", resource_id=made["id"])
    assert "arrives late" not in str(changes)


async def test_a_bulk_call_checks_each_registration(events: Api) -> None:
    key = await define(events, "/v1/registrations", "number")
    _, admission = await open_event(events)
    items = [a_registration(admission, custom={key: value}) for value in (1, "x", 3)]
    reply = await events.post("/v1/registrations/bulk", {"items": items})
    assert [result["status"] for result in reply.json()["results"]] == [201, 422, 201]


async def test_a_partner_fills_in_what_is_shown_to_partners(events: Api, signer: Signer) -> None:
    shown = await define(events, "/v1/registrations", shown_to_partners=True)
    kept = await define(events, "/v1/registrations")
    _, admission = await open_event(events)
    own = uuid4()
    await deliver(events, signer, told("created", own, names={"en": "Own"}))
    partner = events.as_(signer.partner(own, "registrations:read", "registrations:write"))
    made = await partner.made("/v1/registrations", a_registration(admission, custom={shown: "a"}))
    assert made["custom"] == {shown: "a"}
    reply = await partner.post("/v1/registrations", a_registration(admission, custom={kept: "b"}))
    assert_problem(reply, Forbidden)
    await events.patch(f"/v1/registrations/{made['id']}", {"custom": {kept: "b"}})
    assert (await partner.get(f"/v1/registrations/{made['id']}")).json()["custom"] == {shown: "a"}


async def test_refers_to_organisations_that_members_has_told_of(events: Api, signer: Signer) -> None:
    key = await define(events, "/v1/events", "reference", reference_to="organisation")
    id = uuid4()
    reply = await events.post("/v1/events", an_event(custom={key: str(id)}))
    assert_problem(reply, Contradiction, pointer=f"/custom/{key}")
    await deliver(events, signer, told("created", id, names={"en": "Organiser"}))
    made = await events.made("/v1/events", an_event(custom={key: str(id)}))
    assert [row["id"] for row in await events.items("/v1/events", **{f"custom.{key}": str(id)})] == [made["id"]]
    person = {"key": "who", "type": "reference", "labels": {"en": "Who"}, "reference_to": "person"}
    assert_problem(await events.post("/v1/event-custom-fields", person), Contradiction, pointer="/reference_to")


async def test_the_document_describes_both(events: Api) -> None:
    of_events = await define(events, "/v1/events", "date")
    of_registrations = await define(events, "/v1/registrations", "date")
    events.runtime.parts.pop(_Known, None)  # as a process that has read none
    written = (await events.get("/openapi.json")).json()
    schemas = written["components"]["schemas"]
    assert of_events in schemas["EventCustom"]["properties"]
    assert of_events not in schemas["RegistrationCustom"]["properties"]
    assert of_registrations in schemas["RegistrationCreateCustom"]["properties"]


async def test_what_breaks_a_definition_is_told_before_what_is_looked_up(events: Api) -> None:
    for path in ("/v1/events", "/v1/registrations"):
        key = await define(events, path, "number")
        reply = await events.patch(f"{path}/{uuid4()}", {"custom": {key: "high"}}, if_match="*")
        assert_problem(reply, Invalid, pointer=f"/custom/{key}")
