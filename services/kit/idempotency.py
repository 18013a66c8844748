"""Idempotency-Key: a repeated POST answers with the first one's bytes and does nothing twice.

The record is written in the transaction of the effect, so either both exist or neither does. While the first request
runs, an advisory lock makes the second answer 409 instead of waiting.
"""

import hashlib
import json
import re
from datetime import timedelta
from functools import cache

from sqlalchemy import BigInteger, ColumnElement, LargeBinary, SmallInteger, Text, and_, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from starlette.requests import Request
from starlette.responses import Response

from services.kit.auth import Caller
from services.kit.db import Base, Moment, now
from services.kit.errors import BadRequest, IdempotencyKeyReused, RequestInProgress
from services.kit.form import fingerprint_of
from services.kit.statement import Statement, connection_of, fetch_within

HEADER = "idempotency-key"
KEPT = timedelta(hours=72)
_WELL_FORMED = re.compile(r"[\x21-\x7e]{1,255}")
_REPLAYED_HEADERS = ("content-type", "etag", "location")


class IdempotencyRow(Base):
    """What a POST with a key answered."""

    __tablename__ = "idempotency"

    subject: Mapped[str] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[Moment] = mapped_column(default=now, index=True)


# Plain statements on the session's own connection: every POST pays for them, and the ORM took three times as long.
@cache
def _looking(besides: ColumnElement[bool] | None) -> Statement:
    """The lock and the look-up, and what else is to be known before a write (`Policy.creates`).

    The lock is for telling that the first use still runs. What decides is the primary key, when the answer is stored:
    the look-up may have begun before the lock was given, and so miss what was committed in between.
    """
    held = func.pg_try_advisory_xact_lock(bindparam("number", type_=BigInteger)).label("held")
    asked = select(held, (true() if besides is None else besides).label("besides")).subquery("asked")
    kept = IdempotencyRow
    found = and_(
        kept.subject == bindparam("subject", type_=Text),
        kept.route == bindparam("route", type_=Text),
        kept.key == bindparam("key", type_=Text),
        kept.at > bindparam("since", type_=kept.at.type),
    )
    columns = (asked.c.held, kept.fingerprint, kept.status, kept.headers, kept.body, asked.c.besides)
    return Statement.of(select(*columns).select_from(asked.outerjoin(kept, found)))


# A record past its time may still wait for the clean-up; this use takes its place.
_STORE = """
INSERT INTO idempotency (subject, route, key, fingerprint, status, headers, body, at)
VALUES ($1::text, $2::text, $3::text, $4::bytea, $5::smallint, $6::jsonb, $7::bytea, $8::timestamptz)
ON CONFLICT (subject, route, key) DO UPDATE SET fingerprint = excluded.fingerprint,
    status = excluded.status, headers = excluded.headers, body = excluded.body, at = excluded.at
WHERE idempotency.at <= $9::timestamptz
RETURNING true
"""


def key_of(request: Request) -> str | None:
    """The key a request names, if any. Raises `BadRequest` for a malformed one."""
    key = request.headers.get(HEADER)
    if key is not None and not _WELL_FORMED.fullmatch(key):
        raise BadRequest("Idempotency-Key must be 1 to 255 visible ASCII characters.")
    return key


class Attempt:
    """One use of a key, from before the effect until its answer is stored."""

    def __init__(self, subject: str, route: str, key: str, fingerprint: bytes) -> None:
        self._subject, self._route, self._key, self._fingerprint = subject, route, key, fingerprint
        self.told = True
        """What was asked beside the look-up."""

    @classmethod
    async def of(cls, request: Request, caller: Caller) -> "Attempt | None":
        """The attempt a request makes; None without a key. Raises `BadRequest` for a malformed key."""
        key = key_of(request)
        if key is None:
            return None
        body = await fingerprint_of(request)
        query: bytes = request.scope["query_string"]
        fingerprint = hashlib.blake2b(query + b"\0" + body, digest_size=16).digest()
        return cls(caller.subject, f"{request.method} {request.scope['path']}", key, fingerprint)

    async def earlier(self, session: AsyncSession, *, asking: ColumnElement[bool] | None = None) -> Response | None:
        """The stored answer, if the key was used before. Raises `RequestInProgress` while the first use runs and
        `IdempotencyKeyReused` when the request differs. What it is `asking` besides is `told` afterwards."""
        name = "\0".join((self._subject, self._route, self._key)).encode()
        number = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big", signed=True)
        named = {"number": number, "subject": self._subject, "route": self._route, "key": self._key}
        statement = _looking(asking)
        [found] = await fetch_within(session, statement, {**named, "since": now() - KEPT})
        held, fingerprint, status, headers, body, self.told = found
        if fingerprint is None and held:
            return None
        if fingerprint is None:
            raise RequestInProgress(retry_after=1)
        if fingerprint != self._fingerprint:
            raise IdempotencyKeyReused()
        return Response(body, status_code=status, headers={**headers, "Idempotency-Replayed": "true"})

    async def store(self, session: AsyncSession, response: Response) -> None:
        """Keep the answer, in the transaction of the effect. Raises `RequestInProgress` when another use was faster,
        and with that takes the effect back: asked again, its answer is there."""
        headers = {name: response.headers[name] for name in _REPLAYED_HEADERS if name in response.headers}
        answer = [response.status_code, json.dumps(headers), bytes(response.body)]
        at = now()
        named = [self._subject, self._route, self._key, self._fingerprint]
        stored = await (await connection_of(session)).fetch(_STORE, [*named, *answer, at, at - KEPT])
        if not stored:
            raise RequestInProgress(retry_after=1)
