"""A gateway that does not keep up refuses almost for nothing, and knows when it does not."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from gateway.pulse import BEAT_SECONDS, MANY, Pulse
from tests.gateway.gateways import Gateway
from tests.gateway.services import Echo


class Loop:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.beat: Callable[[], None] | None = None

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, call: Callable[[], None]) -> object:
        self.beat = call
        return self


def _turn(loop: Loop, pulse: Pulse, *, requests: int, late: float) -> bool:
    """A beat that comes late, after so many requests; whether the next ones are refused."""
    for _ in range(requests):
        pulse.begun()
    assert loop.beat is not None
    loop.now += BEAT_SECONDS + late
    loop.beat()
    return pulse.overrun


def _pulse() -> tuple[Loop, Pulse]:
    loop = Loop()
    return loop, Pulse(cast("asyncio.AbstractEventLoop", loop))


def test_beats_that_stay_late_under_many_requests_are_too_much_and_it_ends_with_them() -> None:
    loop, pulse = _pulse()
    turns = [_turn(loop, pulse, requests=500, late=0.15) for _ in range(4)]
    assert turns == [False, True, True, True]
    assert not pulse._late > 0.15
    turns = [_turn(loop, pulse, requests=500, late=0.0) for _ in range(4)]
    assert turns[-1] is False


def test_one_crowd_is_served() -> None:
    loop, pulse = _pulse()
    assert not _turn(loop, pulse, requests=500, late=0.15)
    assert not _turn(loop, pulse, requests=5, late=0.02)


def test_a_machine_that_is_busy_with_something_else_is_no_reason_to_refuse() -> None:
    loop, pulse = _pulse()
    assert not any(_turn(loop, pulse, requests=MANY - 1, late=0.5) for _ in range(10))


def test_without_requests_nothing_is_timed() -> None:
    loop, pulse = _pulse()
    _turn(loop, pulse, requests=1, late=0.0)
    assert loop.beat is not None
    loop.beat()
    loop.beat = None
    pulse.begun()
    assert loop.beat is not None


async def test_what_is_too_much_gets_a_503_on_a_connection_that_stays_and_the_system_itself_is_served(
    gate: Gateway, key: str, echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def always(self: Pulse) -> bool:
        return True

    monkeypatch.setattr(Pulse, "begun", always)
    reader, writer = await asyncio.open_connection(*gate.address)

    async def ask(request: str) -> tuple[bytes, bytes]:
        writer.write(request.format(key).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return head.lower(), await reader.readexactly(length)

    get = "GET {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {{}}\r\n\r\n"
    for _ in range(2):
        head, body = await ask(get.format("/v1/organisations/1"))
        assert head.startswith(b"http/1.1 503 ")
        assert b"\r\nretry-after: 1\r\n" in head
        assert b"\r\nx-request-id: " in head
        assert b"/problems/overloaded" in body
        assert (await ask(get.format("/livez")))[0].startswith(b"http/1.1 200 ")
    post = "POST /v1/organisations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {{}}\r\nContent-Length: {}\r\n\r\nab"
    head, _ = await ask(post.format(4))
    assert head.startswith(b"http/1.1 503 ")
    assert (await ask("cd" + get.format("/livez")))[0].startswith(b"http/1.1 200 "), (
        "the rest of a short body is dropped"
    )
    head, _ = await ask(post.format(70_000))
    assert head.startswith(b"http/1.1 503 ")
    assert b"\r\nconnection: close\r\n" in head
    assert await reader.read() == b""
    writer.close()
    monkeypatch.undo()
    assert echo.seen == []
    reply: Any = await gate.as_(key).get("/v1/organisations/1")
    assert reply.status_code == 200
