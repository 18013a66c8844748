"""The members service under test, and records most tests start from."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest_asyncio

from services.kit.service import Service
from services.members.app import SERVICE
from tests.factories.members import a_document, a_membership, a_membership_type, a_person, a_site, an_organisation
from tests.wire.api import Api


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def members(serving: Callable[[Service], AsyncIterator[Api]]) -> AsyncIterator[Api]:
    """The service, with a database of the module's own."""
    async for api in serving(SERVICE):
        yield api


@pytest_asyncio.fixture
async def organisation(members: Api) -> dict[str, Any]:
    """An organisation of the test's own."""
    return await members.made("/v1/organisations", an_organisation())


@pytest_asyncio.fixture
async def person(members: Api) -> dict[str, Any]:
    """A person of the test's own."""
    return await members.made("/v1/persons", a_person())


@pytest_asyncio.fixture
async def yearly(members: Api) -> dict[str, Any]:
    """A membership type: twelve months from the start, 30 days of grace."""
    return await members.made("/v1/membership-types", a_membership_type())


@pytest_asyncio.fixture
async def membership(members: Api, organisation: dict[str, Any], yearly: dict[str, Any]) -> dict[str, Any]:
    """A membership of the organisation without terms."""
    return await members.made("/v1/memberships", a_membership(organisation["id"], yearly["id"]))


@pytest_asyncio.fixture
async def site(members: Api, organisation: dict[str, Any]) -> dict[str, Any]:
    """A site of the organisation."""
    return await members.made("/v1/sites", a_site(organisation["id"]))


@pytest_asyncio.fixture
async def document(members: Api, organisation: dict[str, Any]) -> dict[str, Any]:
    """A document about the organisation, still without its file."""
    return await members.made("/v1/documents", a_document(organisation["id"]))
