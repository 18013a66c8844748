"""A gateway with an administrator and a service behind it, one a module."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from gateway.accounts import create_key, create_user
from services.contracts.scopes import SCOPES
from tests.gateway.gateways import Gateway, gateway, listening
from tests.gateway.recorders import Recorder, Services
from tests.gateway.services import Echo, document

EMAIL, PASSWORD = "admin@alliance.example", "correct horse battery staple"


@pytest.fixture(scope="module")
def database_url(migrated: Callable[[str], str]) -> str:
    """A database of the module's own."""
    return migrated("gateway")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def administrator(database_url: str) -> tuple[str, str]:
    """The first administrator: address and password."""
    await create_user(database_url, EMAIL, "Administrator", PASSWORD, ["administrator"])
    return EMAIL, PASSWORD


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def key(database_url: str) -> str:
    """A key with every scope."""
    return await create_key(database_url, "everything", sorted(SCOPES))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def members() -> AsyncIterator[tuple[Echo, str]]:
    """A service at its address."""
    scopes = {"/v1/organisations/{id}": "members:read", "/v1/persons/{id}": "persons:read", "/v1/memberships": None}
    echo = Echo(document("members", **scopes))
    async with listening(echo) as url:
        yield echo, url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gate(database_url: str, members: tuple[Echo, str]) -> AsyncIterator[Gateway]:
    """The gateway in front of it."""
    async with gateway(database_url, {"members": members[1]}) as running:
        yield running


@pytest.fixture
def echo(members: tuple[Echo, str]) -> Echo:
    """What the service saw."""
    members[0].seen.clear()
    members[0].replies.clear()
    members[0].delay = 0.0
    return members[0]


@pytest.fixture
async def recorders() -> AsyncIterator[Services]:
    """Three services with changes about one organisation."""
    members, events, liaison = Recorder("members", 25), Recorder("events", 40), Recorder("liaison", 5)
    async with listening(members) as a, listening(events) as b, listening(liaison) as c:
        yield {"members": (members, a), "events": (events, b), "liaison": (liaison, c)}
