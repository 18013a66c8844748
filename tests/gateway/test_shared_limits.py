"""Rate limits that processes share, counted in a Redis over TCP."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from fakeredis import FakeServer, TcpFakeServer

from gateway.limiting import WINDOW, RedisLimiter, Standing
from tests.gateway.gateways import gateway


class Redis:
    """A Redis server that can be stopped, started again with what it held, and made to hang."""

    def __init__(self) -> None:
        self._held = FakeServer()
        self._port = 0
        self._server: TcpFakeServer | None = None
        self.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Listen, at the same port as before."""
        self._server = TcpFakeServer(("127.0.0.1", self._port))
        self._server.fake_server = self._held
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Cut all connections and listen no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Connections stay, and nothing is answered on them."""
        with self._held.lock:
            yield


class Clock:
    """A time of day that passes when told to; it begins with a window."""

    def __init__(self) -> None:
        self.now = 1_000_000.0 * WINDOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    """A server, one for the module: tests count under keys of their own."""
    running = Redis()
    yield running
    running.stop()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine an answer may take longer than a request should wait for it."""
    monkeypatch.setattr("gateway.limiting._REDIS_SECONDS", 5.0)


@pytest.fixture
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that failed is tried again soon."""
    monkeypatch.setattr("gateway.limiting._REDIS_REST", 0.3)


@asynccontextmanager
async def _limiters(redis: Redis, clock: Clock) -> AsyncIterator[tuple[RedisLimiter, RedisLimiter]]:
    """Those of two processes."""
    both = RedisLimiter(redis.url, clock), RedisLimiter(redis.url, clock)
    try:
        yield both
    finally:
        for one in both:
            await one.close()


async def _let_in(*hits: asyncio.Future[Standing]) -> int:
    return sum(not standing.exceeded for standing in await asyncio.gather(*hits))


async def _each(limiters: tuple[RedisLimiter, ...], key: str, limit: int, times: int) -> int:
    """How many of so many requests to each process are let in, all at once."""
    hits = [asyncio.ensure_future(one.hit(key, limit)) for _ in range(times) for one in limiters]
    return await _let_in(*hits)


@pytest.mark.usefixtures("patient")
async def test_processes_share_one_count(redis: Redis) -> None:
    async with _limiters(redis, Clock()) as (one, other):
        lefts = [(await limiter.hit("turns", 4)).remaining for limiter in (one, other, one, other, one, other)]
        assert lefts == [3, 2, 1, 0, -1, -1]
        assert (await other.hit("turns", 4, 0)).exceeded
        assert not (await other.hit("somebody else", 4, 0)).exceeded
        assert await _each((one, other), "crowd", 10, 12) == 10


@pytest.mark.usefixtures("patient")
async def test_the_shared_window_slides(redis: Redis) -> None:
    clock = Clock()
    async with _limiters(redis, clock) as both:
        assert await _each(both, "slides", 10, 8) == 10
        clock.now += WINDOW
        assert await _each(both, "slides", 10, 1) == 0
        clock.now += WINDOW + WINDOW / 2
        # Refused ones were counted, and the window before weighs half as much as it held.
        assert await _each(both, "slides", 10, 8) == 9
        clock.now += 3 * WINDOW
        assert await _each(both, "slides", 10, 8) == 10


@pytest.mark.usefixtures("patient")
async def test_an_answer_that_comes_after_the_window_is_not_taken_for_the_next_one(redis: Redis) -> None:
    clock = Clock()
    async with _limiters(redis, clock) as (one, other):
        for _ in range(7):
            await other.hit("late", 10)
        await one.hit("warm", 10)  # so that what follows waits for an answer, not for a connection
        clock.now += WINDOW
        with redis.hanging():
            waits = asyncio.create_task(one.hit("late", 10))
            await asyncio.sleep(0.1)
            clock.now += WINDOW
            begins = asyncio.create_task(one.hit("early", 10))
            await asyncio.sleep(0.1)
            assert not waits.done()
        assert (await waits).remaining == 2
        assert (await begins).remaining == 9
        # One in the window before, not the seven of the one before that.
        assert (await one.hit("late", 10)).remaining == 8


@pytest.mark.usefixtures("patient", "restless")
async def test_in_an_outage_each_counts_for_itself_and_together_again_when_it_is_over(redis: Redis) -> None:
    clock = Clock()
    async with _limiters(redis, clock) as both:
        assert await _each(both, "outage", 6, 2) == 4
        redis.stop()
        assert [await _each((one,), "outage", 6, 8) for one in both] == [6, 6]
        redis.start()
        assert [(await one.hit("outage", 6)).exceeded for one in both] == [True, True], "it rests"
        await asyncio.sleep(0.4)
        assert await _each(both, "outage", 6, 3) == 2, "what was counted before is still known"


@pytest.mark.usefixtures("restless")
async def test_a_redis_that_hangs_holds_nobody_up_and_its_late_answer_is_nobody_else_s(redis: Redis) -> None:
    clock = Clock()
    loop = asyncio.get_running_loop()
    async with _limiters(redis, clock) as (one, _):
        for _ in range(5):
            await one.hit("hangs", 10)
        with redis.hanging():
            began = loop.time()
            assert (await one.hit("hangs", 10)).remaining == 9
            assert loop.time() - began < 0.5
        await asyncio.sleep(0.4)
        assert (await one.hit("next", 100)).remaining == 99


@pytest.mark.usefixtures("patient")
async def test_gateways_with_one_redis_hold_a_caller_to_one_limit(redis: Redis, database_url: str, key: str) -> None:
    shared: dict[str, Any] = {"redis_url": redis.url, "caller_requests_per_minute": 5}
    async with gateway(database_url, **shared) as one, gateway(database_url, **shared) as other:
        doors = [one.as_(key), other.as_(key)] * 4
        assert [(await door.get("/v1/me")).status_code for door in doors] == [200] * 5 + [429] * 3
