"""How the demo calls the API: once for each content, again when it is busy, and plainly when it is refused."""

import httpx
import pytest

from deploy.demo.gateway import Gateway, Refused


def gateway(answers: list[httpx.Response], asked: list[httpx.Request]) -> Gateway:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answers.pop(0)

    return Gateway("http://gateway.example", "a-key", httpx.MockTransport(answer))


async def test_says_the_same_thing_with_the_same_key() -> None:
    asked: list[httpx.Request] = []
    async with gateway([httpx.Response(201, json={}) for _ in range(3)], asked) as calls:
        await calls.post("/v1/series", {"names": {"zh": "一"}, "website": None})
        await calls.post("/v1/series", {"website": None, "names": {"zh": "一"}})
        await calls.post("/v1/series", {"names": {"zh": "二"}})
    keys = [request.headers["Idempotency-Key"] for request in asked]
    assert keys[0] == keys[1] != keys[2]


async def test_tries_again_when_the_gateway_is_busy() -> None:
    asked: list[httpx.Request] = []
    busy = httpx.Response(503, headers={"Retry-After": "0"})
    async with gateway([busy, httpx.Response(201, json={"id": "1"})], asked) as calls:
        assert await calls.post("/v1/series", {}) == {"id": "1"}
    assert asked[0].headers["Idempotency-Key"] == asked[1].headers["Idempotency-Key"]


async def test_says_what_was_refused() -> None:
    problem = {"title": "Invalid", "detail": "Wrong.", "errors": [{"pointer": "/names", "detail": "missing"}]}
    async with gateway([httpx.Response(422, json=problem)], []) as calls:
        with pytest.raises(Refused, match=r"POST /v1/series was answered 422: Wrong\. \(/names: missing\)"):
            await calls.post("/v1/series", {})


async def test_reads_a_list_to_its_end() -> None:
    pages = [{"items": [{"id": "1"}], "next_cursor": "c"}, {"items": [{"id": "2"}], "next_cursor": None}]
    asked: list[httpx.Request] = []
    async with gateway([httpx.Response(200, json=page) for page in pages], asked) as calls:
        assert [row["id"] async for row in calls.rows("/v1/series")] == ["1", "2"]
    assert asked[1].url.params["cursor"] == "c"


async def test_sends_a_file_as_it_is() -> None:
    asked: list[httpx.Request] = []
    async with gateway([httpx.Response(200, json={"id": "1"})], asked) as calls:
        await calls.put_file("/v1/documents/1/content", b"\xe5\x85\xa5", "text/plain", "入会.txt")
    assert (asked[0].content, asked[0].headers["Content-Type"]) == (b"\xe5\x85\xa5", "text/plain")
    assert (asked[0].headers["If-Match"], asked[0].url.params["file_name"]) == ("*", "入会.txt")


async def test_takes_a_step_with_a_record_as_it_stands() -> None:
    asked: list[httpx.Request] = []
    answers = [httpx.Response(200, json={}, headers={"ETag": '"7.ab"'}), httpx.Response(200, json={"stale_texts": {}})]
    async with gateway(answers, asked) as calls:
        done = await calls.post_about("/v1/sites/1", "text-confirmations", {"field": "names"})
    assert done == {"stale_texts": {}}
    assert [(one.method, one.url.path) for one in asked] == [
        ("GET", "/v1/sites/1"),
        ("POST", "/v1/sites/1/text-confirmations"),
    ]
    assert asked[1].headers["If-Match"] == '"7.ab"'
