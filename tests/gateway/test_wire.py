"""Bytes no ordinary client sends."""

import asyncio
import json
import subprocess
import sys

import pytest

from gateway.wire import CONNECTIONS, BoundedProtocol, connections_within
from tests.gateway.gateways import Gateway
from tests.gateway.services import Echo


def _problem(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    parsed = json.loads(body)
    assert parsed["status"] == int(head.split()[1])
    return parsed["status"], parsed["type"].rsplit("/", 1)[-1]


async def test_a_request_with_two_lengths_is_refused_and_nothing_is_smuggled(
    gate: Gateway, key: str, echo: Echo
) -> None:
    head = f"POST /v1/organisations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n".encode()
    hidden = b"GET /v1/organisations/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    attempts = [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + hidden,
        b"Content-Length: 4\r\nContent-Length: 9\r\n\r\nabcd" + hidden,
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + hidden,
        b"Content-Length: +4\r\n\r\nabcd" + hidden,
        b"Content-Length : 4\r\n\r\nabcd" + hidden,
        b"Transfer-Encoding: chunked\r\n\r\n4 \nabcd\r\n0\r\n\r\n" + hidden,
    ]
    for attempt in attempts:
        answer = await gate.raw(head + attempt, within=1.0)
        assert b" 400 " in answer.split(b"\r\n")[0], attempt
    assert not [request for request in echo.seen if "smuggled" in request["path"]]


async def test_pipelined_requests_are_answered_in_order(gate: Gateway, key: str, echo: Echo) -> None:
    one = f"GET /v1/organisations/{{}} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n{{}}\r\n"
    answer = await gate.raw((one.format(1, "") + one.format(2, "Connection: close\r\n")).encode())
    assert answer.count(b"HTTP/1.1 200") == 2
    assert [request["path"] for request in echo.seen] == ["/v1/organisations/1", "/v1/organisations/2"]


async def test_an_endless_head_is_refused(gate: Gateway) -> None:
    assert _problem(await gate.raw(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000)) == (431, "head-too-large")
    assert b" 431 " in (await gate.raw(b"GET /" + b"a" * 100_000)).split(b"\r\n")[0]
    whole = b"GET /?q=" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: host\r\n\r\n"
    assert _problem(await gate.raw(whole)) == (431, "head-too-large")


async def test_what_is_no_http_gets_a_problem(gate: Gateway) -> None:
    assert _problem(await gate.raw(b"\x16\x03\x01\x02\x00hello\r\n\r\n")) == (400, "bad-request")
    assert _problem(await gate.raw(b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n")) == (400, "bad-request")


async def test_a_password_in_the_address_is_refused(gate: Gateway) -> None:
    answer = await gate.raw(b"GET http://user:secret@host/v1/me HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n")
    assert _problem(answer) == (400, "credential-in-address")
    assert b"secret" not in answer


async def test_a_path_that_could_mean_two_places_leads_nowhere(gate: Gateway, key: str, echo: Echo) -> None:
    for path in (
        "/v1/organisations/../../internal/inbox",
        "/v1/organisations/%2e%2e/internal",
        "/v1/organisations/a%2fb",
        "/v1/organisations//x",
        "/v1/organisations/a\\b",
        "/v1/organisations/a%00b",
        "/v1/organisations/%2E%2E%5Cx",
    ):
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\r\n"
        assert b" 404 " in (await gate.raw(head.encode())).split(b"\r\n")[0], path
    assert echo.seen == []


async def test_what_is_internal_to_the_services_cannot_be_reached(gate: Gateway, key: str, echo: Echo) -> None:
    for path in ("/internal/inbox", "/v1/internal/inbox", "/v1/", "/v1"):
        assert (await gate.as_(key).post(path, json={})).status_code in {404, 405}
    assert echo.seen == []


async def test_a_client_of_http_1_0_is_answered_and_closed(gate: Gateway, key: str) -> None:
    answer = await gate.raw(f"GET /v1/organisations/1 HTTP/1.0\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
    assert b" 200 " in answer.split(b"\r\n")[0]
    assert b"connection: close" in answer.lower()


async def test_an_address_in_bare_utf8_is_read_as_if_percent_encoded(gate: Gateway, key: str, echo: Echo) -> None:
    head = f"GET /v1/organisations?q=贵州&city=Besançon HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
    answer = await gate.raw((head + "Connection: close\r\n\r\n").encode())
    assert answer.startswith(b"HTTP/1.1 200")
    assert [request["query"] for request in echo.seen] == ["q=%E8%B4%B5%E5%B7%9E&city=Besan%C3%A7on"]


async def test_more_connections_than_there_may_be_are_told_to_come_back(
    gate: Gateway, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [await asyncio.open_connection(*gate.address) for _ in range(3)]
    monkeypatch.setattr(BoundedProtocol, "most", 2)
    assert _problem(await gate.raw(b"")) == (503, "unavailable")
    monkeypatch.undo()
    for _, writer in held:
        writer.close()
    assert (await gate.as_(key).get("/v1/organisations/1")).status_code == 200


def test_connections_leave_files_for_the_rest_of_the_gateway() -> None:
    assert connections_within(65_536) == CONNECTIONS > 10_000, "ten thousand idle ones are no trouble"
    assert connections_within(20_000) > 10_000
    assert connections_within(4_096) == 2_048
    assert connections_within(1_024) == 512


def test_a_process_takes_as_many_files_as_it_may() -> None:
    code = (
        "import resource; _, most = resource.getrlimit(resource.RLIMIT_NOFILE);"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, most)); from services.kit.serve import open_files;"
        "print(open_files(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    told, now = map(int, done.stdout.split())
    assert told == now > 256
