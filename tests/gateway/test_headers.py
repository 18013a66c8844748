"""What passes the gateway, what does not, and what it adds."""

import re

from tests.gateway.gateways import Gateway, gateway
from tests.gateway.services import Echo

HOSTILE = {
    "X-On-Behalf-Of": "user:root",
    "X-Forwarded-For": "10.0.0.1",
    "X-Forwarded-User": "root",
    "X-Real-IP": "10.0.0.1",
    "Forwarded": "for=10.0.0.1",
    "X-User-Id": "root",
    "X_On_Behalf_Of": "user:root",
    "X-Remote-User": "root",
    "Cookie": "session=1",
    "Proxy-Authorization": "Basic eA==",
    "X-Original-URL": "/internal/inbox",
    "X-HTTP-Method-Override": "DELETE",
    "TE": "trailers",
    "Keep-Alive": "timeout=5",
    "X-Deadline": "99999999",
    "Upgrade": "h2c",
}


async def test_nothing_that_claims_an_identity_reaches_a_service(gate: Gateway, key: str, echo: Echo) -> None:
    await gate.as_(key).get("/v1/organisations/1", headers=HOSTILE)
    seen = echo.headers()
    for name in HOSTILE:
        if name != "X-Deadline":
            assert name.lower() not in seen
    assert seen["x-deadline"] == "1700"
    assert seen["authorization"].startswith("Bearer eyJ")
    assert key not in str(echo.seen)


async def test_headers_named_by_connection_are_dropped_even_when_listed(gate: Gateway, key: str, echo: Echo) -> None:
    request = f"GET /v1/organisations/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
    await gate.raw(f'{request}Connection: close, If-Match\r\nIf-Match: "1"\r\nAccept: a/b\r\n\r\n'.encode())
    assert "if-match" not in echo.headers()
    assert echo.headers()["accept"] == "a/b"


async def test_what_a_request_means_is_passed_on(gate: Gateway, key: str, echo: Echo) -> None:
    given = {"If-Match": '"3"', "Idempotency-Key": "k-1", "Accept-Language": "zh", "Accept": "application/json"}
    await gate.as_(key).get("/v1/organisations/1?name=%E8%B4%B5&sort=-a", headers=given)
    for name, value in given.items():
        assert echo.headers()[name.lower()] == value
    assert echo.seen[0]["query"] == "name=%E8%B4%B5&sort=-a"


async def test_hop_by_hop_headers_of_an_answer_are_dropped(gate: Gateway, key: str, echo: Echo) -> None:
    reply = await gate.as_(key).get("/v1/organisations/1")
    assert "x-private" not in reply.headers
    assert "set-cookie" not in reply.headers
    assert reply.headers["etag"] == '"1.abc"'
    assert len(reply.headers.get_list("x-request-id")) == 1
    assert reply.headers["x-request-id"] == echo.headers()["x-request-id"]


async def test_a_well_formed_request_id_is_kept_and_another_replaced(gate: Gateway, key: str, echo: Echo) -> None:
    client = gate.as_(key)
    kept = await client.get("/v1/organisations/1", headers={"X-Request-Id": "from-outside-1"})
    assert kept.headers["x-request-id"] == "from-outside-1" == echo.headers()["x-request-id"]
    for bad in ("short", "x" * 65, "no spaces please", "ümlaut-ümlaut"):
        reply = await client.get("/v1/organisations/1", headers={b"X-Request-Id": bad.encode()})
        assert re.fullmatch(r"[0-9a-f-]{36}", reply.headers["x-request-id"])


async def test_a_trace_is_continued_or_begun(gate: Gateway, key: str, echo: Echo) -> None:
    trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    given = {"traceparent": f"00-{trace}-{span}-01", "tracestate": "a=1"}
    await gate.as_(key).get("/v1/organisations/1", headers=given)
    version, continued, own, flags = echo.headers()["traceparent"].split("-")
    assert (version, continued, flags) == ("00", trace, "01")
    assert own != span
    assert echo.headers()["tracestate"] == "a=1"
    await gate.as_(key).get(
        "/v1/organisations/1", headers={"traceparent": f"00-{'0' * 32}-{span}-01", "tracestate": "a=1"}
    )
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", echo.headers()["traceparent"])
    assert "tracestate" not in echo.headers()


async def test_every_answer_carries_security_headers(gate: Gateway, key: str) -> None:
    for path in ("/v1/organisations/1", "/v1/me", "/v1/nothing", "/docs", "/livez"):
        reply = await gate.as_(key).get(path)
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        assert "cache-control" in reply.headers
        assert reply.headers["x-request-id"]


async def test_https_is_pinned_when_the_public_address_is_https(database_url: str) -> None:
    async with gateway(database_url, public_url="https://api.alliance.example") as running:
        assert "strict-transport-security" in (await running.as_(None).get("/livez")).headers


async def test_a_browser_elsewhere_may_call_only_when_the_settings_say_so(database_url: str, key: str) -> None:
    async with gateway(database_url, cors_origins="https://app.alliance.example") as running:
        asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}
        client = running.as_(None)
        good = await client.options("/v1/me", headers={"Origin": "https://app.alliance.example", **asked})
        assert good.status_code == 204
        assert good.headers["access-control-allow-origin"] == "https://app.alliance.example"
        assert "If-Match" in good.headers["access-control-allow-headers"]
        bad = await client.options("/v1/me", headers={"Origin": "https://evil.example", **asked})
        assert "access-control-allow-origin" not in bad.headers
        reply = await running.as_(key).get("/v1/me", headers={"Origin": "https://app.alliance.example"})
        assert "ETag" in reply.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in reply.headers
