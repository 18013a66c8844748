"""What other services hold of the loser, asked before the transaction begins; who does not answer is not waited for."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from starlette.requests import Request

from services.clients.events import EventsClient
from services.clients.liaison import LiaisonClient
from services.kit.auth import Caller
from services.kit.errors import Problem
from services.kit.runtime import runtime_of

_WITHIN = 2.0
"""Seconds for all questions together."""
_NEEDS = {
    "registrations": "registrations:read",
    "counterparts": "liaison:read",
    "interactions": "liaison:read",
    "contacts": "liaison:read",
}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How many records other services have; None where nobody knows."""

    counts: dict[str, int | None]


async def ask(request: Request, caller: Caller) -> Elsewhere | None:
    """A route's `prepare`."""
    asked = _asked(await request.body())
    if asked is None:
        return None
    resource, loser_id = asked
    runtime = runtime_of(request)
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    events, liaison = runtime.peer(EventsClient), runtime.peer(LiaisonClient)
    questions: dict[str, Callable[[UUID, str], Awaitable[int]]]
    if resource == "persons":
        questions = {"registrations": events.registrations_of_person, "contacts": liaison.contacts_of_person}
    else:
        questions = {
            "registrations": events.registrations_of,
            "counterparts": liaison.counterparts_of,
            "interactions": liaison.interactions_of,
        }
    counts: dict[str, int | None] = dict.fromkeys(questions)

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


def _asked(body: bytes) -> tuple[Literal["organisations", "persons"], UUID] | None:
    """What is merged, and the id of the loser."""
    try:
        given: Any = json.loads(body)
        resource, loser_id = given["resource"], UUID(given["loser_id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # what is wrong with it is said later
    return (resource, loser_id) if resource in ("organisations", "persons") else None
