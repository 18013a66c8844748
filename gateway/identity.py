"""Who calls: API keys and staff access tokens, looked up once and kept for seconds.

An answer is kept for at most three seconds from the moment its look-up began, in every process, so a revoked key, an
ended session, a disabled user or a changed role holds everywhere within five. Bad credentials are kept apart from good
ones, so that guessing cannot push good ones out.
"""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

import psycopg
import structlog

from gateway.keys import secret
from gateway.tokens import INTERNAL_SECONDS, RENEWED_BEFORE_END, Signer
from services.contracts.scopes import SCOPES
from services.kit.auth import Caller
from services.kit.db import Database
from services.kit.errors import Unauthenticated, Unavailable
from services.kit.lasting import Lasting

KEPT_SECONDS: Final = 3.0
_RENEWED_AFTER: Final = 1.5
_LOOK_UP_SECONDS: Final = 1.5
_KEPT: Final = 20_000
_LONGEST: Final = 4_096

_KEY = """
SELECT k.id, k.name, k.scopes, k.organisation_id, k.country, least(k.expires_at, s.expires_at) AS ends_at
FROM api_key_secret s JOIN api_key k ON k.id = s.api_key_id
WHERE s.hash = $1 AND k.revoked_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > now()) AND (s.expires_at IS NULL OR s.expires_at > now())
"""

_HELD_BY_USER = """
SELECT u.name, ARRAY(SELECT DISTINCT unnest(r.scopes) FROM role r WHERE r.name = ANY (u.roles)),
       EXISTS (SELECT FROM role r WHERE r.name = ANY (u.roles) AND r.fixed), u.country
"""
_SESSION = f"""
{_HELD_BY_USER} FROM session s JOIN user_account u ON u.id = s.user_id
WHERE s.id = $1 AND u.id = $2 AND s.revoked_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL
"""
_USER = f"{_HELD_BY_USER} FROM user_account u WHERE u.id = $1 AND u.disabled_at IS NULL"
_KEY_BY_ID = """
SELECT k.id, k.name, k.scopes, k.organisation_id, k.country FROM api_key k
WHERE k.id = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
"""

log = structlog.get_logger(__name__)


class Principal:
    """A caller the gateway knows, with the internal token that stands for it towards the services."""

    __slots__ = ("_bearer", "_bearer_fresh", "_signer", "caller", "ends_at", "limit_key", "session_id")

    def __init__(
        self, caller: Caller, signer: Signer, *, session_id: UUID | None = None, ends_at: float = float("inf")
    ) -> None:
        self.caller = caller
        self.session_id = session_id
        self.ends_at = ends_at
        """When the credential ends by itself, in seconds since 1970."""
        self.limit_key = caller.subject
        self._signer = signer
        self._bearer = b""
        self._bearer_fresh = Lasting(0)

    def bearer(self) -> bytes:
        """The `Authorization` value for the services; one token is reused until it is near its end."""
        if self._bearer_fresh.over:
            self._bearer = b"Bearer " + self._signer.internal_token(self.caller).encode()
            self._bearer_fresh = Lasting(INTERNAL_SECONDS - RENEWED_BEFORE_END)
        return self._bearer

    def another_bearer(self) -> bytes:
        """The same with a token signed now, whatever the last one's age."""
        self._bearer_fresh = Lasting(0)
        return self.bearer()


@dataclass(slots=True)
class _Kept:
    principal: Principal
    fresh_until: float
    renew_at: float
    ends_at: float
    look_up: Callable[[], Awaitable[Principal | None]]
    renewing: bool = False


class Identity:
    """Finds the principal behind a credential."""

    def __init__(self, database: Database, signer: Signer, *, office_country: str = "CN") -> None:
        self._office_country = office_country
        self._database = database
        self._signer = signer
        self._known: dict[bytes, _Kept] = {}
        self._refused: dict[bytes, float] = {}
        self._running: dict[bytes, asyncio.Task[Principal | None]] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._used: dict[UUID, float] = {}

    def known(self, credential: bytes) -> Principal | None:
        """The principal, when it was looked up moments ago; no waiting."""
        digest = hashlib.sha256(credential).digest()
        kept = self._known.get(digest)
        if kept is None:
            return None
        now = time.monotonic()
        if now >= kept.fresh_until or time.time() >= kept.ends_at:
            return None
        if now >= kept.renew_at and not kept.renewing:
            kept.renewing = True
            task = asyncio.ensure_future(self._renew(digest))
            self._background.add(task)
            task.add_done_callback(self._background.discard)
        return kept.principal

    async def find(self, credential: bytes) -> Principal:
        """The principal behind a credential. Raises `Unauthenticated`, or `Unavailable` when it cannot be told."""
        if len(credential) > _LONGEST:
            raise Unauthenticated("The credential is not one of ours.")
        digest = hashlib.sha256(credential).digest()
        if self._refused.get(digest, 0.0) > time.monotonic():
            raise Unauthenticated("The credential is not valid, has expired or was revoked.")
        kept = self._known.get(digest)
        if kept is None:
            look_up, ends_at = self._reader(credential)
        else:
            look_up, ends_at = kept.look_up, kept.ends_at
            if ends_at <= time.time():
                self._known.pop(digest, None)
                raise Unauthenticated("The credential has expired.")
        principal = await self._one_look_up(digest, look_up, ends_at)
        if principal is None:
            raise Unauthenticated("The credential is not valid, has expired or was revoked.")
        return principal

    async def forget(self, subject: str) -> None:
        """Drop what this process keeps about a caller; other processes learn within seconds by themselves."""
        for digest in [d for d, kept in self._known.items() if kept.principal.caller.subject == subject]:
            del self._known[digest]

    def take_used(self) -> dict[UUID, datetime]:
        """The keys used since the last call, with when; for writing `last_used_at` in batches."""
        used, self._used = self._used, {}
        return {key_id: datetime.fromtimestamp(at, UTC) for key_id, at in used.items()}

    def put_back_used(self, used: Mapping[UUID, datetime]) -> None:
        """What was taken could not be stored: it is given again next time, unless a key was used since."""
        self._used = {key_id: at.timestamp() for key_id, at in used.items()} | self._used

    def _reader(self, credential: bytes) -> tuple[Callable[[], Awaitable[Principal | None]], float]:
        """How to look this credential up, and when it ends by itself. Rejects what cannot be ours without asking."""
        try:
            text = credential.decode("ascii")
        except UnicodeDecodeError as error:
            raise Unauthenticated("The credential is not one of ours.") from error
        if text.startswith(secret.PREFIX):
            if not secret.well_formed(text):
                raise Unauthenticated("The API key is mistyped or cut off.")
            key_hash = secret.hashed(text)
            return lambda: self._key(key_hash), float("inf")
        claims = self._signer.read_access_token(text)
        return lambda: self._session(claims.session_id, claims.user_id), claims.expires_at

    async def _one_look_up(
        self, digest: bytes, look_up: Callable[[], Awaitable[Principal | None]], ends_at: float
    ) -> Principal | None:
        task = self._running.get(digest)
        if task is None:
            task = asyncio.ensure_future(self._look_up(digest, look_up, ends_at))
            self._running[digest] = task
            task.add_done_callback(lambda _: self._running.pop(digest, None))
        # Shielded: one caller that hangs up must not take the answer from the others that wait for it.
        return await asyncio.shield(task)

    async def _look_up(
        self, digest: bytes, look_up: Callable[[], Awaitable[Principal | None]], ends_at: float
    ) -> Principal | None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                principal = await look_up()
        except (psycopg.Error, TimeoutError) as error:
            log.warning("credential_not_looked_up", error=type(error).__name__)
            raise Unavailable("Credentials cannot be checked at the moment.") from error
        if principal is None:
            self._known.pop(digest, None)
            self._keep(self._refused, digest, began + KEPT_SECONDS)
            return None
        earlier = self._known.pop(digest, None)
        if earlier is not None and earlier.principal.caller == principal.caller:
            # Keeps the internal token that was signed for it.
            earlier.principal.ends_at = principal.ends_at
            principal = earlier.principal
        ends_at = min(ends_at, principal.ends_at)
        until = min(began + KEPT_SECONDS, began + max(0.0, ends_at - time.time()))
        self._keep(self._known, digest, _Kept(principal, until, began + _RENEWED_AFTER, ends_at, look_up))
        return principal

    async def _renew(self, digest: bytes) -> None:
        """Look up again before the answer is too old, so that no request of a busy caller waits for it."""
        kept = self._known.get(digest)
        if kept is None or kept.ends_at <= time.time():
            return
        try:
            with contextlib.suppress(Unavailable):  # told by the look-up
                await self._one_look_up(digest, kept.look_up, kept.ends_at)
        finally:
            kept.renewing = False  # if it failed, the next request tries again, until the answer is too old to be used

    def _keep(self, store: dict[bytes, Any], digest: bytes, value: Any) -> None:
        if len(store) >= _KEPT:
            del store[next(iter(store))]
        store[digest] = value

    async def _key(self, key_hash: bytes) -> Principal | None:
        async with self._database.reads.connection() as connection:
            row = await (await connection.execute(_KEY, (key_hash,))).fetchone()
        if row is None:
            return None
        *told, ends_at = row
        self._used[told[0]] = time.time()
        return Principal(self._of_key(*told), self._signer, ends_at=ends_at.timestamp() if ends_at else float("inf"))

    async def _session(self, session_id: UUID, user_id: UUID) -> Principal | None:
        async with self._database.reads.connection() as connection:
            row = await (await connection.execute(_SESSION, (session_id, user_id))).fetchone()
        if row is None:
            return None
        return Principal(self._of_user(user_id, *row), self._signer, session_id=session_id)

    async def holder(self, subject: str) -> Caller | None:
        """Who a subject is now, with what they may do now; None when they may not call any more."""
        kind, _, id = subject.partition(":")
        statement = {"user": _USER, "key": _KEY_BY_ID}.get(kind)
        try:
            known = UUID(id)
        except ValueError:
            return None
        if statement is None:
            return None
        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS), self._database.reads.connection() as connection:
                row = await (await connection.execute(statement, (known,))).fetchone()
        except TimeoutError as error:
            raise Unavailable("Who that is cannot be looked up at the moment.") from error
        if row is None:
            return None
        return self._of_user(known, *row) if kind == "user" else self._of_key(*row)

    def _of_key(
        self, id: UUID, name: str, scopes: Sequence[str], organisation_id: UUID | None, country: str | None
    ) -> Caller:
        # A key without an organisation is the alliance's own program, and sees what its scopes allow, as staff do.
        kind: Literal["staff", "partner"] = "staff" if organisation_id is None else "partner"
        abroad = self._is_abroad(country)
        return Caller(f"key:{id}", kind, frozenset(scopes), organisation_id, name, abroad=abroad)

    def _of_user(self, id: UUID, name: str, scopes: Sequence[str], everything: bool, country: str | None) -> Caller:
        held = frozenset(SCOPES) if everything else frozenset(scopes)
        return Caller(f"user:{id}", "staff", held, None, name, abroad=self._is_abroad(country))

    def _is_abroad(self, country: str | None) -> bool:
        return country is not None and country != self._office_country
