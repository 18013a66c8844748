"""The events service under test, alone and beside members."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest_asyncio

from services.events.app import SERVICE
from services.kit.app import build_app
from services.kit.auth import TokenAuthenticator
from services.kit.service import Service
from services.kit.settings import Settings
from services.members.app import SERVICE as MEMBERS
from tests.conftest import Migrated
from tests.factories.members import a_membership, a_membership_type, a_term, an_organisation
from tests.kit.live import free_port, gateway, served
from tests.wire import api as wire
from tests.wire.api import Api
from tests.wire.callers import Signer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def events(serving: Callable[[Service], AsyncIterator[Api]]) -> AsyncIterator[Api]:
    """The service, with a database of the module's own. Members cannot be reached."""
    async for api in serving(SERVICE):
        yield api


@dataclass
class Beside:
    """Events, and members behind a socket that is there only while it is served."""

    events: Api
    members: Api
    port: int
    gateway_url: str

    def serving_members(self) -> Any:
        """Members can be reached inside this context."""
        settings = Settings(database_url=self.members.runtime.settings.database_url, gateway_url=self.gateway_url)
        return served(build_app(MEMBERS, settings), self.port)

    async def organisation(self, *, member_on: str | None = None) -> str:
        """An organisation; with `member_on`, one whose membership runs for a year from that day."""
        made = await self.members.made("/v1/organisations", an_organisation())
        if member_on is not None:
            kind = await self.members.made("/v1/membership-types", a_membership_type(code=f"type-{uuid4().hex[:12]}"))
            new = a_membership(made["id"], kind["id"], terms=[a_term(member_on)])
            await self.members.made("/v1/memberships", new)
        id: str = made["id"]
        return id


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def beside(
    migrated: Migrated, serving: Callable[[Service], AsyncIterator[Api]], signer: Signer
) -> AsyncIterator[Beside]:
    """Both services; whether members can be reached is up to the test."""

    async def keys() -> Any:
        return signer.public

    async with served(gateway(signer)) as gateway_url:
        port = free_port()
        settings = Settings(
            database_url=migrated(SERVICE.package), gateway_url=gateway_url, members_url=f"http://127.0.0.1:{port}"
        )
        app = build_app(SERVICE, settings, authenticate=TokenAuthenticator(keys))
        async with wire.running(app):
            async for members in serving(MEMBERS):
                yield Beside(Api(app, signer.staff()), members, port, gateway_url)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def partner_id() -> UUID:
    """The organisation that a partner's key is bound to."""
    return uuid4()
