"""What journeys are about: organisations that are members, keys bound to them, events they come to."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from deploy.local.postgres import Postgres
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import Var
from tests.factories.members import a_membership, a_membership_type, an_organisation
from tests.journeys.callers import Caller
from tests.wire.stack import Stack

EVENT_YEAR = [{"starts_on": "2027-01-01", "ends_on": "2027-12-31"}]
"""The term of a member on the day that events of the factories take place."""


async def an_organisation_of(office: Caller, *, terms: list[dict[str, str]] | None = None, **given: Any) -> str:
    """An organisation; a member for the terms given."""
    made = await office.made("/v1/organisations", an_organisation(**given))
    if terms is not None:
        kind = await office.made("/v1/membership-types", a_membership_type(code=f"type-{uuid4().hex[:12]}"))
        await office.made("/v1/memberships", a_membership(made["id"], kind["id"], terms=terms))
    return str(made["id"])


async def a_key(office: Caller, *scopes: str, organisation: str | None = None) -> dict[str, Any]:
    """An API key, as the gateway shows it once."""
    new = {"name": "Partner of a journey", "scopes": list(scopes), "organisation_id": organisation}
    return await office.made("/v1/api-keys", new)


async def every_scope(office: Caller) -> list[str]:
    """All scopes there are."""
    return list((await office.get("/v1/me")).json()["scopes"])


def database(stack: Stack, group: str) -> str:
    """Where a group finds its own database."""
    var = Var(stack.var)
    return Postgres(var, SecretFiles(var.secrets)).url(group)


@contextmanager
def frozen(stack: Stack, *names: str) -> Iterator[None]:
    """These processes answer nothing and lose nothing inside the block."""
    pids = [stack.pids()[name] for name in names]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
