"""Rate limits."""

import re
from typing import Any

import pytest

from gateway.keys.secret import new_secret
from gateway.limiting import MemoryCounter, RedisLimiter
from services.kit.errors import TooManyRequests
from tests.gateway.gateways import gateway
from tests.wire.api import assert_problem


async def test_a_caller_is_told_the_limit_and_held_to_it(database_url: str, key: str) -> None:
    async with gateway(database_url, caller_requests_per_minute=5) as gate:
        client = gate.as_(key)
        for left in (4, 3, 2, 1, 0):
            reply = await client.get("/v1/me")
            assert reply.status_code == 200
            assert reply.headers["ratelimit-policy"] == '"default";q=5;w=60'
            assert re.fullmatch(rf'"default";r={left};t=\d+', reply.headers["ratelimit"])
        refused = await client.get("/v1/me")
        assert_problem(refused, TooManyRequests)
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert refused.headers["ratelimit"].startswith('"default";r=0')
        assert (await gate.as_(None).get("/livez")).status_code == 200


async def test_bad_credentials_are_limited_by_address(database_url: str, key: str) -> None:
    async with gateway(database_url, address_failures_per_minute=3) as gate:
        statuses = [(await gate.as_(new_secret()).get("/v1/me")).status_code for _ in range(5)]
        assert statuses == [401, 401, 401, 429, 429]


async def test_an_address_is_believed_only_from_a_trusted_proxy(database_url: str) -> None:
    async def spread(gate_settings: dict[str, Any]) -> list[int]:
        async with gateway(database_url, address_requests_per_minute=2, **gate_settings) as gate:
            client = gate.as_(None)
            return [
                (await client.get("/status", headers={"X-Forwarded-For": f"6.6.6.6, 203.0.113.{n}"})).status_code
                for n in range(4)
            ]

    assert await spread({}) == [200, 200, 429, 429]
    assert await spread({"trusted_proxies": "127.0.0.0/8"}) == [200, 200, 200, 200]


async def test_without_redis_each_process_counts_for_itself() -> None:
    limiter = RedisLimiter("redis://127.0.0.1:9/0")
    assert [(await limiter.hit("a", 2)).exceeded for _ in range(3)] == [False, False, True]
    await limiter.close()


@pytest.mark.parametrize("pause", [0.0, 30.0])
def test_the_window_slides(pause: float) -> None:
    at = [600.0]
    counter = MemoryCounter(lambda: at[0])
    assert [counter.hit("a", 10).exceeded for _ in range(11)] == [False] * 10 + [True]
    at[0] += 60 + pause  # the window before still counts, less and less
    free = sum(not counter.hit("a", 10).exceeded for _ in range(11))
    assert free == (0 if pause == 0 else 5)
    at[0] += 120
    assert not counter.hit("a", 10).exceeded
    assert not counter.hit("b", 10, 0).exceeded


def test_made_up_addresses_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.limiting._KEPT", 100)
    counter = MemoryCounter()
    for number in range(1_000):
        counter.hit(f"address:{number}", 5)
    assert len(counter._now) == 100
