"""Files that come in a form, as browsers and `curl -F` send them."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.kit.errors import BadRequest, ContentTooLarge, IdempotencyKeyReused
from services.members.features.imports import receiving
from tests.members.imports.sending import held, worked_off
from tests.wire.api import Api, assert_problem


async def sent(members: Api, files: Any = None, *, key: str | None = None, **other: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    params = {"resource": "organisations"}
    return await members.post("/v1/imports", files=files, params=params, headers=headers, **other)


async def test_a_form_with_the_file_is_taken_with_its_name(members: Api) -> None:
    m = uuid4().hex[:10]
    content = f"编号,单位名称\r\n{m},远山酒店\r\n".encode("gb18030")
    reply = await sent(members, {"file": ("会员名单.csv", content, "text/csv")})
    assert reply.status_code == 201, reply.text
    assert (reply.json()["file"]["name"], reply.json()["file"]["size"]) == ("会员名单.csv", len(content))
    done = await worked_off(members, reply.json()["id"])
    assert (done["state"], done["file"]["encoding"]) == ("done", "gb18030")
    assert (await held(members, f"external:{m}"))["names"] == {"zh": "远山酒店"}


async def test_sent_again_with_another_boundary_it_is_the_same_request(members: Api) -> None:
    key = uuid4().hex
    first = await sent(members, {"file": ("a.csv", b"name\nA\n")}, key=key)
    again = await sent(members, {"file": ("a.csv", b"name\nA\n")}, key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert_problem(await sent(members, {"file": ("a.csv", b"name\nB\n")}, key=key), IdempotencyKeyReused)


@pytest.mark.parametrize(
    "files",
    [
        {"resource": (None, b"organisations"), "file": ("a.csv", b"name\nA\n")},
        [("file", ("a.csv", b"name\nA\n")), ("file", ("b.csv", b"name\nB\n"))],
    ],
    ids=["a field", "two files"],
)
async def test_a_form_of_more_than_the_file_is_refused(members: Api, files: Any) -> None:
    problem = assert_problem(await sent(members, files), BadRequest)
    assert "parameters are said in the address" in problem["detail"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"no form"),
        ("multipart/form-data; boundary=x", b""),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nna',
        ),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A" * 10_000 + b": 1\r\n\r\n"),
        (f"multipart/form-data; boundary={'x' * 300}", b"--x\r\n"),
    ],
    ids=["no boundary", "no form", "empty", "broken off", "long header", "long boundary"],
)
async def test_a_broken_form_is_refused(members: Api, content_type: str, body: bytes) -> None:
    reply = await members.post(
        "/v1/imports", content=body, params={"resource": "organisations"}, headers={"Content-Type": content_type}
    )
    assert_problem(reply, BadRequest)


async def test_a_file_in_a_form_may_be_as_large_as_any(members: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "LARGEST_FILE", 1_000)
    assert_problem(await sent(members, {"file": ("a.csv", b"name\n" + b"x" * 1_000)}), ContentTooLarge)
    assert (await sent(members, {"file": ("a.csv", b"name\n" + b"x" * 990)})).status_code == 201
