"""One request as the gateway's front sees it: the head read once, and the headers every answer gets."""

from collections.abc import MutableMapping
from typing import Any, Final

from gateway import headers as rules
from gateway.limiting import Standing
from services.kit.auth import Caller

Scope = MutableMapping[str, Any]
Headers = list[tuple[bytes, bytes]]

_SMALL_BODY: Final = 65_536
_EXPOSED: Final = (
    b"Content-Disposition, Content-Range, Dry-Run, ETag, Fields-Withheld, Idempotency-Replayed, Left-Out, Link, "
    b"Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id"
)
NOTHING_LOADED: Final = b"default-src 'none'; frame-ancestors 'none'"


class Policy:
    """What every answer says, by the settings."""

    def __init__(self, *, public_url: str, origins: frozenset[str]) -> None:
        self.public_url = public_url.rstrip("/")
        self.origins = origins
        self.always: Headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
        ]
        if self.public_url.startswith("https://"):
            self.always.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    def allows(self, origin: bytes) -> bool:
        """Whether a browser at this origin may call."""
        return "*" in self.origins or origin.decode("latin-1") in self.origins

    def cross_origin(self, origin: bytes | None) -> Headers:
        """What an answer says to a browser at this origin."""
        if origin is None or not self.origins:
            return []
        varies: Headers = [(b"vary", b"Origin")]
        if not self.allows(origin):
            return varies
        return [*varies, (b"access-control-allow-origin", origin), (b"access-control-expose-headers", _EXPOSED)]


class Exchange:
    """A request and what is known of it so far."""

    __slots__ = (
        "authorization",
        "began",
        "caller",
        "chunked",
        "content_length",
        "forwarded_for",
        "handed_over",
        "has_body",
        "method",
        "named_by_connection",
        "origin",
        "passed",
        "path",
        "policy",
        "preflight",
        "request_id",
        "route",
        "scope",
        "sent_away",
        "service",
        "standing",
        "status",
        "traceparent",
        "tracestate",
    )

    def __init__(self, scope: Scope, policy: Policy, began: float) -> None:
        self.scope = scope
        self.policy = policy
        self.began = began
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.service = "gateway"
        self.route = ""
        self.status = 0
        self.sent_away = False
        """There were too many, of this caller or of all, and nothing was done for this one."""
        self.caller: Caller | None = None
        self.standing: Standing | None = None
        self.authorization: list[bytes] = []
        self.origin: bytes | None = None
        self.preflight = False
        self.content_length: bytes | None = None
        self.forwarded_for: bytes | None = None
        self.has_body = False
        self.chunked = False
        self.handed_over = False
        self.passed: Headers = []
        self._read_head()

    def _read_head(self) -> None:
        request_id = traceparent = tracestate = connection = None
        passed = self.passed
        for name, value in self.scope["headers"]:
            if name in rules.PASSED_ON:
                passed.append((name, value))
            elif name == b"authorization":
                self.authorization.append(value)
            elif name == b"content-length":
                self.content_length = value
                self.has_body = self.has_body or value != b"0"
            elif name == b"transfer-encoding":
                self.has_body = self.chunked = True
            elif name == b"connection":
                connection = value if connection is None else connection + b"," + value
            elif name == b"x-request-id":
                request_id = value
            elif name == b"traceparent":
                traceparent = value
            elif name == b"tracestate":
                tracestate = value
            elif name == b"origin":
                self.origin = value
            elif name == b"access-control-request-method":
                self.preflight = self.method == "OPTIONS"
            elif name == b"x-forwarded-for":
                self.forwarded_for = value if self.forwarded_for is None else self.forwarded_for + b"," + value
        if connection is not None:
            named = {token.strip().lower() for token in connection.split(b",")}
            if named & rules.PASSED_ON:
                self.passed = [(name, value) for name, value in passed if name not in named]
        self.request_id = rules.request_id(request_id)
        self.traceparent, continued = rules.traceparent(traceparent)
        self.tracestate = tracestate if continued else None

    def for_service(self, authorization: bytes | None, milliseconds: int) -> Headers:
        """The headers that go to a service."""
        passed = self.passed
        passed.append((b"x-request-id", self.request_id.encode()))
        passed.append((b"traceparent", self.traceparent.encode()))
        passed.append((b"x-deadline", b"%d" % milliseconds))
        if self.tracestate is not None:
            passed.append((b"tracestate", self.tracestate))
        if authorization is not None:
            passed.append((b"authorization", authorization))
        if self.content_length is not None and not self.chunked:
            passed.append((b"content-length", self.content_length))
        return passed

    def for_own(self, milliseconds: int | None = None) -> Headers:
        """The headers the gateway's own application sees: cleaned in the same way, without the credential."""
        own = [
            *self.passed,
            (b"x-request-id", self.request_id.encode()),
            (b"traceparent", self.traceparent.encode()),
        ]
        own += [(n, v) for n, v in self.scope["headers"] if n in {b"content-length", b"transfer-encoding", b"host"}]
        if milliseconds is not None:
            own.append((b"x-deadline", b"%d" % milliseconds))
        return own

    def answer(self, upstream: "Headers | Any", *, close: bool = False) -> Headers:
        """The headers of the answer: what may pass of the upstream's, and the gateway's own."""
        kept: Headers = [(b"x-request-id", self.request_id.encode()), *self.policy.always]
        hidden = rules.KEPT_BACK
        cached = framed = False
        for raw, value in upstream:
            name = raw.lower()
            if name in hidden:
                if name == b"connection" and value.lower() not in {b"close", b"keep-alive"}:
                    named = {token.strip().lower() for token in value.split(b",")}
                    hidden = hidden | named
                    kept = [(n, v) for n, v in kept if n not in named or n == b"x-request-id"]
                continue
            if name == b"cache-control":
                cached = True
            elif name == b"content-security-policy":
                framed = True
            kept.append((name, value))
        if not cached:
            kept.append((b"cache-control", b"no-store"))
        if not framed:
            kept.append((b"content-security-policy", NOTHING_LOADED))
        if self.standing is not None:
            standing = self.standing
            kept.append((b"ratelimit-policy", b'"default";q=%d;w=60' % standing.limit))
            kept.append((b"ratelimit", b'"default";r=%d;t=%d' % (max(0, standing.remaining), standing.reset)))
        if self.origin is not None:
            kept += self.policy.cross_origin(self.origin)
        if close:
            kept.append((b"connection", b"close"))
        return kept

    @property
    def leaves_much_unread(self) -> bool:
        """Whether a refusal would leave a large or endless body to be read for nothing."""
        if not self.has_body:
            return False
        length = self.content_length
        return length is None or not length.isdigit() or int(length) > _SMALL_BODY
