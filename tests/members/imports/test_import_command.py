"""`alliance import FILE`."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from rich.console import Console

from deploy.import_file import Wish, import_file
from deploy.refusal import Refusal
from tests.members.imports.sending import held
from tests.wire.api import Api
from tests.wire.callers import Signer
from tests.wire.changes import work


@asynccontextmanager
async def a_worker(members: Api) -> AsyncIterator[None]:
    """The worker, beside the command."""
    stop = asyncio.Event()

    async def until_stopped() -> None:
        while not stop.is_set():
            await work(members)
            await asyncio.sleep(0.05)

    task = asyncio.create_task(until_stopped())
    try:
        yield
    finally:
        stop.set()
        await task


async def imported(members: Api, signer: Signer, file: Path, **wish: object) -> str:
    """What the command says."""
    console = Console(file=io.StringIO(), width=200)
    given = {"resource": "organisations", "mapping_id": None, "on_invalid": "leave_out", "rehearse_only": False}
    wanted = Wish(file=file, yes=True, **{**given, **wish})  # type: ignore[arg-type]
    async with a_worker(members):
        await import_file("http://test", signer.staff(), wanted, console, httpx.ASGITransport(members.app))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def test_rehearses_stores_and_keeps_the_rejected_rows(members: Api, signer: Signer, tmp_path: Path) -> None:
    m = uuid4().hex[:10]
    file = tmp_path / "members.csv"
    file.write_text(f"编号,单位名称\n{m}1,甲酒店\n{m}2,\n")
    said = await imported(members, signer, file)
    assert "identifiers.external" in said
    assert "1 would be created, 1 would be rejected" in said
    assert "1 created, 1 rejected" in said
    assert "row 3: 单位名称: The row has no name." in said
    assert (await held(members, f"external:{m}1"))["names"] == {"zh": "甲酒店"}
    assert f"{m}2" in (tmp_path / "members-rejected.csv").read_text("utf-8-sig")


async def test_only_rehearses_when_asked_to(members: Api, signer: Signer, tmp_path: Path) -> None:
    m = uuid4().hex[:10]
    file = tmp_path / "members.csv"
    file.write_text(f"编号,单位名称\n{m},甲酒店\n")
    assert "1 would be created" in await imported(members, signer, file, rehearse_only=True)
    assert await members.items("/v1/organisations", identifier=f"external:{m}") == []


class Followed(httpx.ASGITransport):
    """The way to the app; notes that the command asks how its import goes."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app)
        self.asked = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            self.asked.set()
        return await super().handle_async_request(request)


async def test_broken_off_it_ends_the_import_too(members: Api, signer: Signer, tmp_path: Path) -> None:
    file = tmp_path / "名单.csv"
    file.write_text("name\nInn\n")
    console = Console(file=io.StringIO(), width=200)
    wish = Wish(file, "organisations", None, "leave_out", rehearse_only=False, yes=True)
    transport = Followed(members.app)
    # No worker runs: the command waits until it is broken off.
    running = asyncio.create_task(import_file("http://test", signer.staff(), wish, console, transport))
    await asyncio.wait_for(transport.asked.wait(), 30)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await members.items("/v1/imports", state="reading") == []
    assert isinstance(console.file, io.StringIO)
    assert "Broken off. Nothing was stored." in console.file.getvalue()


async def test_rejected_rows_with_sensitive_columns_are_saved_for_a_purpose(
    members: Api, signer: Signer, tmp_path: Path
) -> None:
    m = uuid4().hex[:8]
    file = tmp_path / "people.csv"
    file.write_text(f"name,passport number\nAda {m},A{m}\n,B{m}\n")
    said = await imported(members, signer, file, resource="persons", rehearse_only=True)
    assert "The rejected rows were not saved: Say what it is for" in said
    assert list(tmp_path.iterdir()) == [file]
    await imported(members, signer, file, resource="persons", rehearse_only=True, purpose="record_keeping")
    assert f"B{m}" in (tmp_path / "people-rejected.csv").read_text("utf-8-sig")


async def test_says_in_one_line_what_is_wrong_with_a_file(members: Api, signer: Signer, tmp_path: Path) -> None:
    file = tmp_path / "members.pdf"
    file.write_bytes(b"%PDF-1.7")
    with pytest.raises(Refusal, match="a PDF"):
        await imported(members, signer, file)
