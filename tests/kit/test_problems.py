"""Every refusal and failure is a problem (RFC 9457) in one form."""

from uuid import uuid4

import pytest

from services.kit.errors import (
    InternalError,
    Invalid,
    MethodNotAllowed,
    NotFound,
    Unauthenticated,
)
from tests.kit.sample import a_book
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

SOME_ID = "01976b1e-7c3a-7000-8000-00000000feed"


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nothing", "/v1/books/", "/v2/books", f"/v1/books/{SOME_ID}/pages"])
async def test_an_unknown_address(library: Api, path: str) -> None:
    body = assert_problem(await library.get(path), NotFound)
    assert body["instance"] == path


async def test_a_record_that_is_not_there(library: Api) -> None:
    assert_problem(await library.get(f"/v1/books/{uuid4()}"), NotFound)


@pytest.mark.parametrize("id", ["1", "x" * 500, "%00", "..%2f..", f"{SOME_ID}%0a"])
async def test_an_id_that_is_none(library: Api, id: str) -> None:
    reply = await library.get(f"/v1/books/{id}")
    assert reply.status_code in (404, 422)
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/books", {"GET", "POST"}),
        ("DELETE", "/v1/books", {"GET", "POST"}),
        ("POST", f"/v1/books/{SOME_ID}", {"GET", "PATCH", "DELETE"}),
        ("POST", "/v1/members/changes", {"GET"}),
        ("OPTIONS", "/v1/books", {"GET", "POST"}),
        ("DELETE", "/livez", {"GET"}),
    ],
)
async def test_another_method_is_told_which_there_are(library: Api, method: str, path: str, allowed: set[str]) -> None:
    reply = await library._client.request(method, path)
    assert_problem(reply, MethodNotAllowed)
    assert set(reply.headers["allow"].replace(" ", "").split(",")) == allowed


async def test_a_fault_says_nothing_of_the_inside(library: Api) -> None:
    reply = await library.post("/v1/books/falls", a_book(borrower="Ada Lovelace"))
    body = assert_problem(reply, InternalError)
    assert set(body) == {"type", "title", "status", "instance", "request_id"}
    assert not any(word in reply.text for word in ("inside", "Ada", "Traceback", "RuntimeError"))


async def test_the_type_is_an_address_at_the_gateway(library: Api) -> None:
    body = assert_problem(await library.get("/v1/nothing"), NotFound)
    assert body["type"] == "http://127.0.0.1:8000/problems/not-found"


async def test_the_request_id_is_the_callers_when_it_is_well_formed(library: Api) -> None:
    given = await library.get("/v1/nothing", headers={"X-Request-Id": "abcdefgh-1"})
    assert given.headers.get_list("x-request-id") == ["abcdefgh-1"]
    for bad in ("short", "x" * 65, "has spaces in it", 'quote"quote"', "<script>alert(1)</script>"):
        reply = await library.get("/v1/nothing", headers={"X-Request-Id": bad})
        assert reply.headers["x-request-id"] not in ("", bad)
        assert reply.json()["request_id"] == reply.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/v1/books?dry_run=true&colour=red", "/v1/books?fields=names", "/v1/books?limit=1"])
async def test_an_unknown_parameter_of_a_write_is_named(library: Api, path: str) -> None:
    name = path.rpartition("?")[2].rpartition("&")[2].partition("=")[0]
    assert_problem(await library.post(path, a_book()), Invalid, pointer=name)


async def test_an_unknown_parameter_of_other_reads_is_named(library: Api) -> None:
    assert_problem(await library.get("/v1/books/echoes/a?colour=red"), Invalid, pointer="colour")
    made = await library.made("/v1/books", a_book())
    assert_problem(await library.get(f"/v1/books/{made['id']}?limit=1"), Invalid, pointer="limit")


async def test_a_flag_takes_true_or_false(library: Api) -> None:
    for value in ("yes", "1", "", "True"):
        assert_problem(await library.post(f"/v1/books?dry_run={value}", a_book()), Invalid, pointer="dry_run")


@pytest.mark.parametrize(
    "query", ["limit=1&limit=2", "sort=name&sort=shelf", "cursor=a&cursor=b", "count=true&count=true"]
)
async def test_a_parameter_given_twice_is_named(library: Api, query: str) -> None:
    assert_problem(await library.get(f"/v1/books?{query}"), Invalid, pointer=query.partition("=")[0])


async def test_too_many_parameters(library: Api) -> None:
    query = "&".join(f"shelf={n}" for n in range(2_000))
    assert_problem(await library.get(f"/v1/books?{query}"), Invalid)


@pytest.mark.parametrize("path", ["/v1/books?shelf=%00", "/v1/books/echoes/%00", "/v1/books/echoes/a?text=%00b"])
async def test_nul_in_an_address_is_invalid(library: Api, path: str) -> None:
    assert_problem(await library.get(path), Invalid)


@pytest.mark.parametrize("query", ["shelf=%FF%FE", "q=%ED%A0%80", "shelf=%F0%9F%98%80", "q=%27%3B--"])
async def test_odd_bytes_in_an_address_do_no_harm(library: Api, query: str) -> None:
    assert (await library.get(f"/v1/books?{query}")).status_code == 200


async def test_the_credential_is_asked_for_before_anything_else(library: Api) -> None:
    reply = await library.as_(None).post("/v1/books?colour=red", {"colour": "red"})
    assert_problem(reply, Unauthenticated)
    assert reply.headers["www-authenticate"].startswith("Bearer")


async def test_errors_are_at_most_a_hundred(library: Api, signer: Signer) -> None:
    reply = await library.post("/v1/books", {f"field_{n}": n for n in range(5_000)})
    assert len(assert_problem(reply, Invalid)["errors"]) == 100


async def test_values_are_not_repeated_in_errors(library: Api) -> None:
    reply = await library.post("/v1/books", a_book(borrower="\x07Ada Lovelace", pages="a secret"))
    assert_problem(reply, Invalid, pointer="/borrower")
    assert not any(word in reply.text for word in ("Ada", "a secret"))
