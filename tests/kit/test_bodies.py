"""Hostile and broken bodies: each is a problem that tells the caller, none a fault of ours."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.kit.errors import BadRequest, ContentTooLarge, Invalid, UnsupportedMediaType
from tests.kit.sample import a_book
from tests.wire.api import Api, assert_problem

JSON = {"Content-Type": "application/json"}
MEGABYTE = 1024 * 1024


async def sent(library: Api, content: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    return await library._client.post("/v1/books", content=content, headers=JSON if headers is None else headers)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"nonsense",
        b'{"names": {"en": "a"},}',
        b"{'names': 1}",
        b'\xff{"names": {"en": "a"}}',
        b'{"names": {"en": "\xc3\x28"}}',
        b'{"names": {"en": "a"}, "weight": NaN}',
        b'{"names": {"en": "a"}, "weight": Infinity}',
        b'{"names": {"en": "a"}, "extra": {"a": -Infinity}}',
        b'{"names": {"en": "a"}, "pages": ' + b"9" * 10_000 + b"}",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"names": {"en": "a"}, "extra": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    ],
    ids=lambda content: f"{content[:12]!r}-{len(content)}",
)
async def test_what_is_no_proper_json_is_told_so(library: Api, content: bytes) -> None:
    reply = await sent(library, content)
    assert reply.status_code in (400, 422), reply.text
    assert_problem(reply, BadRequest if reply.status_code == 400 else Invalid)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"names": {"en": "a\0b"}}, "/names/en"),
        ({"names": {"en": "\ud800"}}, ""),
        ({"author": "\udfff"}, ""),
        ({"remark": "lone \ud83d surrogate"}, ""),
        ({"pages": 2**63}, "/pages"),
        ({"pages": -1}, "/pages"),
        ({"pages": 1.5}, "/pages"),
        ({"names": []}, "/names"),
        ({"names": None}, "/names"),
        ({"lent_at": "2026-02-30T00:00:00Z"}, "/lent_at"),
        ({"lent_at": "2026-02-03T00:00:00"}, "/lent_at"),
        ({"lent_at": "0001-01-01T00:00:00+14:00"}, "/lent_at"),
        ({"organisation_id": "x"}, "/organisation_id"),
        ({"a/b~c": 1}, "/a~1b~0c"),
    ],
)
async def test_a_value_that_cannot_be_is_named(library: Api, given: dict[str, Any], pointer: str) -> None:
    reply = await sent(library, json.dumps(a_book(**given)).encode())
    assert_problem(reply, Invalid, pointer=pointer)


async def test_a_number_beyond_all_numbers_is_named(library: Api) -> None:
    assert_problem(await sent(library, b'{"names": {"en": "a"}, "weight": 1e400}'), Invalid, pointer="/weight")


@pytest.mark.parametrize(
    "given",
    [
        {"remark": "a\0b"},
        {"extra": {"a": "b\0"}},
        {"extra": {"a\0": 1}},
        {"extra": {"a": "\ud800"}},
        {"\ud800": 1},
        {"\0": 1},
    ],
)
async def test_what_cannot_be_stored_is_invalid(library: Api, given: dict[str, Any]) -> None:
    reply = await sent(library, json.dumps(a_book(**given)).encode())
    assert reply.status_code in (400, 422), reply.text
    assert_problem(reply, Invalid if reply.status_code == 422 else BadRequest)


@pytest.mark.parametrize("body", [[], "text", 1, None, True, [a_book()]])
async def test_a_body_that_is_no_object_is_invalid(library: Api, body: Any) -> None:
    assert_problem(await sent(library, json.dumps(body).encode()), Invalid)


async def test_an_announced_body_that_is_too_large(library: Api) -> None:
    assert_problem(await sent(library, b" " * (9 * MEGABYTE)), ContentTooLarge)


async def test_a_streamed_body_that_becomes_too_large(library: Api) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b" " * MEGABYTE

    assert_problem(await sent(library, chunks()), ContentTooLarge)


async def test_a_large_body_that_is_not_too_large(library: Api) -> None:
    assert (await sent(library, json.dumps(a_book()).encode() + b" " * (7 * MEGABYTE))).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "text/json"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "image/x+json"},
    ],
)
async def test_another_media_type_is_refused(library: Api, headers: dict[str, str]) -> None:
    assert_problem(await sent(library, json.dumps(a_book()).encode(), headers), UnsupportedMediaType)


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"]
)
async def test_json_by_any_of_its_names_is_taken(library: Api, kind: str) -> None:
    assert (await sent(library, json.dumps(a_book()).encode(), {"Content-Type": kind})).status_code == 201


async def test_a_bulk_call_of_too_many_or_no_items_is_refused(library: Api) -> None:
    for items in ([], [a_book()] * 1_001):
        assert_problem(await library.post("/v1/books/bulk", {"items": items}), Invalid, pointer="/items")
