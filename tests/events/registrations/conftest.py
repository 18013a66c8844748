"""A service that lets a crowd wait as long as it takes, whatever else the machine does."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from services.events.app import SERVICE
from services.kit.app import build_app
from services.kit.auth import TokenAuthenticator
from services.kit.settings import Settings
from tests.conftest import Migrated
from tests.wire import api as wire
from tests.wire.api import Api
from tests.wire.callers import Signer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def patient(migrated: Migrated, signer: Signer) -> AsyncIterator[Api]:
    """The service, whose writes may wait a minute for their turn."""

    async def keys() -> Any:
        return signer.public

    settings = Settings(database_url=migrated(SERVICE.package), write_wait_seconds=60)
    app = build_app(SERVICE, settings, authenticate=TokenAuthenticator(keys))
    async with wire.running(app):
        yield Api(app, signer.staff())
