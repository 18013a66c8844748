"""Calls to other services: one factory, a deadline on every call, one layer of retries, a circuit breaker.

The deadline of the request that is being served travels along in `X-Deadline` (milliseconds left), so a chain of calls
never works on after its caller has given up.
"""

import asyncio
import functools
import ssl
import time
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from typing import Any, Final, TypeVar
from uuid import UUID

import httpx
import stamina
import structlog
from aiohttp import ClientSession, ClientTimeout, TCPConnector
from httpx_aiohttp import AiohttpTransport
from pydantic import BaseModel, ValidationError

from services.kit.errors import BadGateway, GatewayTimeout, NotFound, Problem, Unavailable
from services.kit.lasting import Lasting

DEADLINE_HEADER = "x-deadline"
DEFAULT_DEADLINE = 1.5
"""Seconds one call may take, its retries included."""

_USERS_WITHIN: Final = 0.5
"""Seconds that a write waits for the gateway to say whom it knows."""
_ACTS_SECONDS: Final = 3.0
"""How long a service acts for somebody without asking again whether they may still call."""

deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
"""`time.monotonic()` at which the request being served is given up."""

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)

Reply = TypeVar("Reply", bound=BaseModel)

log = structlog.get_logger(__name__)


class MayNotCall(Exception):
    """Whom a service acts for may not call any more: disabled, revoked, expired."""


def seconds_left(own: float = DEFAULT_DEADLINE) -> float:
    """How long a call may take: its own limit, or what the request being served has left."""
    ends = deadline.get()
    return own if ends is None else max(0.05, min(own, ends - time.monotonic()))


@functools.cache
def trusted() -> ssl.SSLContext:
    """The authorities whose certificates count; reading them takes 30 ms, so once a process."""
    return httpx.create_ssl_context()


def new_client(base_url: str, *, connections: int = 50) -> httpx.AsyncClient:
    """An HTTP client with a pool and without defaults that wait for ever."""
    return httpx.AsyncClient(
        base_url=base_url,
        timeout=httpx.Timeout(DEFAULT_DEADLINE, connect=0.5, pool=0.5),
        transport=AiohttpTransport(
            verify=trusted(),
            client=lambda: ClientSession(
                connector=TCPConnector(limit=connections, keepalive_timeout=30),
                timeout=ClientTimeout(total=None),
                auto_decompress=True,
            ),
        ),
        follow_redirects=False,
    )


class CircuitBreaker:
    """Stops asking a callee after `threshold` failures in a row, for `rest` seconds; then one call tries."""

    def __init__(self, threshold: int = 5, rest: float = 3.0) -> None:
        self._threshold = threshold
        self._rest = rest
        self._failures = 0
        self._opened_at = float("-inf")

    @property
    def open(self) -> bool:
        """Whether the last calls failed, so many in a row."""
        return self._failures >= self._threshold

    def check(self, name: str) -> None:
        """Raise while the circuit is open."""
        if self.open:
            if time.monotonic() - self._opened_at < self._rest:
                raise Unavailable(f"{name} does not answer.", retry_after=round(self._rest))
            self._opened_at = time.monotonic()

    def record(self, *, ok: bool) -> None:
        """Tell how a call went."""
        if ok:
            self._failures = 0
            return
        self._failures += 1
        if self._failures >= self._threshold:
            self._opened_at = time.monotonic()


class Peer:
    """Another service. Subclasses in `services.clients` give each question a name and a type."""

    def __init__(self, name: str, base_url: str, authorise: "Authorise") -> None:
        self.name = name
        self._http = new_client(base_url)
        self._authorise = authorise
        self._breaker = CircuitBreaker()

    async def close(self) -> None:
        """Close the pool."""
        await self._http.aclose()

    async def get(
        self,
        path: str,
        reply: type[Reply],
        *,
        on_behalf_of: str | None = None,
        acting_for: str | None = None,
        **params: Any,
    ) -> Reply:
        """Ask. Safe to repeat, so it is tried up to three times within the deadline.

        `on_behalf_of` is the originating caller's token; `acting_for` their subject, where it has ended.
        """
        ends = time.monotonic() + seconds_left()
        async for attempt in stamina.retry_context(
            on=self._worth_repeating,
            attempts=3,
            timeout=seconds_left(),
            wait_initial=0.05,
            wait_max=0.4,
            wait_jitter=0.1,
        ):
            with attempt:
                left = max(0.05, ends - time.monotonic())
                response = await self._send(
                    "GET", path, params=params, on_behalf_of=on_behalf_of, acting_for=acting_for, within=left
                )
        try:
            return reply.model_validate_json(response.content)
        except ValidationError as error:
            log.error("peer_not_understood", peer=self.name, path=path, reasons=[e["type"] for e in error.errors()][:5])
            raise BadGateway(f"{self.name} gave an answer that makes no sense.") from None

    def _worth_repeating(self, error: Exception) -> bool:
        return isinstance(error, (Unavailable, GatewayTimeout)) and not self._breaker.open

    async def post(
        self, path: str, body: BaseModel | str, *, on_behalf_of: str | None = None, within: float = 5.0
    ) -> httpx.Response:
        """Tell, what may be JSON already. Tried once; who calls repeats it when it is safe."""
        content = body if isinstance(body, str) else body.model_dump_json()
        return await self._send("POST", path, content=content, on_behalf_of=on_behalf_of, within=within)

    async def tell(
        self,
        method: str,
        path: str,
        content: str | None,
        *,
        headers: Mapping[str, str],
        acting_for: str,
        within: float = 5.0,
    ) -> httpx.Response:
        """Have something changed for somebody, in a way that may be said again. A refusal (4xx) is an answer, too.

        Raises `MayNotCall` when they may not have it done any more.
        """
        return await self._send(
            method, path, content=content, more=headers, acting_for=acting_for, within=within, refusals=True
        )

    async def _send(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        content: str | None = None,
        on_behalf_of: str | None = None,
        acting_for: str | None = None,
        within: float = DEFAULT_DEADLINE,
        more: Mapping[str, str] | None = None,
        refusals: bool = False,
    ) -> httpx.Response:
        self._breaker.check(self.name)
        left = seconds_left(within)
        try:
            async with asyncio.timeout(left):
                headers = {DEADLINE_HEADER: str(int(left * 1000)), **(more or {})}
                headers |= await self._tokens(on_behalf_of, acting_for)
                if (rid := request_id.get()) is not None:
                    headers["X-Request-Id"] = rid
                if (parent := traceparent.get()) is not None:
                    headers["traceparent"] = parent
                if content is not None:
                    headers["Content-Type"] = "application/json"
                response = await self._http.request(method, path, params=params, content=content, headers=headers)
                if response.status_code == 401:
                    # The token was given by a clock that is not the callee's: nothing was done, and another may do.
                    self._authorise.forget()
                    headers |= await self._tokens(on_behalf_of, acting_for)
                    response = await self._http.request(method, path, params=params, content=content, headers=headers)
        except (TimeoutError, httpx.TimeoutException) as error:
            self._breaker.record(ok=False)
            raise GatewayTimeout(f"{self.name} did not answer in time.") from error
        except httpx.HTTPError as error:
            self._breaker.record(ok=False)
            raise Unavailable(f"{self.name} cannot be reached.") from error
        if response.status_code >= 500:
            self._breaker.record(ok=False)
            raise Unavailable(f"{self.name} cannot answer at the moment.")
        self._breaker.record(ok=True)
        if refusals and response.status_code != 401:
            return response
        if refusals:  # the tokens were refused, not what was asked
            raise Unavailable(f"{self.name} takes no token of this service.")
        if response.status_code == 404:
            raise NotFound()
        if response.status_code >= 300:
            log.error("peer_refused", peer=self.name, path=path, status=response.status_code)
            raise BadGateway(f"{self.name} refused the question.")
        return response

    async def _tokens(self, on_behalf_of: str | None, acting_for: str | None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {await self._authorise()}"}
        original = on_behalf_of if acting_for is None else await self._authorise.acting_for(acting_for)
        return headers | ({"X-On-Behalf-Of": original} if original else {})


class Authorise:
    """This service's own token, asked from the gateway and kept until a minute before its end."""

    def __init__(self, gateway_url: str, service: str, secret: str) -> None:
        self._http = new_client(gateway_url, connections=2)
        self._ask = {"service": service, "secret": secret}
        self._token = ""
        self._fresh = Lasting(0)
        self._one_at_a_time = asyncio.Lock()
        self._acting_for: dict[str, tuple[str, Lasting]] = {}

    async def __call__(self) -> str:
        """The token."""
        if not self._fresh.over:
            return self._token
        async with self._one_at_a_time:
            if self._fresh.over:
                await self._renew()
        return self._token

    def forget(self) -> None:
        """The token was refused: ask for another the next time."""
        self._fresh = Lasting(0)
        self._acting_for.clear()

    async def acting_for(self, subject: str) -> str:
        """A token by which this service goes on with what somebody started, once theirs has ended.

        Kept for seconds, so that who is barred is barred here as well. Raises `MayNotCall`.
        """
        token, fresh = self._acting_for.get(subject, ("", None))
        if fresh is None or fresh.over:
            token, _ = await self._asked({**self._ask, "acting_for": subject})
            self._acting_for = {of: kept for of, kept in self._acting_for.items() if not kept[1].over}
            self._acting_for[subject] = token, Lasting(_ACTS_SECONDS)
        return token

    async def _renew(self) -> None:
        self._token, lasts = await self._asked(self._ask)
        self._fresh = Lasting(max(5.0, lasts - 60.0))

    async def _asked(self, ask: Mapping[str, str]) -> tuple[str, float]:
        """A token and its seconds."""
        try:
            response = await self._http.post("/internal/tokens", json=ask)
            if response.status_code == 403 and "acting_for" in ask:
                raise MayNotCall(ask["acting_for"])
            response.raise_for_status()
            answer = response.json()
            return str(answer["token"]), float(answer["expires_in"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Unavailable("The gateway gave this service no token.") from error

    async def unknown_users(self, ids: Collection[UUID]) -> frozenset[UUID]:
        """Those of these ids that no user of the gateway has. Raises `Unavailable` when it does not say so in time."""
        asked = {**self._ask, "ids": sorted(map(str, ids))}
        try:
            async with asyncio.timeout(left := seconds_left(_USERS_WITHIN)):
                response = await self._http.post("/internal/users", json=asked, timeout=left)
            response.raise_for_status()
            return frozenset(UUID(id) for id in response.json()["unknown"])
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise Unavailable("The gateway did not say which users there are.") from error

    async def keys(self) -> Any:
        """The gateway's public keys: a JWKS."""
        try:
            response = await self._http.get("/.well-known/jwks.json", timeout=2.0)
            response.raise_for_status()
            return response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable("The gateway's keys cannot be read.") from error

    async def close(self) -> None:
        """Close the pool."""
        await self._http.aclose()


__all__ = [
    "Authorise",
    "CircuitBreaker",
    "MayNotCall",
    "Peer",
    "Problem",
    "deadline",
    "new_client",
    "request_id",
    "seconds_left",
    "traceparent",
]
