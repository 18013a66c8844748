"""Logs: one JSON object a line, with the request's id, and nothing that is secret or personal."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from tests.kit.conftest import Fresh
from tests.kit.live import eventually, free_port, gateway, served
from tests.kit.sample import a_book
from tests.wire.callers import Signer

_SERVE = """
from services.kit.app import build_app
from services.kit.serve import serve
from services.kit.settings import Settings
from tests.kit.toy.services import LIBRARY

settings = Settings()
serve(build_app(LIBRARY, settings), settings, LIBRARY.name)
"""


class Process:
    """The library as a process of its own, and what it has printed."""

    def __init__(self, url: str, process: asyncio.subprocess.Process) -> None:
        self.url = url
        self._process = process
        self.output = ""

    async def read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            self.output += line.decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.splitlines()]


@asynccontextmanager
async def running(database_url: str, gateway_url: str) -> AsyncIterator[Process]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _SERVE,
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "PORT": str(port),
            "GATEWAY_URL": gateway_url,
            "ACCESS_LOG": "all",
            "LOG_LEVEL": "DEBUG",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    served_at = Process(f"http://127.0.0.1:{port}", process)
    reading = asyncio.create_task(served_at.read())

    async def answers() -> bool:
        async with httpx.AsyncClient() as client:
            try:
                return (await client.get(f"{served_at.url}/readyz")).status_code == 200
            except httpx.HTTPError:
                return False

    try:
        await eventually(answers)
        yield served_at
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 15)
        except TimeoutError:
            process.kill()
            await process.wait()
        await reading


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def process(fresh: Fresh, signer: Signer) -> AsyncIterator[Process]:
    """The process, trusting the test's keys by way of a gateway."""
    async with served(gateway(signer)) as gate, running(fresh(), gate) as process:
        yield process


@pytest_asyncio.fixture(loop_scope="session")
async def client(process: Process, signer: Signer) -> AsyncIterator[httpx.AsyncClient]:
    """A staff member's client."""
    headers = {"Authorization": f"Bearer {signer.staff()}"}
    async with httpx.AsyncClient(base_url=process.url, headers=headers, timeout=20) as client:
        yield client


async def told_of(process: Process, request_id: str) -> list[dict[str, Any]]:
    async def there() -> list[dict[str, Any]]:
        lines = [line for line in process.lines if line.get("request_id") == request_id]
        return lines if any(line["event"] == "request" for line in lines) else []

    found: list[dict[str, Any]] = await eventually(there)
    return found


async def test_a_request_is_one_line_with_its_id_and_its_trace(process: Process, client: httpx.AsyncClient) -> None:
    id, trace = f"request-{uuid4()}", uuid4().hex
    await client.get("/v1/books", headers={"X-Request-Id": id, "traceparent": f"00-{trace}-{'b' * 16}-01"})
    (line,) = await told_of(process, id)
    assert (line["method"], line["route"], line["status"], line["trace_id"]) == ("GET", "/v1/books", 200, trace)
    assert (line["service"], line["level"]) == ("members", "info")


PERSONAL = ("Ada Lovelace", "ada@example.org", "9787101000000")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (a_book(borrower="Ada Lovelace ada@example.org", remark="\0"), 422),
        (a_book(borrower="Ada Lovelace ada@example.org", extra={"a": "\0"}), 422),
        (a_book(borrower="Ada Lovelace ada@example.org", shelf="no such shelf"), 500),
        (a_book(borrower="Ada Lovelace ada@example.org", shelfmark="9787101000000"), 500),
        (a_book(borrower="Ada Lovelace ada@example.org", pages="9787101000000"), 422),
    ],
)
async def test_what_goes_wrong_is_told_without_the_values(
    process: Process, client: httpx.AsyncClient, body: dict[str, Any], status: int
) -> None:
    await client.post("/v1/books", json=a_book(shelfmark="9787101000000"))
    id = f"request-{uuid4()}"
    reply = await client.post("/v1/books", json=body, headers={"X-Request-Id": id})
    assert reply.status_code == status, reply.text
    lines = await told_of(process, id)
    if status == 500:
        assert any("exception" in line for line in lines), "a fault leaves its traceback"
    for word in PERSONAL:
        assert word not in process.output


async def test_a_fault_is_told_once_with_its_traceback(process: Process, client: httpx.AsyncClient) -> None:
    id = f"request-{uuid4()}"
    await client.post("/v1/books/falls", json=a_book(), headers={"X-Request-Id": id})
    lines = await told_of(process, id)
    faults = [line for line in lines if "exception" in line]
    assert len(faults) == 1
    assert "in fall\n" in faults[0]["exception"]


async def test_credentials_are_in_no_line(process: Process, client: httpx.AsyncClient, signer: Signer) -> None:
    token = signer.staff()
    key = "alc_live_abcdefgh_0123456789abcdefghijklmnopqrstuvwxyz"
    for given in (token, key, token[:-3]):
        await client.get("/v1/books", headers={"Authorization": f"Bearer {given}", "X-On-Behalf-Of": given})
        await client.get(f"/v1/books/{given}")
        await client.get(f"/v1/books?cursor={given}")
        await client.get(f"/{given}")
        await client.post("/v1/books/falls", json=a_book(borrower=given))
    id = f"request-{uuid4()}"
    await client.get("/v1/books", headers={"X-Request-Id": id})
    await told_of(process, id)
    for secret in (token, key, token[:-3], token.rpartition(".")[2], str(client.headers["authorization"])):
        assert secret not in process.output


async def test_every_line_of_a_request_bears_its_id(process: Process, client: httpx.AsyncClient) -> None:
    await client.post("/v1/books", json=a_book(shelf="no such shelf"))
    await client.get("/v1/books/nonsense")
    await asyncio.sleep(0.5)
    of_requests = [line for line in process.lines if line["event"] in ("request", "request_failed", "database_refused")]
    assert of_requests
    assert all(line.get("request_id") for line in of_requests)
    assert all({"event", "level", "timestamp", "service"} <= set(line) for line in process.lines)
