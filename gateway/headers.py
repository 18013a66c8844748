"""What passes the gateway: an allow-list inwards, hop-by-hop stripped outwards, request id and trace stamped.

Inwards nothing passes that is not named here. So no identity, forwarding or hop-by-hop header from outside can reach
a service, however it is spelt, and those that `Connection` names (RFC 9110, 7.6.1) are dropped even when listed.
"""

import random
import re
from typing import Final
from urllib.parse import unquote_to_bytes

from uuid_utils import uuid7

from services.contracts.custom_field import LONGEST_KEY

PASSED_ON: Final = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"accept-language",
        b"cache-control",
        b"content-digest",
        b"content-disposition",
        b"content-encoding",
        b"content-language",
        b"content-type",
        b"idempotency-key",
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"if-range",
        b"if-unmodified-since",
        b"last-event-id",
        b"prefer",
        b"purpose",
        b"range",
        b"user-agent",
    }
)

KEPT_BACK: Final = frozenset(
    {
        # hop-by-hop
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        # the gateway's to say
        b"access-control-allow-credentials",
        b"access-control-allow-headers",
        b"access-control-allow-methods",
        b"access-control-allow-origin",
        b"access-control-expose-headers",
        b"access-control-max-age",
        b"date",
        b"ratelimit",
        b"ratelimit-policy",
        b"referrer-policy",
        b"server",
        b"set-cookie",
        b"strict-transport-security",
        b"traceparent",
        b"tracestate",
        b"x-content-type-options",
        b"x-powered-by",
        b"x-request-id",
    }
)

CREDENTIAL_PARAMETERS: Final = frozenset(
    {
        "access_token",
        "accesstoken",
        "api_key",
        "apikey",
        "auth",
        "authorization",
        "bearer",
        "client_secret",
        "id_token",
        "jwt",
        "password",
        "refresh_token",
        "secret",
        "token",
        "x_api_key",
    }
)

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_random_bits = random.getrandbits  # trace ids need to be unlikely to meet, not secret


def request_id(offered: bytes | None) -> str:
    """The caller's request id when it is well formed, else a new UUIDv7."""
    if offered is not None and _REQUEST_ID.fullmatch(offered):
        return offered.decode("ascii")
    return str(uuid7())


def traceparent(offered: bytes | None) -> tuple[str, bool]:
    """The W3C `traceparent` to send on, and whether it continues the caller's trace."""
    if offered is not None and (match := _TRACEPARENT.fullmatch(offered)):
        trace, parent, flags = match.groups()
        if trace.strip(b"0") and parent.strip(b"0"):
            return f"00-{trace.decode()}-{_random_bits(64) | 1:016x}-{flags.decode()}", True
    return f"00-{_random_bits(128) | 1:032x}-{_random_bits(64) | 1:016x}-01", False


def credential_in_query(query: bytes) -> bool:
    """Whether the query string carries something that looks like a credential, however it is escaped. `key` is what
    custom fields and purposes are asked by; a long one is no such key."""
    if b"alc_live_" in query:
        return True
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        if b"%" in name or b"+" in name:
            name = unquote_to_bytes(name.replace(b"+", b" "))
        plain = name.decode("latin-1").strip().lower().replace("-", "_")
        if plain in CREDENTIAL_PARAMETERS or (plain == "key" and len(value) > LONGEST_KEY):
            return True
        if b"%" in value and b"alc_live_" in unquote_to_bytes(value):
            return True
    return False


def ambiguous(path: str, raw_path: bytes) -> bool:
    """Whether two readers could take this path for two different places (dot segments, escaped slashes, controls)."""
    if b"%" in raw_path:
        lowered = raw_path.lower()
        if b"%2f" in lowered or b"%5c" in lowered or any(ord(letter) < 0x20 or letter == "\x7f" for letter in path):
            return True
    if "/." in path and any(segment in {".", ".."} for segment in path.split("/")):
        return True
    return "//" in path or "\\" in path
