"""Users that a record names: the gateway is asked, and what it cannot say is taken."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from services.kit.app import build_app
from services.kit.auth import TokenAuthenticator
from services.kit.errors import Contradiction, Forbidden
from services.kit.service import Service
from services.kit.settings import Settings
from services.liaison.app import SERVICE as LIAISON
from services.members.app import SERVICE as MEMBERS
from tests.conftest import Migrated
from tests.factories.liaison import a_counterpart, a_follow_up, an_interaction
from tests.factories.members import an_organisation
from tests.kit.live import free_port, gateway, served
from tests.members.imports.sending import held, imported, problems, rows_of
from tests.wire import api as wire
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

KNOWN = str(uuid4())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def members(migrated: Migrated, signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    files = tmp_path_factory.mktemp("files").as_uri()
    async for api in beside_the_gateway(MEMBERS, migrated, signer, files_url=files):
        yield api


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def liaison(migrated: Migrated, signer: Signer) -> AsyncIterator[Api]:
    async for api in beside_the_gateway(LIAISON, migrated, signer):
        yield api


async def beside_the_gateway(
    service: Service, migrated: Migrated, signer: Signer, **settled: Any
) -> AsyncIterator[Api]:
    async def keys() -> Any:
        return signer.public

    async with served(gateway(signer, {KNOWN})) as url:
        settings = Settings(database_url=migrated(service.package), gateway_url=url, **settled)
        app = build_app(service, settings, authenticate=TokenAuthenticator(keys))
        async with wire.running(app):
            yield Api(app, signer.staff())


async def test_an_officer_is_a_user(members: Api) -> None:
    made = await members.made("/v1/organisations", an_organisation(officer_id=KNOWN))
    nobody = an_organisation(officer_id=str(uuid4()))
    assert_problem(await members.post("/v1/organisations", nobody), Contradiction, pointer="/officer_id")
    changed = await members.patch(f"/v1/organisations/{made['id']}", {"officer_id": str(uuid4())})
    assert_problem(changed, Contradiction, pointer="/officer_id")
    assert (await members.patch(f"/v1/organisations/{made['id']}", {"officer_id": None})).status_code == 200


async def test_in_bulk_each_item_is_refused_for_itself(members: Api) -> None:
    items = [an_organisation(officer_id=id) for id in (KNOWN, str(uuid4()))] + [an_organisation()]
    reply = await members.post("/v1/organisations/bulk", {"atomic": False, "items": items})
    results = sorted(reply.json()["results"], key=lambda one: one["index"])
    assert [one["status"] for one in results] == [201, 409, 201]
    assert results[1]["problem"]["errors"][0]["pointer"].endswith("/officer_id")


async def test_rows_of_imports_are_refused_like_items(members: Api) -> None:
    m = uuid4().hex[:10]
    text = f"编号,name,officer_id\n{m}1,A inn {m},{KNOWN}\n{m}2,B inn {m},{uuid4()}\n"
    done = await imported(members, text)
    told = [(row["outcome"], problems(row)) for row in await rows_of(members, done["id"])]
    assert told == [("created", set()), ("rejected", {"not_found"})]
    done = await imported(members, f"编号,name,officer_id\n{m}1,A inn {m},{uuid4()}\n")
    assert done["counts"]["rejected"] == 1
    assert (await held(members, f"external:{m}1"))["officer_id"] == KNOWN


async def test_a_partner_is_refused_for_what_it_may_not_say(members: Api, signer: Signer) -> None:
    made = await members.made("/v1/organisations", an_organisation())
    partner = members.as_(signer.partner(made["id"]))
    assert_problem(await partner.patch(f"/v1/organisations/{made['id']}", {"officer_id": str(uuid4())}), Forbidden)


@pytest.mark.parametrize("path", ["/v1/counterparts", "/v1/follow-ups"])
async def test_an_owner_is_a_user_or_has_none(liaison: Api, path: str) -> None:
    counterpart = (await liaison.made("/v1/counterparts", a_counterpart()))["id"]

    def body(subject: str | None) -> dict[str, Any]:
        owner = {"subject": subject, "name": "Lin Xiaoyun"}
        return a_counterpart(owner=owner) if "counterparts" in path else a_follow_up(counterpart, owner=owner)

    for subject in (f"user:{KNOWN}", None):
        made = await liaison.made(path, body(subject))
    stranger = f"user:{uuid4()}"
    assert_problem(await liaison.post(path, body(stranger)), Contradiction, pointer="/owner/subject")
    owner = {"owner": {"subject": stranger, "name": "Nobody"}}
    assert_problem(await liaison.patch(f"{path}/{made['id']}", owner), Contradiction, pointer="/owner/subject")


async def test_who_took_part_of_ours_is_a_user_or_has_none(liaison: Api) -> None:
    counterpart = (await liaison.made("/v1/counterparts", a_counterpart()))["id"]
    ours = [{"subject": f"user:{KNOWN}", "name": "Lin Xiaoyun"}, {"subject": None, "name": "A guest"}]
    made = await liaison.made("/v1/interactions", an_interaction(counterpart, ours=ours))
    assert made["ours"] == ours
    stranger = [*ours, {"subject": f"user:{uuid4()}", "name": "Nobody"}]
    pointer = "/ours/2/subject"
    refused = await liaison.post("/v1/interactions", an_interaction(counterpart, ours=stranger))
    assert_problem(refused, Contradiction, pointer=pointer)
    changed = await liaison.patch(f"/v1/interactions/{made['id']}", {"ours": stranger})
    assert_problem(changed, Contradiction, pointer=pointer)
    items = [an_interaction(counterpart, ours=who) for who in (ours, stranger)]
    bulk = (await liaison.post("/v1/interactions/bulk", {"atomic": False, "items": items})).json()["results"]
    assert sorted(one["status"] for one in bulk) == [201, 409]


async def test_while_the_gateway_cannot_say_what_is_named_is_taken(migrated: Migrated, signer: Signer) -> None:
    async def keys() -> Any:
        return signer.public

    settings = Settings(database_url=migrated(MEMBERS.package), gateway_url=f"http://127.0.0.1:{free_port()}")
    app = build_app(MEMBERS, settings, authenticate=TokenAuthenticator(keys))
    async with wire.running(app):
        officer = str(uuid4())
        made = await Api(app, signer.staff()).made("/v1/organisations", an_organisation(officer_id=officer))
    assert made["officer_id"] == officer
