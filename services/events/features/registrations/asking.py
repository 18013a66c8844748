"""What members is asked before a registration's transaction opens: never a remote call while a lock is held."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy import ARRAY, Date, Uuid, any_, bindparam, cast, or_, select

from services.clients.members import MembersClient
from services.contracts.members.organisation import Organisation
from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.event import EventRow
from services.events.tables.organisation_copy import OrganisationCopyRow
from services.kit.auth import ON_BEHALF_OF, Caller
from services.kit.errors import BadGateway, GatewayTimeout, NotFound, Unavailable
from services.kit.http import deadline, seconds_left
from services.kit.policy import Prepare
from services.kit.runtime import Runtime, runtime_of
from services.kit.statement import Statement

DOWN = (Unavailable, GatewayTimeout, BadGateway)
"""Members cannot answer now, and may later."""
_AT_ONCE = 8

_IDS = bindparam("ids", type_=ARRAY(Uuid()))
_DAYS = Statement.of(
    select(AdmissionTypeRow.id, cast(EventRow.starts_local, Date))
    .join(EventRow, EventRow.id == AdmissionTypeRow.event_id)
    .where(
        AdmissionTypeRow.id == any_(_IDS),
        or_(AdmissionTypeRow.member_price.is_not(None), AdmissionTypeRow.eligibility == "members"),
    )
)
"""Admission types whose terms depend on being a member, and the day it is asked for."""
_COPIED = Statement.of(
    select(OrganisationCopyRow.id).where(OrganisationCopyRow.id == any_(_IDS), OrganisationCopyRow.status != "unknown")
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What members answered. A question that is not here was not answered."""

    member: dict[tuple[UUID, date], bool] = field(default_factory=dict)
    """Whether an organisation is a member on a day."""
    copied: frozenset[UUID] = frozenset()
    """Organisations that have a copy here."""
    organisations: dict[UUID, Organisation | None] = field(default_factory=dict)
    """The others, as members has them; None: members knows none."""


def asking(*, within: float) -> Prepare:
    """A route's `prepare`: asks for whoever the body names, for at most so many seconds."""

    async def prepare(request: Request, caller: Caller) -> Answers:
        pairs = set(_named(await _given(request), caller))
        token = request.headers.get(ON_BEHALF_OF) or request.headers.get("authorization", "").partition(" ")[2]
        return await _ask(runtime_of(request), pairs, token, within) if pairs else Answers()

    return prepare


async def _given(request: Request) -> Any:
    return await request.json() if await request.body() else None


def _named(given: Any, caller: Caller) -> Iterable[tuple[UUID, UUID]]:
    """Admission type and organisation of each registration in a body. What is malformed, FastAPI refuses later."""
    items = given.get("items", [given]) if isinstance(given, dict) else []
    for item in items[:1000] if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        organisation_id = caller.organisation_id if caller.kind == "partner" else _uuid(item.get("organisation_id"))
        admission_type_id = _uuid(item.get("admission_type_id"))
        if organisation_id is not None and admission_type_id is not None:
            yield admission_type_id, organisation_id


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


async def _ask(runtime: Runtime, pairs: set[tuple[UUID, UUID]], token: str, within: float) -> Answers:
    organisations = {organisation_id for _, organisation_id in pairs}
    days: Mapping[UUID, date] = dict(
        await runtime.read(_DAYS.sql, _DAYS.arguments({"ids": [admission_type_id for admission_type_id, _ in pairs]}))
    )
    found = await runtime.read(_COPIED.sql, _COPIED.arguments({"ids": list(organisations)}))
    copied = frozenset(id for (id,) in found)
    questions = {(organisation_id, days[type_id]) for type_id, organisation_id in pairs if type_id in days}
    members, answers, at_once = runtime.peer(MembersClient), Answers(copied=copied), asyncio.Semaphore(_AT_ONCE)

    async def standing(organisation_id: UUID, on: date) -> None:
        async with at_once:
            with contextlib.suppress(*DOWN):
                answers.member[organisation_id, on] = await is_member(members, organisation_id, on, on_behalf_of=token)

    async def organisation(id: UUID) -> None:
        async with at_once:
            with contextlib.suppress(*DOWN):
                try:
                    answers.organisations[id] = await members.organisation(id, token)
                except NotFound:
                    answers.organisations[id] = None

    asked = [*(organisation(id) for id in organisations - copied), *(standing(id, on) for id, on in questions)]
    # What is not answered in time is confirmed later. Each call ends by itself a little before all of them are ended:
    # only a call that has ended counts with the circuit breaker.
    outer = deadline.set(time.monotonic() + seconds_left(within))
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within + 0.1):
                await asyncio.gather(*asked)
    finally:
        deadline.reset(outer)
    return answers


@asynccontextmanager
async def in_turn(request: Request) -> AsyncIterator[None]:
    """A route's `turn`: those who want the same admission type come one after the other."""
    given = await _given(request)
    wanted = _uuid(given.get("admission_type_id")) if isinstance(given, dict) else None
    if wanted is None:
        yield
        return
    async with runtime_of(request).turns.of(wanted):
        yield


async def is_member(
    members: MembersClient, organisation_id: UUID, on: date, *, on_behalf_of: str | None = None
) -> bool:
    """Whether an organisation is a member on a day; one that members does not know is none."""
    try:
        return (await members.standing(organisation_id, on, on_behalf_of=on_behalf_of)).member
    except NotFound:
        return False
