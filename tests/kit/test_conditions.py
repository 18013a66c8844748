"""ETag, If-Match and If-None-Match (RFC 9110, section 13)."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from services.kit.errors import BadRequest, NotFound, PreconditionFailed, PreconditionRequired
from tests.kit.sample import a_book
from tests.wire.api import Api, assert_problem


async def changed(library: Api, address: str, *tags: str) -> httpx.Response:
    headers = [(b"If-Match", tag.encode()) for tag in tags]
    return await library._client.patch(address, json={"pages": uuid4().int % 1000}, headers=headers)


@pytest.mark.parametrize("shape", ["*", " * ", "{tag}", '"999", {tag}', '{tag},"999"', 'W/"1", {tag}', '"1"', "{tag} "])
async def test_takes_what_names_the_current_version(library: Api, shape: str) -> None:
    reply = await library.post("/v1/books", a_book())
    address = reply.headers["location"]
    assert (await changed(library, address, shape.replace("{tag}", reply.headers["etag"]))).status_code == 200


async def test_takes_the_tags_of_several_header_lines(library: Api) -> None:
    reply = await library.post("/v1/books", a_book())
    assert (await changed(library, reply.headers["location"], '"999"', reply.headers["etag"])).status_code == 200


@pytest.mark.parametrize("shape", ["", "1", '"1', "null", "*,*", '"1" "2"', f'"{"1" * 500}"'])
async def test_refuses_what_is_no_tag(library: Api, shape: str) -> None:
    reply = await library.post("/v1/books", a_book())
    address = reply.headers["location"]
    assert_problem(await changed(library, address, shape), BadRequest)
    assert (await library.get(address, headers={"If-None-Match": shape[:500]})).status_code == 200


async def test_refuses_endless_lists_of_tags(library: Api) -> None:
    reply = await library.post("/v1/books", a_book())
    given = {"If-None-Match": ",".join(['"1"'] * 200)}
    for address in (reply.headers["location"], f"/v1/books/{uuid4()}"):
        assert_problem(await library.get(address, headers=given), BadRequest)


@pytest.mark.parametrize("shape", ['"2"', "W/{tag}", '"x"', '""', '"99999999999"', '"-1"'])
async def test_anything_else_is_stale(library: Api, shape: str) -> None:
    reply = await library.post("/v1/books", a_book())
    tag = shape.replace("{tag}", reply.headers["etag"])
    assert_problem(await changed(library, reply.headers["location"], tag), PreconditionFailed)


async def test_a_change_without_if_match_is_refused(library: Api) -> None:
    made = await library.made("/v1/books", a_book())
    assert_problem(await changed(library, f"/v1/books/{made['id']}"), PreconditionRequired)
    assert_problem(await library._client.delete(f"/v1/books/{made['id']}"), PreconditionRequired)


async def test_a_star_makes_nothing_exist(library: Api) -> None:
    assert_problem(await changed(library, f"/v1/books/{uuid4()}", "*"), NotFound)


async def test_of_two_who_read_the_same_one_writes(library: Api) -> None:
    reply = await library.post("/v1/books", a_book())
    tag, address = reply.headers["etag"], reply.headers["location"]
    replies = await asyncio.gather(*[changed(library, address, tag) for _ in range(6)])
    assert sorted(reply.status_code for reply in replies) == [200] + [412] * 5
    assert (await library.get(address)).json()["version"] == 2


async def test_not_modified_while_nothing_changed(library: Api) -> None:
    reply = await library.post("/v1/books", a_book())
    tag, address = reply.headers["etag"], reply.headers["location"]
    for given in (tag, f"W/{tag}", f'"9", {tag}', "*"):
        unchanged = await library.get(address, headers={"If-None-Match": given})
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    await library.patch(address, {"pages": 3})
    assert (await library.get(address, headers={"If-None-Match": tag})).status_code == 200


async def test_each_selection_has_a_tag_of_its_own(library: Api) -> None:
    reply = await library.post("/v1/books", a_book())
    address = reply.headers["location"]
    narrow = await library.get(f"{address}?fields=shelf")
    assert narrow.headers["etag"] != reply.headers["etag"]
    assert (await library.get(address, headers={"If-None-Match": narrow.headers["etag"]})).status_code == 200
    assert (await changed(library, address, narrow.headers["etag"])).status_code == 200
