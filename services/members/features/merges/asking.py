"""What other services hold of the loser, asked before the transaction begins; who does not answer is not waited for."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request

from services.clients.events import EventsClient
from services.clients.liaison import LiaisonClient
from services.kit.auth import Caller
from services.kit.errors import Problem
from services.kit.runtime import runtime_of

_WITHIN = 2.0
"""Seconds for all questions together."""
_NEEDS = {"registrations": "registrations:read", "counterparts": "liaison:read", "interactions": "liaison:read"}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How many records other services have; None where nobody knows."""

    counts: dict[str, int | None]


async def ask(request: Request, caller: Caller) -> Elsewhere | None:
    """A route's `prepare`. Nothing for persons: no other service knows them."""
    loser_id = _loser(await request.body())
    if loser_id is None:
        return None
    counts: dict[str, int | None] = dict.fromkeys(_NEEDS)
    runtime = runtime_of(request)
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    events, liaison = runtime.peer(EventsClient), runtime.peer(LiaisonClient)
    questions = {
        "registrations": events.registrations_of,
        "counterparts": liaison.counterparts_of,
        "interactions": liaison.interactions_of,
    }

    async def fill(name: str) -> None:
        if caller.holds(_NEEDS[name]):
            try:
                counts[name] = await questions[name](loser_id, token)
            except Problem:
                counts[name] = None

    try:
        async with asyncio.timeout(_WITHIN):
            await asyncio.gather(*map(fill, questions))
    except TimeoutError:
        pass
    return Elsewhere(counts)


def _loser(body: bytes) -> UUID | None:
    try:
        given: Any = json.loads(body)
        return UUID(given["loser_id"]) if given["resource"] == "organisations" else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # what is wrong with it is said later
