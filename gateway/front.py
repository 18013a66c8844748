"""The gateway's front: a bare ASGI application, because every request to every service pays for it.

Order: head → ambiguous or credential-bearing address refused → CORS preflight → credential → rate limit → scope of the
route → on to the service, or to the gateway's own application with the same caller.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog

from gateway import headers as rules
from gateway.admission import READS, WRITES, Gate, Overloaded
from gateway.exchange import Exchange, Headers, Policy, Scope
from gateway.identity import Identity, Principal
from gateway.limiting import Limiter
from gateway.operations import Operation, Operations
from gateway.peers import Peers
from gateway.proxy import Outgoing, Proxy, Send
from gateway.reply import Reply
from gateway.settings import GatewaySettings
from gateway.table import COMPOSED_SECONDS, composed, deadline_of, service_of
from gateway.watch import ClientGone, Receive, Watch
from services.kit.auth import ANONYMOUS
from services.kit.errors import (
    MEDIA_TYPE,
    BadRequest,
    ContentTooLarge,
    Forbidden,
    InternalError,
    NotFound,
    Problem,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)

App = Callable[[Scope, Receive, Send], Awaitable[None]]
Observe = Callable[[Exchange, float], None]

_METRICS: Final = "/metrics"
_UNLIMITED: Final = frozenset(
    {"/livez", "/readyz", _METRICS, "/internal/tokens", "/internal/users", "/.well-known/jwks.json"}
)
_OWN_AT_ONCE: Final = 16
"""Requests that the gateway answers itself."""
_COMPOSED_AT_ONCE: Final = 6
"""Answers that are put together from all services: each is four or five reads, and much work here."""
_SIGN_IN: Final = "/v1/sessions"
_FROM_BROWSERS: Final = (
    b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Prefer, Purpose, Range, "
    b"X-Request-Id, traceparent"
)

log = structlog.get_logger(__name__)


class CredentialInAddress(BadRequest):
    """A credential must not stand in the address.

    Addresses end up in logs and histories. Send it as `Authorization: Bearer …`, and replace this credential:
    treat it as leaked.
    """

    status = 400


class Front:
    """Everything that reaches the gateway comes through here."""

    def __init__(
        self,
        own: App,
        *,
        settings: GatewaySettings,
        proxy: Proxy,
        identity: Identity,
        limiter: Limiter,
        operations: Callable[[], Operations],
        unread: Callable[[], Collection[str]],
        observe: Observe,
    ) -> None:
        self.own = own
        self._settings = settings
        self.proxy = proxy
        self._identity = identity
        self._limiter = limiter
        self._operations = operations
        self._unread = unread
        self._observe = observe
        self.policy = Policy(public_url=settings.public_url, origins=settings.origins)
        self._peers = Peers(settings.trusted_networks)
        self._composing, self._own_gate = Gate(_COMPOSED_AT_ONCE, READS), Gate(_OWN_AT_ONCE, WRITES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event."""
        if scope["type"] == "lifespan":
            await self.own(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        exchange = Exchange(scope, self.policy, time.perf_counter())
        reply = Reply(exchange, send)
        try:
            await self._serve(exchange, receive, reply)
        except Problem as problem:
            await self._refuse(exchange, reply, problem)
        except ClientGone:
            exchange.status = 499
        except ConnectionError as error:
            # The head is out. Returning without an end makes the server cut the connection: no part passes for all.
            exchange.status = 599
            log.warning("answer_broke_off", service=exchange.service, route=exchange.route, reason=str(error))
        except Exception as error:
            log.error("request_failed", route=exchange.route, request_id=exchange.request_id, exc_info=error)
            await self._refuse(exchange, reply, InternalError())
        finally:
            self._observe(exchange, time.perf_counter() - exchange.began)

    def is_crowded(self, method: str, target: bytes) -> bool:
        """Whether a request to this address would be sent away, because too many wait for the same. Asked before
        anything is made of the request: most of what refusing costs is finding the caller and making an exchange."""
        path = target.partition(b"?")[0].decode("latin-1")
        service = service_of(path)
        if service is None or not (upstream := self.proxy.upstreams[service]).has_lines:
            return False
        gate = upstream.gate(method, deadline_of(method, path), large=False)
        return gate.is_full(_line_of(method, self._operations().find(method, path)))

    async def _serve(self, exchange: Exchange, receive: Receive, reply: Reply) -> None:
        self._check_address(exchange)
        if exchange.preflight and exchange.origin is not None:
            await self._preflight(exchange, reply)
            return
        if exchange.path == _METRICS and not self._peers.may_scrape(exchange):
            raise NotFound
        service = service_of(exchange.path)
        principal = await self._admit(exchange)
        if service is None:
            scope = exchange.scope
            state = scope.setdefault("state", {})
            state["front_caller"] = exchange.caller or ANONYMOUS
            state["front_principal"] = principal
            state["front_address"] = self._peers.address(exchange)
            if composed(exchange.path):
                await self._compose(exchange, receive, reply)
            else:
                await self._answer_here(exchange, receive, reply)
            return
        exchange.service = service
        operation = self._operations().find(exchange.method, exchange.path)
        exchange.route = operation.template if operation is not None else ""
        if operation is None and principal is None and service in self._unread():
            # It may be public. A calendar that is told 401 drops its subscription; told to wait, it comes back.
            raise Unavailable(f"{service.capitalize()} cannot be reached yet.")
        _require(operation, principal)
        await self._forward(exchange, principal, receive, reply, _line_of(exchange.method, operation))

    async def _answer_here(self, exchange: Exchange, receive: Receive, reply: Reply) -> None:
        """Hand over to the gateway's own application, as many at once as it can work on."""
        path, scope = exchange.path, {**exchange.scope, "headers": exchange.for_own()}
        if path in _UNLIMITED:
            exchange.handed_over = True
            await self.own(scope, receive, reply.pass_on)
            return
        # People who sign in, which is slow on purpose, keep nobody else waiting.
        operation = "sign-in" if path == _SIGN_IN else ""
        async with _place(self._own_gate, operation):
            exchange.handed_over = True
            await self.own(scope, receive, reply.pass_on)

    async def _compose(self, exchange: Exchange, receive: Receive, reply: Reply) -> None:
        """Hand over what is put together from services' answers. They are asked within one deadline, and no longer
        than somebody waits for it."""
        path = exchange.path
        watch = Watch(receive, body_read=not exchange.has_body)

        async def pass_on(message: MutableMapping[str, Any]) -> None:
            await reply.pass_on(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                watch.close()  # as in `proxy`: before the server's word that all is sent can pass for a leaving

        with watch.watching(lambda _: ClientGone()):
            async with _place(self._composing, path[path.rfind("/") + 1 :]):
                exchange.handed_over = True
                headers = exchange.for_own(int(COMPOSED_SECONDS * 1000))
                await self.own({**exchange.scope, "headers": headers}, receive, pass_on)

    def _check_address(self, exchange: Exchange) -> None:
        scope = exchange.scope
        query = scope["query_string"]
        if query and rules.credential_in_query(query):
            raise CredentialInAddress
        path = exchange.path
        if "alc_live_" in path or scope.get("state", {}).get("userinfo"):
            exchange.path = "/"  # neither echoed nor logged
            raise CredentialInAddress
        if path.startswith("/v1/") and rules.ambiguous(path, scope["raw_path"]):
            raise NotFound("The address is not in its plain form.")

    async def _admit(self, exchange: Exchange) -> Principal | None:
        """The caller behind the credential, within the limits. No credential: None."""
        settings, limiter = self._settings, self._limiter
        principal: Principal | None = None
        if exchange.authorization:
            credential = _bearer(exchange.authorization)
            principal = self._identity.known(credential)
            if principal is None:
                principal = await self._find(credential, exchange)
            exchange.caller = principal.caller
            key, limit = principal.limit_key, settings.per_caller
        elif exchange.path in _UNLIMITED:
            return None
        else:
            key, limit = f"address:{self._peers.address(exchange)}", settings.per_address
        local = limiter.local
        standing = local.hit(key, limit) if local is not None else await limiter.hit(key, limit)
        exchange.standing = standing
        if standing.exceeded:
            raise TooManyRequests(retry_after=standing.reset)
        return principal

    async def _find(self, credential: bytes, exchange: Exchange) -> Principal:
        key, limit = f"failures:{self._peers.address(exchange)}", self._settings.failures_per_address
        before = await self._limiter.hit(key, limit, 0)
        if before.exceeded:
            exchange.standing = before
            raise TooManyRequests("Too many bad credentials came from this address.", retry_after=before.reset)
        try:
            return await self._identity.find(credential)
        except Unauthenticated:
            await self._limiter.hit(key, limit)
            raise

    async def _forward(
        self, exchange: Exchange, principal: Principal | None, receive: Receive, reply: Reply, line: str
    ) -> None:
        settings = self._settings
        length = exchange.content_length
        if length is not None and len(length) > 4 and int(length) > settings.max_upload_bytes:
            raise ContentTooLarge(f"At most {settings.max_upload_bytes} bytes are taken.")
        deadline = deadline_of(exchange.method, exchange.path)
        scope = exchange.scope
        target: bytes = scope["raw_path"]
        if scope["query_string"]:
            target += b"?" + scope["query_string"]
        out = Outgoing(
            method=exchange.method,
            target=target,
            headers=exchange.for_service(
                principal.bearer() if principal is not None else None, int(deadline.busy * 1000)
            ),
            has_body=exchange.has_body,
            chunked=exchange.chunked,
            length=int(length) if length is not None and not exchange.chunked else 0,
            operation=line,
            deadline=deadline,
            max_body=settings.max_upload_bytes,
            receive=receive,
            send=reply.send,
            head=reply.head,
            renew=principal.another_bearer if principal is not None else None,
        )
        await self.proxy.carry(self.proxy.upstreams[exchange.service], out)

    async def _preflight(self, exchange: Exchange, reply: Reply) -> None:
        """Answer a browser's question before its request (Fetch standard); to other origins nothing is allowed."""
        headers = exchange.answer([])
        if exchange.origin is not None and self.policy.allows(exchange.origin):
            headers += [
                (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
                (b"access-control-allow-headers", _FROM_BROWSERS),
                (b"access-control-max-age", b"600"),
            ]
        await reply.send({"type": "http.response.start", "status": 204, "headers": headers})
        await reply.send({"type": "http.response.body", "body": b"", "more_body": False})
        exchange.status = 204

    async def _refuse(self, exchange: Exchange, reply: Reply, problem: Problem) -> None:
        if reply.started:
            exchange.status = 599
            return
        exchange.sent_away = isinstance(problem, (Overloaded, TooManyRequests))
        body = problem.body(self.policy.public_url, exchange.path, exchange.request_id)
        headers: Headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            *[(name.lower().encode(), value.encode()) for name, value in problem.headers.items()],
        ]
        await reply.whole(problem.status, headers, body, close=exchange.leaves_much_unread or problem.status == 408)


@asynccontextmanager
async def _place(gate: Gate, operation: str) -> AsyncIterator[None]:
    """A place among those that are answered here, for as long as it takes. `Overloaded` when there is none in time."""
    if not gate.enter_now(operation):
        try:
            async with asyncio.timeout(gate.patience.longest):
                await gate.enter(operation)
        except TimeoutError as error:
            raise Overloaded(retry_after=2) from error
    began = time.perf_counter()
    try:
        yield
    finally:
        gate.leave(operation, time.perf_counter() - began)


def _bearer(authorization: list[bytes]) -> bytes:
    if len(authorization) > 1:
        raise BadRequest("There are several Authorization headers.")
    scheme, _, credential = authorization[0].partition(b" ")
    credential = credential.strip()
    if scheme.lower() != b"bearer" or not credential:
        raise Unauthenticated("Send the credential as `Authorization: Bearer …`.")
    return credential


def _line_of(method: str, operation: Operation | None) -> str:
    """The line in which a request waits for its turn; those whose operation is not known share one."""
    return "" if operation is None else f"{method} {operation.template}"


def _require(operation: Operation | None, principal: Principal | None) -> None:
    """The route's scope, checked here as well as in the service."""
    if principal is None:
        if operation is None or not operation.public:
            raise Unauthenticated
    elif operation is not None and not operation.scopes <= principal.caller.scopes:
        missing = ", ".join(sorted(operation.scopes - principal.caller.scopes))
        raise Forbidden(f"This needs the scope {missing}.")
