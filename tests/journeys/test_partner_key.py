"""A key that is bound to an organisation, with every scope there is: its own, what is public, and nothing else."""

from typing import Any, NamedTuple
from uuid import uuid4

import pytest
import pytest_asyncio

from services.kit.errors import Forbidden
from tests.factories.events import a_registration, open_event
from tests.factories.liaison import a_contact, a_counterpart, a_follow_up, an_interaction
from tests.factories.members import a_membership, a_merge, an_affiliation
from tests.journeys.alliance import a_key, every_scope
from tests.journeys.belongings import DECISION, Belongings, everything_of_one
from tests.journeys.callers import Caller, eventually
from tests.wire.api import assert_problem
from tests.wire.facets import check_counts

PUBLISHED = frozenset({"/v1/events", "/v1/admission-types"})
"""Collections in which public records stand beside one's own."""
OFFICE_ONLY = frozenset({"key_member", "stale"})
"""Facets of what the office notes for itself."""


class World(NamedTuple):
    """Two organisations, a public event that both come to, and a key of the first."""

    own: Belongings
    other: Belongings
    event: str
    admission: str
    partner: Caller
    reads: list[tuple[str, dict[str, Any]]]
    """Path and parameters of every read that the document lists."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(office: Caller) -> World:
    event, admission = await open_event(office)
    own, other = await everything_of_one(office, admission), await everything_of_one(office, admission)
    key = await a_key(office, *await every_scope(office), organisation=own.organisation)
    document = (await office.get("/openapi.json")).json()
    shared = document["components"]["parameters"]
    reads = [
        (path, {one["name"]: one["schema"] for one in _parameters(item["get"], shared)})
        for path, item in document["paths"].items()
        if "get" in item
    ]
    return World(own, other, event, admission, office.as_(key["key"]), reads)


def _parameters(operation: dict[str, Any], shared: dict[str, Any]) -> list[dict[str, Any]]:
    """In full, those that many operations share as well."""
    return [shared[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one for one in operation.get("parameters", [])]


def _facets(given: dict[str, Any]) -> list[str]:
    """What a list counts."""
    words = (given["facets"] or {}).get("items", {})
    return words.get("enum") or [words[key] for key in ("const",) if key in words]


def _lists(world: World) -> list[tuple[str, dict[str, Any]]]:
    """The lists, each with the parameters that make it tell most."""
    found = []
    for path, parameters in world.reads:
        if "cursor" in parameters and "{" not in path:
            most: dict[str, Any] = {"limit": parameters["limit"]["maximum"]}
            if "count" in parameters:
                most["count"] = "true"
            if "expand" in parameters:
                words = parameters["expand"]["items"]
                most["expand"] = words.get("enum") or [words["const"]]
            found.append((path, {"most": most, "takes": parameters.keys(), "facets": parameters.get("facets")}))
    assert len(found) > 20
    return found


def _about(belongings: Belongings) -> list[str]:
    return [belongings.mark, *(id for ids in belongings.ids.values() for id in ids)]


async def test_it_reads_its_own_and_what_is_public(world: World) -> None:
    for path, ids in world.own.ids.items():
        shown = {row["id"] for row in await world.partner.items(path, limit=200)}
        assert shown >= set(ids)
        assert shown == set(ids) or path in PUBLISHED | {"/v1/api-keys"}, path
        for id in ids:
            assert (await world.partner.get(f"{path}/{id}")).status_code == 200
    for path in (f"/v1/events/{world.event}", f"/v1/admission-types/{world.admission}"):
        assert (await world.partner.get(path)).status_code == 200
    attendance = (await world.partner.get(f"/v1/events/{world.event}/attendance")).json()
    assert attendance["on_site"]["persons"] == 1, "of two that came, the one it sent"


async def test_it_downloads_what_is_shared_with_it(world: World) -> None:
    for collection in ("/v1/documents", "/v1/document-versions"):
        reply = await world.partner.get(f"{collection}/{world.own.one(collection)}/content")
        assert (reply.status_code, reply.text) == (200, world.own.mark)
        assert reply.headers["content-disposition"].startswith("attachment;")
        assert reply.headers["x-content-type-options"] == "nosniff"


async def test_no_list_count_search_filter_or_feed_tells_of_others(world: World) -> None:
    async def told_of_itself() -> None:
        for service in ("members", "events", "liaison"):
            assert world.own.organisation in (await world.partner.get(f"/v1/{service}/changes")).text

    await eventually(told_of_itself, within=5)
    for path, given in _lists(world):
        questions: list[dict[str, Any]] = [{}]
        for name, value in (
            ("organisation_id", world.other.organisation),
            ("q", world.other.mark),
            ("person_id", world.other.one("/v1/persons")),
            ("event_id", world.other.one("/v1/events")),
            ("registration_id", world.other.one("/v1/registrations")),
            ("membership_id", world.other.one("/v1/memberships")),
            ("counterpart_id", world.other.one("/v1/counterparts")),
            ("email", f"{world.other.mark}@example.org"),
        ):
            if name in given["takes"]:
                questions.append({name: value})
        for question in questions:
            reply = await world.partner.get(path, params={**given["most"], **question})
            assert reply.status_code == 200, reply.text
            page = reply.json()
            assert page.get("total", len(page["items"])) == len(page["items"]), path
            assert not question or page["items"] == [], (path, question)
            for word in _about(world.other):
                assert word not in reply.text, path


async def test_no_file_or_facet_tells_of_others(world: World) -> None:
    exports = {path.removesuffix("/export"): given for path, given in world.reads if path.endswith("/export")}
    files = 0
    for path, given in _lists(world):
        if (await world.partner.get(path)).status_code == 403:
            continue  # for staff only
        if names := [name for name in _facets(given) if name not in OFFICE_ONLY]:
            reply = await world.partner.get(path, params={"facets": ",".join(names)})
            assert reply.status_code == 200, (path, reply.text)
            assert list(reply.json()["facets"]) == names
            for word in _about(world.other):
                assert word not in reply.text, path
        for name in OFFICE_ONLY.intersection(_facets(given)):
            assert_problem(await world.partner.get(path, params={"facets": name}), Forbidden)
        for form in ("csv", "jsonl") if path in exports else ():
            expand = given["most"].get("expand", [])
            reply = await world.partner.get(f"{path}/export", params={"format": form, "expand": expand})
            assert reply.status_code == 200, (path, reply.text)
            for word in _about(world.other):
                assert word not in reply.text, path
            files += 1
    assert files > 20


async def test_facets_count_what_their_filters_find(office: Caller, world: World) -> None:
    tried = {}
    for caller, kept in ((office, frozenset[str]()), (world.partner, OFFICE_ONLY)):
        for path, given in _lists(world):
            names = [name for name in _facets(given) if name not in kept]
            if names and (await caller.get(path)).status_code != 403:
                tried[caller, path] = await check_counts(caller, path, names)
    assert sum(tried.values()) > 150


async def test_no_record_of_others_is_found(world: World) -> None:
    for path, _ in world.reads:
        if "{id}" not in path:
            continue
        collection = path[: path.index("/{id}")]
        for id in world.other.ids.get(collection, [world.other.organisation]):
            reply = await world.partner.get(path.replace("{id}", id))
            assert reply.status_code == 404, (path, reply.text)


async def test_it_changes_nothing_of_others(office: Caller, world: World) -> None:
    before = await _as_it_is(office, world.other)
    for path in world.other.ids:
        for id in world.other.ids[path]:
            for method in ("PATCH", "DELETE"):
                reply = await world.partner.request(method, f"{path}/{id}", json={}, headers={"If-Match": "*"})
                assert reply.status_code in (403, 404, 405), (method, path, reply.text)
    for path, body in _writes_for(world.other):
        reply = await world.partner.post(path, body, headers={"Idempotency-Key": uuid4().hex})
        assert reply.status_code in (403, 404), (path, reply.status_code, reply.text)
    assert await _as_it_is(office, world.other) == before


async def _as_it_is(office: Caller, belongings: Belongings) -> list[str]:
    return [(await office.get(f"{path}/{id}")).text for path, ids in belongings.ids.items() for id in ids]


def _writes_for(other: Belongings) -> list[tuple[str, dict[str, Any]]]:
    """Everything one could want to make at the other organisation's expense."""
    organisation, counterpart = other.organisation, other.one("/v1/counterparts")
    membership, registration = other.one("/v1/memberships"), other.one("/v1/registrations")
    merge = a_merge(str(uuid4()), organisation)
    key = {"name": "Theirs", "scopes": ["events:read"], "organisation_id": organisation}
    user = {"email": "m@example.org", "name": "Mallory", "password": "a long password", "roles": ["administrator"]}
    return [
        ("/v1/affiliations", an_affiliation(other.one("/v1/persons"), organisation)),
        ("/v1/memberships", a_membership(organisation, str(uuid4()))),
        (f"/v1/memberships/{membership}/terms", {}),
        (f"/v1/memberships/{membership}/expulsions", DECISION),
        ("/v1/merges", merge),
        ("/v1/registrations", a_registration(other.one("/v1/admission-types"))),
        (f"/v1/registrations/{registration}/cancellations", {}),
        ("/v1/check-ins", {"code": other.code}),
        ("/v1/counterparts", a_counterpart(organisation_id=organisation)),
        ("/v1/contacts", a_contact(counterpart)),
        ("/v1/interactions", an_interaction(counterpart)),
        ("/v1/follow-ups", a_follow_up(counterpart)),
        ("/v1/api-keys", key),
        (f"/v1/api-keys/{other.one('/v1/api-keys')}/rotations", {}),
        ("/v1/users", user),
        ("/v1/roles", {"name": "partner", "titles": {"en": "Partner"}, "scopes": ["events:read"]}),
    ]


async def test_it_registers_for_its_own_organisation_only(world: World) -> None:
    new = a_registration(world.admission, organisation_id=world.other.organisation)
    assert_problem(await world.partner.post("/v1/registrations", new), Forbidden)
    bulk = await world.partner.post("/v1/registrations/bulk", {"items": [new]})
    assert [one["status"] for one in bulk.json()["results"]] == [403]
    made = await world.partner.made("/v1/registrations", a_registration(world.admission))
    assert made["organisation_id"] == world.own.organisation


@pytest.mark.parametrize("bound", [True, False])
async def test_a_narrow_key_may_do_what_its_scopes_say_and_no_more(office: Caller, world: World, bound: bool) -> None:
    organisation = world.own.organisation if bound else None
    narrow = office.as_((await a_key(office, "events:read", organisation=organisation))["key"])
    assert (await narrow.get("/v1/events")).status_code == 200
    for path, needed in (
        ("/v1/registrations", "registrations:read"),
        ("/v1/organisations", "members:read"),
        ("/v1/counterparts", "liaison:read"),
        ("/v1/events/changes", "changes:read"),
    ):
        assert needed in assert_problem(await narrow.get(path), Forbidden)["detail"]
