"""Following an import, seeing it, and what survives."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

from jsonschema_rs import Draft202012Validator
from sqlalchemy import text

from services.contracts.members.imports import Import, ImportedRowPage
from services.kit.errors import (
    Forbidden,
    IdempotencyKeyReused,
    Invalid,
    InvalidCursor,
    UnsupportedMediaType,
)
from services.members.features.imports.progress import EVENTS
from services.members.features.imports.receiving import UnreadableFile
from services.members.features.imports.work import SWEEP, _step
from tests.members.contract import exactly
from tests.members.imports.sending import imported, post_file, read, rows_of, worked_off
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import work


async def test_events_tell_how_far_it_is_and_when_it_ends(members: Api) -> None:
    reply = await post_file(members, f"name\nInn {uuid4().hex}\n".encode())
    path = f"/v1/imports/{reply.json()['id']}/progress"
    followed = asyncio.create_task(members.get(path))
    await asyncio.sleep(0.1)
    await worked_off(members, reply.json()["id"])
    events = await asyncio.wait_for(followed, 20)
    assert events.headers["content-type"].startswith("text/event-stream")
    told = [part.split("\n") for part in events.text.split("\n\n") if "event:" in part]
    last = told[-1]
    assert "event: end" in last
    end = json.loads(last[-1].removeprefix("data: "))
    assert (end["state"], end["counts"]["created"]) == ("done", 1)
    said = Draft202012Validator(EVENTS)
    for lines in told:
        said.validate({name: value for name, _, value in (line.partition(": ") for line in lines) if name != "retry"})
    said.validate(events.text)


async def test_each_field_is_as_the_contract_says(members: Api) -> None:
    done = await imported(members, "编号,单位名称,日期\n,远山,05/06/2024\n,,\n")
    exactly(Import, (await members.get(f"/v1/imports/{done['id']}")).content)
    page = await members.get(f"/v1/imports/{done['id']}/rows")
    ImportedRowPage.model_validate_json(page.content, strict=False)
    sent = await post_file(members, b"name\nx\n")
    exactly(Import, (await members.get(f"/v1/imports/{sent.json()['id']}")).content)


async def test_partners_see_none_and_send_none(members: Api, signer: Signer) -> None:
    done = await imported(members, f"name\nInn {uuid4().hex}\n")
    partner = members.as_(signer.partner(uuid4()))
    assert await partner.items("/v1/imports") == []
    for path in ("", "/rows", "/rejected-rows", "/progress"):
        assert (await partner.get(f"/v1/imports/{done['id']}{path}")).status_code == 404
    assert_problem(await post_file(partner, b"name\nx\n"), Forbidden)
    for path in ("runs", "cancellations", "undos"):
        assert (await partner.post(f"/v1/imports/{done['id']}/{path}", {})).status_code == 403


async def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_kept(members: Api) -> None:
    before = len(await members.items("/v1/imports"))
    for content in (b"", b"%PDF-1.7", b"PK\x03\x04 broken"):
        assert_problem(await post_file(members, content), UnreadableFile)
    # What a parameter says wrongly is told first.
    assert_problem(await post_file(members, b"", on_invalid="ask"), Invalid)
    assert len(await members.items("/v1/imports")) == before


async def test_what_is_said_to_be_json_is_a_list_or_an_object(members: Api) -> None:
    sent = {"params": {"resource": "organisations"}, "headers": {"Content-Type": "application/json"}}
    for content in (b"1", b'"name"', b"null", b"name\nInn\n", b""):
        assert_problem(await members.post("/v1/imports", content=content, **sent), Invalid)
    for content in (b"{}", b"[1]"):
        assert_problem(await members.post("/v1/imports", content=content, **sent), UnreadableFile)
    name = f"Inn {uuid4().hex}".encode()
    for content in (b'\xef\xbb\xbf [{"name": "%s"}]' % name, b'{"items": [{"name": "%s"}]}' % name):
        assert (await members.post("/v1/imports", content=content, **sent)).status_code == 201


async def test_parameters_are_checked(members: Api) -> None:
    assert_problem(await post_file(members, b"name\nx\n", resource="events"), Invalid)
    assert_problem(await post_file(members, b"name\nx\n", encoding="klingon"), Invalid)
    assert_problem(await post_file(members, b"name\nx\n", colour="red"), Invalid, pointer="colour")
    reply = await members.post(
        "/v1/imports", content=b"x", params={"resource": "persons"}, headers={"Content-Type": "image/png"}
    )
    assert_problem(reply, UnsupportedMediaType)


async def test_a_repeated_key_makes_one_import_and_never_of_another_file(members: Api) -> None:
    headers = {"Content-Type": "text/csv", "Idempotency-Key": uuid4().hex}
    sent: dict[str, Any] = {"params": {"resource": "organisations"}, "headers": headers}
    first = await members.post("/v1/imports", content=b"name\nA\n", **sent)
    again = await members.post("/v1/imports", content=b"name\nA\n", **sent)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert_problem(await members.post("/v1/imports", content=b"name\nB\n", **sent), IdempotencyKeyReused)


async def test_pages_of_rows_go_on_where_they_ended(members: Api) -> None:
    done = await imported(members, "name\n" + "".join(f"Inn {uuid4().hex}\n" for _ in range(7)))
    assert [row["number"] for row in await rows_of(members, done["id"], limit=3)] == list(range(2, 9))
    reply = await members.get(f"/v1/imports/{done['id']}/rows", params={"cursor": "nonsense"})
    assert_problem(reply, InvalidCursor)


async def test_a_worker_that_dies_half_way_loses_and_doubles_nothing(members: Api) -> None:
    m = uuid4().hex[:10]
    lines = "".join(f"{m}-{n},Inn {m} {n}\n" for n in range(1_400))
    reply = await post_file(members, f"编号,单位名称\n{lines}".encode())
    id = UUID(reply.json()["id"])
    while (await read(members, str(id)))["counts"]["done"] < 1_000:
        assert await _step(members.runtime, id)
    # Two workers, one of which was only taken for dead, go on at once.
    await asyncio.gather(_step(members.runtime, id), _step(members.runtime, id))
    done = await worked_off(members, str(id))
    assert (done["state"], done["counts"]["created"], done["counts"]["rejected"]) == ("done", 1_400, 0)
    rows = await rows_of(members, str(id), outcome="created", limit=200)
    assert len({row["record_id"] for row in rows}) == 1_400


async def test_a_worker_that_died_while_reading_reads_no_row_twice(members: Api) -> None:
    m = uuid4().hex[:10]
    reply = await post_file(members, f"编号,单位名称\n{m}1,甲\n{m}2,乙\n".encode())
    async with members.runtime.database.transaction() as session:
        left_over = text("INSERT INTO import_line (import_id, number, cells, extra) VALUES (:id, 2, :cells, '{}')")
        await session.execute(left_over, {"id": reply.json()["id"], "cells": [f"{m}1", "甲"]})
    done = await worked_off(members, reply.json()["id"])
    assert (done["state"], done["counts"]["read"], done["counts"]["created"]) == ("done", 2, 2)


async def test_what_cannot_be_taken_back_any_more_is_forgotten(members: Api) -> None:
    done = await imported(members, f"name\nInn {uuid4().hex}\n")
    async with members.runtime.database.transaction() as session:
        past = text("UPDATE import SET undo_until = now() - interval '1 day' WHERE id = :id")
        await session.execute(past, {"id": done["id"]})
    await SWEEP.run(members.runtime)
    assert await rows_of(members, done["id"]) == []
    kept = await read(members, done["id"])
    assert (kept["counts"]["created"], kept["columns"][0]["samples"]) == (1, [])
    assert (await members.post(f"/v1/imports/{done['id']}/undos")).status_code == 409


async def test_what_nobody_goes_on_with_is_given_up_and_forgotten(members: Api) -> None:
    waiting = await imported(members, f"name\nInn {uuid4().hex}\n", dry_run="true")
    asked = await imported(members, "x;y\n1;2\n")
    assert (waiting["state"], asked["state"]) == ("checked", "proposed")
    await SWEEP.run(members.runtime)
    assert (await read(members, waiting["id"]))["state"] == "checked"
    async with members.runtime.database.transaction() as session:
        past = text("UPDATE import SET updated_at = now() - interval '8 days' WHERE id = ANY(CAST(:ids AS uuid[]))")
        await session.execute(past, {"ids": [waiting["id"], asked["id"]]})
    await SWEEP.run(members.runtime)
    await work(members)
    for id in (waiting["id"], asked["id"]):
        given_up = await read(members, id)
        assert (given_up["state"], given_up["problem"]["code"]) == ("cancelled", "expired")
        assert await rows_of(members, id) == []
        assert all(column["samples"] == [] for column in given_up["columns"])
        assert (await members.post(f"/v1/imports/{id}/runs", {})).status_code == 409
