"""What other services ask members, over HTTP."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from services.clients.members import MembersClient
from services.kit.app import build_app
from services.kit.errors import GatewayTimeout, NotFound, Unavailable
from services.kit.http import Authorise
from services.kit.settings import Settings
from services.members.app import SERVICE
from tests.factories.members import a_membership, a_term, an_organisation
from tests.kit.live import free_port, gateway, served
from tests.wire.api import Api
from tests.wire.callers import Signer


@pytest_asyncio.fixture
async def gateway_url(signer: Signer) -> AsyncIterator[str]:
    """Where services get their tokens."""
    async with served(gateway(signer)) as url:
        yield url


@pytest_asyncio.fixture
async def client(members: Api, gateway_url: str) -> AsyncIterator[MembersClient]:
    """The client that events uses, and the service at the other end of a socket."""
    settings = Settings(database_url=members.runtime.settings.database_url, gateway_url=gateway_url)
    authorise = Authorise(gateway_url, "events", "secret")
    async with served(build_app(SERVICE, settings)) as url:
        client = MembersClient("members", url, authorise)
        yield client
        await client.close()
        await authorise.close()


async def test_asks_the_standing_on_a_day(
    members: Api, client: MembersClient, organisation: dict[str, Any], yearly: dict[str, Any]
) -> None:
    new = a_membership(organisation["id"], yearly["id"], terms=[a_term("2024-01-01")])
    await members.made("/v1/memberships", new)
    found = await client.standing(UUID(organisation["id"]), date(2024, 12, 31))
    assert (found.status, found.member, found.entitlements) == ("active", True, yearly["entitlements"])
    assert (await client.standing(UUID(organisation["id"]), date(2025, 1, 31))).status == "lapsed"
    assert (await client.organisation(UUID(organisation["id"]))).names == organisation["names"]
    with pytest.raises(NotFound):
        await client.standing(uuid4(), date(2024, 1, 1))


async def test_a_partner_asks_of_its_own_only(
    members: Api, client: MembersClient, organisation: dict[str, Any], signer: Signer
) -> None:
    other = await members.made("/v1/organisations", an_organisation())
    partner = signer.partner(UUID(organisation["id"]), "registrations:write")
    found = await client.standing(UUID(organisation["id"]), date(2024, 1, 1), on_behalf_of=partner)
    assert found.status == "none"
    with pytest.raises(NotFound):
        await client.standing(UUID(other["id"]), date(2024, 1, 1), on_behalf_of=partner)
    with pytest.raises(NotFound):
        await client.organisation(UUID(other["id"]), on_behalf_of=partner)


async def test_says_when_nobody_answers(gateway_url: str) -> None:
    authorise = Authorise(gateway_url, "events", "secret")
    client = MembersClient("members", f"http://127.0.0.1:{free_port()}", authorise)
    with pytest.raises((Unavailable, GatewayTimeout)):
        await client.standing(uuid4(), date(2024, 1, 1))
    await client.close()
    await authorise.close()
