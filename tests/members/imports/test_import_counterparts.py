"""Importing counterparts, which are liaison's."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.contracts.scopes import SCOPES
from services.kit.app import build_app
from services.kit.auth import TokenAuthenticator
from services.kit.service import Service
from services.kit.settings import Settings
from services.liaison.app import SERVICE as LIAISON
from services.members.app import SERVICE
from tests.conftest import Migrated
from tests.kit.live import free_port, gateway, says, served
from tests.members.imports.sending import imported, post_file, problems, rows_of, worked_off
from tests.wire import api as wire
from tests.wire.api import Api
from tests.wire.callers import Signer
from tests.wire.changes import work

Names = tuple[dict[str, str], dict[str, list[str]]]
"""Names, and the languages that lag behind."""


class Slow:
    """Holds a call up until it is let go."""

    def __init__(self) -> None:
        self.method = ""
        self.came, self.goes = threading.Event(), threading.Event()

    async def __call__(self, method: str) -> None:
        if method and method == self.method:
            self.method = ""
            self.came.set()
            await asyncio.to_thread(self.goes.wait, 10)


@dataclass
class Beside:
    """Members, with liaison behind a socket."""

    members: Api
    liaison: Api
    barred: set[str]
    """Whom the gateway lets call no more."""
    lost: set[str]
    """Methods to whose next call liaison's answer is lost."""
    slow: Slow


class Forgetful:
    """Does what it is told, and does not say so."""

    def __init__(self, app: ASGIApp, lost: set[str], slow: Slow) -> None:
        self._app, self._lost, self._slow = app, lost, slow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope.get("method", "") if scope.get("path", "").startswith("/v1/counterparts") else ""
        await self._slow(asked)
        if asked not in self._lost:
            await self._app(scope, receive, send)
            return
        self._lost.remove(asked)
        said: list[Message] = []

        async def keep(message: Message) -> None:
            said.append(message)

        await self._app(scope, receive, keep)
        assert said[0]["status"] == 200
        await says(503)(scope, receive, send)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def beside(
    migrated: Migrated,
    serving: Callable[[Service], AsyncIterator[Api]],
    signer: Signer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Beside]:
    async def keys() -> Any:
        return signer.public

    barred, lost, slow = set[str](), set[str](), Slow()
    async with served(gateway(signer, barred=barred)) as gateway_url:
        port = free_port()
        async for liaison in serving(LIAISON):
            behind = Settings(database_url=liaison.runtime.settings.database_url, gateway_url=gateway_url)
            settings = Settings(
                database_url=migrated(SERVICE.package),
                gateway_url=gateway_url,
                liaison_url=f"http://127.0.0.1:{port}",
                files_url=tmp_path_factory.mktemp("files").as_uri(),
            )
            app = build_app(SERVICE, settings, authenticate=TokenAuthenticator(keys))
            forgetful = build_app(LIAISON, behind)
            forgetful.front = Forgetful(forgetful.front, lost, slow)
            async with served(forgetful, port), wire.running(app):
                yield Beside(Api(app, signer.staff()), liaison, barred, lost, slow)


async def test_makes_changes_and_takes_back(beside: Beside) -> None:
    m, members = uuid4().hex[:10], beside.members
    header = "编号,名称,类型,代表国,城市\n"
    content = header + f"{m}1,尼泊尔驻华大使馆 Embassy of Nepal,大使馆,尼泊尔,Beijing\n{m}2,,领事馆,,\n"
    checked = await imported(members, content, resource="counterparts", dry_run="true")
    assert (checked["counts"]["created"], checked["counts"]["rejected"]) == (1, 1)
    assert await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}1") == []

    done = await imported(members, content, resource="counterparts")
    (made,) = await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}1")
    assert (made["kind"], made["represents"], made["city"]) == ("embassy", "NP", "Beijing")
    assert [row["record_id"] for row in await rows_of(members, done["id"])] == [made["id"], None]

    again = await imported(members, header + f"{m}1,,,,Kathmandu\n", resource="counterparts")
    assert again["counts"]["rejected"] == 1
    again = await imported(members, header + f"{m}1,尼泊尔驻华大使馆,,,Shanghai\n", resource="counterparts")
    assert again["counts"]["updated"] == 1
    await members.post(f"/v1/imports/{again['id']}/undos")
    assert (await worked_off(members, again["id"]))["counts"]["undone"] == 1
    (found,) = await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}1")
    assert found["city"] == "Beijing"
    await members.post(f"/v1/imports/{done['id']}/undos")
    assert (await worked_off(members, done["id"]))["counts"]["kept"] == 1
    assert [row["undo"] for row in await rows_of(members, done["id"], outcome="created")] == ["changed_since"]


async def test_languages_that_fell_behind_are_level_again(beside: Beside) -> None:
    m, members = uuid4().hex[:10], beside.members

    async def found() -> Names:
        (one,) = await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}")
        return one["names"], one["stale_texts"]

    async def taken_back(done: dict[str, Any], *, lost: bool) -> int:
        await members.post(f"/v1/imports/{done['id']}/undos")
        if lost:
            beside.lost.add("PATCH")
            await work(members)
            assert not beside.lost
            await asyncio.sleep(2.1)
        undone: int = (await worked_off(members, done["id"]))["counts"]["undone"]
        return undone

    await imported(members, f"编号,中文名称,英文名称\n{m},大使馆,Embassy A\n", resource="counterparts")
    level: Names = {"zh": "大使馆", "en": "Embassy A"}, {}
    assert await found() == level
    done = await imported(members, f"编号,英文名称\n{m},Embassy B\n", resource="counterparts")
    behind = {"zh": "大使馆", "en": "Embassy B"}, {"names": ["zh"]}
    assert await found() == behind
    assert (await taken_back(done, lost=True), await found()) == (1, level)
    await imported(members, f"编号,英文名称\n{m},Embassy B\n", resource="counterparts")
    done = await imported(members, f"编号,中文名称\n{m},使馆\n", resource="counterparts")
    assert await found() == ({"zh": "使馆", "en": "Embassy B"}, {})
    assert (await taken_back(done, lost=False), await found()) == (1, behind)


async def test_an_untouched_one_goes_when_it_is_taken_back(beside: Beside) -> None:
    m = uuid4().hex[:10]
    done = await imported(beside.members, f"编号,名称\n{m},Ministry {m}\n", resource="counterparts")
    await beside.members.post(f"/v1/imports/{done['id']}/undos")
    assert (await worked_off(beside.members, done["id"]))["counts"]["undone"] == 1
    assert await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}") == []


async def test_what_liaison_refuses_is_told_by_row(beside: Beside) -> None:
    m = uuid4().hex[:10]
    content = f"名称,custom.nothing\nA {m},\nB {m},x\n"
    done = await imported(beside.members, content, resource="counterparts")
    assert done["counts"]["created"] == 1
    (row,) = await rows_of(beside.members, done["id"], outcome="rejected")
    assert (row["number"], problems(row)) == (3, {"invalid"})


async def test_two_rows_that_name_one_by_different_ids_are_both_rejected(beside: Beside) -> None:
    m, members = uuid4().hex[:10], beside.members
    await imported(members, f"名称,identifiers\nA {m},external:{m}；wikidata:Q{m}\n", resource="counterparts")
    text = f"名称,identifiers,city\nA {m},external:{m},Lhasa\nB {m},,\nA {m},wikidata:Q{m},Guiyang\n"
    for dry_run in ("true", "false"):
        done = await imported(members, text, resource="counterparts", dry_run=dry_run)
        told = [(row["outcome"], problems(row)) for row in await rows_of(members, done["id"])]
        assert told == [("rejected", {"repeated_id"}), ("created", set()), ("rejected", {"repeated_id"})]
    (held,) = await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}")
    assert (held["city"], held["version"]) == (None, 1)


def leaver(beside: Beside, signer: Signer) -> tuple[str, Api]:
    """Somebody who will leave the office."""
    subject = f"user:{uuid4()}"
    return subject, beside.members.as_(signer.token(subject, "staff", list(SCOPES)))


async def test_liaison_s_log_names_who_started_it(beside: Beside, signer: Signer) -> None:
    m = uuid4().hex[:10]
    subject, starter = leaver(beside, signer)
    await imported(starter, f"编号,名称\n{m},Ministry {m}\n", resource="counterparts")
    done = await imported(starter, f"编号,名称,城市\n{m},Ministry {m},Lhasa\n", resource="counterparts")
    assert done["counts"]["updated"] == 1
    await starter.post(f"/v1/imports/{done['id']}/undos")
    await worked_off(starter, done["id"])
    (made,) = await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}")
    told = await beside.liaison.items("/v1/liaison/changes", resource_id=made["id"])
    assert [(one["type"].rsplit(".", 1)[1], one["actor"], one["via"]) for one in told] == [
        (verb, subject, "service:members") for verb in ("created", "updated", "updated")
    ]


async def test_for_who_may_not_call_any_more_liaison_does_nothing(beside: Beside, signer: Signer) -> None:
    m = uuid4().hex[:10]
    subject, starter = leaver(beside, signer)
    done = await imported(starter, f"编号,名称\n{m}1,Ministry {m}\n", resource="counterparts")
    beside.barred.add(subject)
    beside.members.runtime.authorise.forget()  # as seconds later
    late = await imported(starter, f"编号,名称\n{m}2,Ministry {m}\n", resource="counterparts")
    assert (late["state"], late["counts"]["rejected"]) == ("done", 1)
    assert [problems(row) for row in await rows_of(starter, late["id"])] == [{"starter_barred"}]
    assert await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}2") == []
    await starter.post(f"/v1/imports/{done['id']}/undos")
    kept = await worked_off(starter, done["id"])
    assert (kept["state"], kept["problem"]["code"], kept["undo_until"]) == (
        "done", "starter_barred", done["undo_until"],
    )  # fmt: skip
    await beside.members.post(f"/v1/imports/{done['id']}/undos")
    assert (await worked_off(beside.members, done["id"]))["counts"]["undone"] == 1
    assert await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}1") == []


async def lost_answer(beside: Beside, method: str, content: str) -> dict[str, Any]:
    """An import to which liaison's answer is lost once, when it was tried again."""
    sent = await post_file(beside.members, content.encode(), resource="counterparts")
    beside.lost.add(method)
    await work(beside.members)
    assert not beside.lost
    return await tried_again(beside, sent.json()["id"])


async def tried_again(beside: Beside, id: str) -> dict[str, Any]:
    await asyncio.sleep(2.1)  # a job that failed is tried again after a second or two
    return await worked_off(beside.members, id)


async def test_what_liaison_did_is_taken_back_though_its_answer_was_lost(beside: Beside) -> None:
    m, members = uuid4().hex[:10], beside.members
    content = f"编号,名称,城市\n{m}1,Ministry {m},Beijing\n,Embassy {m},Beijing\n"
    made = await lost_answer(beside, "POST", content)
    assert made["counts"]["created"] == 2
    assert len(await beside.liaison.items("/v1/counterparts", q=m)) == 2
    changed = await lost_answer(beside, "PATCH", f"编号,名称,城市\n{m}1,Ministry {m},Lhasa\n")
    assert changed["counts"]["updated"] == 1

    await members.post(f"/v1/imports/{changed['id']}/undos")
    beside.lost.add("PATCH")
    await work(members)
    assert not beside.lost
    undone = await tried_again(beside, changed["id"])
    assert (undone["counts"]["undone"], undone["counts"]["kept"]) == (1, 0)
    (found,) = await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}1")
    assert found["city"] == "Beijing"

    await members.post(f"/v1/imports/{made['id']}/undos")
    counts = (await worked_off(members, made["id"]))["counts"]
    assert (counts["undone"], counts["kept"]) == (1, 1)  # the other one was changed since, and changed back
    assert len(await beside.liaison.items("/v1/counterparts", q=m)) == 1


async def test_what_liaison_did_while_the_import_was_stopped_is_taken_back(beside: Beside) -> None:
    m, slow = uuid4().hex[:10], beside.slow
    sent = await post_file(beside.members, f"编号,名称\n{m},Ministry {m}\n".encode(), resource="counterparts")
    path = f"/v1/imports/{sent.json()['id']}"
    slow.method = "POST"
    working = asyncio.create_task(work(beside.members))
    assert await asyncio.to_thread(slow.came.wait, 10)
    assert (await beside.members.post(f"{path}/cancellations")).status_code == 200
    slow.goes.set()
    await working
    stopped = await worked_off(beside.members, sent.json()["id"])
    assert (stopped["state"], stopped["counts"]["created"]) == ("cancelled", 1)
    await beside.members.post(f"{path}/undos")
    assert (await worked_off(beside.members, stopped["id"]))["counts"]["undone"] == 1
    assert await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}") == []


async def test_a_row_that_somebody_else_changed_alike_is_not_the_import_s(beside: Beside) -> None:
    m = uuid4().hex[:10]
    await imported(beside.members, f"编号,名称,城市\n{m},Ministry {m},Lhasa\n", resource="counterparts")
    (found,) = await beside.liaison.items("/v1/counterparts", identifier=f"external:{m}")
    await beside.liaison.patch(f"/v1/counterparts/{found['id']}", {"city": "Beijing"})
    again = await imported(beside.members, f"编号,名称,城市\n{m},Ministry {m},Beijing\n", resource="counterparts")
    assert again["counts"]["matched"] == 1
