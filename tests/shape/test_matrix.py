"""Every operation turns away whom the document does not let in: the gateway does, and the service by itself.

`make api-check` asks a whole system as every kind of caller (tests/api/callers.py).
"""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import pytest_asyncio

from gateway.accounts import create_key
from gateway.table import SERVICES
from services.kit.app import build_app
from services.kit.auth import TokenAuthenticator
from services.kit.settings import Settings
from tests.api.document import merged
from tests.api.matrix import EVERY, Kind, Operation, as_expected, expected, operations
from tests.gateway.gateways import Gateway, gateway, listening
from tests.gateway.services import Echo
from tests.shape.house import document, service
from tests.wire.callers import Signer

PUBLIC = {
    "GET /status",
    "POST /v1/sessions",
    "POST /v1/sessions/refresh",
    # Calendar programs send no credential: published events only.
    "GET /v1/calendar",
    "GET /v1/events/{id}/calendar",
}
HALF = frozenset(sorted(EVERY)[::2])


@pytest.fixture(scope="module")
def every_operation() -> list[Operation]:
    """Not as the module is read: every process of a run reads it, and making the documents takes seconds."""
    return list(operations(merged()))


@pytest.fixture(scope="module")
def database_url(migrated: Callable[[str], str]) -> str:
    """A database of the module's own."""
    return migrated("gateway")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gate(database_url: str) -> AsyncIterator[Gateway]:
    """The gateway in front of a service that lets in whatever reaches it."""
    whole = {"openapi": "3.1.0", "info": {"version": "1"}, "paths": merged()["paths"]}
    async with listening(Echo(whole)) as url, gateway(database_url, dict.fromkeys(SERVICES, url)) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def turned_away(database_url: str) -> list[Kind]:
    """Callers who are let in nowhere, or where one half of the scopes is enough."""
    kinds = [
        Kind("nobody", None),
        Kind("half", await create_key(database_url, "half", sorted(HALF)), HALF),
        Kind("other half", await create_key(database_url, "other half", sorted(EVERY - HALF)), EVERY - HALF),
        Kind("expired", await create_key(database_url, "expired", sorted(EVERY)), EVERY, good=False),
        Kind("revoked", await create_key(database_url, "revoked", sorted(EVERY)), EVERY, good=False),
    ]
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("UPDATE api_key SET expires_at = now() - interval '1 second' WHERE name = 'expired'")
        await connection.execute("UPDATE api_key SET revoked_at = now() WHERE name = 'revoked'")
    return kinds


def test_the_document_says_of_every_operation_who_may_call_it(every_operation: list[Operation]) -> None:
    assert len(every_operation) > 300
    assert {str(one) for one in every_operation if one.public} == PUBLIC


async def test_the_gateway_turns_away_whom_the_document_does_not_let_in(
    gate: Gateway, turned_away: list[Kind], every_operation: list[Operation]
) -> None:
    asked, wrong = 0, []
    for kind in turned_away:
        client = gate.as_(kind.credential)
        for operation in every_operation:
            if expected(operation, kind) is None:
                continue
            asked += 1
            reply = await client.request(operation.method, operation.address)
            if not as_expected(operation, kind, reply):
                wrong.append((str(operation), kind.name, reply.status_code))
    assert wrong == []
    assert asked > 3 * len(every_operation)


@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_asks_for_the_scopes_itself(name: str, signer: Signer) -> None:
    async def keys() -> Any:
        return signer.public

    settings = Settings(database_url="postgresql://nobody@nowhere/none")
    app = build_app(service(f"services.{name}"), settings, authenticate=TokenAuthenticator(keys))
    wrong: list[tuple[str, str, int]] = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        for operation in operations(document(f"services.{name}")):
            lacking = EVERY - operation.scopes
            for kind in (
                Kind("nobody", None),
                Kind("staff", signer.staff(*lacking), lacking),
                Kind("partner", signer.partner(uuid4(), *lacking), lacking),
            ):
                if expected(operation, kind) is None:
                    continue
                reply = await client.request(operation.method, operation.address, headers=kind.headers)
                if not as_expected(operation, kind, reply):
                    wrong.append((str(operation), kind.name, reply.status_code))
    assert wrong == []
