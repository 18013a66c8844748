"""The change log read as a feed: everything once, nothing skipped, nothing shown to who may not see it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from services.kit.auth import Caller
from services.kit.changes import HIDDEN
from services.kit.errors import Forbidden
from tests.kit.sample import a_book
from tests.kit.toy import books as feature
from tests.kit.toy.contract import BookCreate
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

FEED = "/v1/members/changes"
CLERK = Caller("user:clerk", "staff")


async def page(library: Api, cursor: str | None, limit: int = 50) -> tuple[list[dict[str, Any]], str | None]:
    """A page, and the cursor to read on with, now or later."""
    given = {"limit": limit, **({"cursor": cursor} if cursor else {})}
    reply = await library.get(FEED, params=given)
    assert reply.status_code == 200, reply.text
    return reply.json()["items"], reply.json()["resume_cursor"]


async def test_a_transaction_that_commits_late_is_not_skipped(library: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Api, "patience", 0.2)
    _, cursor = await page(library, None, 200)
    async with library.runtime.database.sessions() as late:
        first = await feature.create(late, CLERK, BookCreate(**a_book()))
        second = await library.made("/v1/books", a_book(shelf="B"))
        between, cursor = await page(library, cursor)
        await late.commit()
    after, cursor = await page(library, cursor)
    found = [change["resource_id"] for change in between + after]
    assert found == [str(first.id), second["id"]]
    assert (await page(library, cursor))[0] == []


async def test_a_transaction_that_is_rolled_back_holds_nobody_up(library: Api) -> None:
    _, cursor = await page(library, None, 200)
    async with library.runtime.database.sessions() as late:
        await feature.create(late, CLERK, BookCreate(**a_book()))
        made = await library.made("/v1/books", a_book(shelf="B"))
        await late.rollback()
    found, _ = await page(library, cursor)
    assert [change["resource_id"] for change in found] == [made["id"]]


async def test_under_many_writers_a_reader_sees_each_change_once(library: Api) -> None:
    _, cursor = await page(library, None, 200)
    writing = asyncio.gather(*[_writer(library, n) for n in range(6)])
    found: list[str] = []
    while not writing.done():
        items, cursor = await page(library, cursor, 3)
        found += [change["resource_id"] for change in items]
    made = {id for ids in await writing for id in ids}
    while True:
        items, cursor = await page(library, cursor, 3)
        if not items:
            break
        found += [change["resource_id"] for change in items]
    assert sorted(found) == sorted(made)


async def _writer(library: Api, n: int) -> list[str]:
    made = []
    for _ in range(10):
        async with library.runtime.database.transaction() as session:
            for _ in range(2):
                row = await feature.create(session, CLERK, BookCreate(**a_book(shelf="AB"[n % 2])))
                made.append(str(row.id))
                await asyncio.sleep(0.001 * n)
    return made


async def test_an_empty_feed_can_be_resumed_when_something_comes(library: Api) -> None:
    reply = await library.get(FEED, params={"resource_id": str(uuid4())})
    assert reply.json() == {"items": [], "next_cursor": None, "resume_cursor": None}


async def test_following_to_the_end_and_resuming_later_repeats_nothing(library: Api) -> None:
    everything: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        made = [(await library.made("/v1/books", a_book()))["id"] for _ in range(2)]
        items, cursor = await page(library, cursor, 200)
        assert [change["resource_id"] for change in items][-2:] == made
        everything += [change["id"] for change in items]
    assert len(everything) == len(set(everything))


async def test_personal_values_are_named_and_not_shown(library: Api) -> None:
    made = await library.made("/v1/books", a_book(borrower="Ada Lovelace", author="Byron"))
    await library.patch(f"/v1/books/{made['id']}", {"borrower": "Charles Babbage"})
    await library.patch(f"/v1/books/{made['id']}", {"borrower": None})
    await library.delete(f"/v1/books/{made['id']}")
    reply = await library.get(FEED, params={"resource_id": made["id"]})
    assert not any(name in reply.text for name in ("Ada", "Babbage"))
    created, lent, returned, deleted = reply.json()["items"]
    assert (created["after"]["borrower"], created["after"]["author"]) == (HIDDEN, "Byron")
    assert (lent["before"], lent["after"]) == ({"borrower": HIDDEN}, {"borrower": HIDDEN})
    assert (returned["before"], returned["after"]) == ({"borrower": HIDDEN}, {"borrower": None})
    assert (deleted["before"]["author"], deleted["after"]) == ("Byron", {})


async def test_a_change_of_nothing_is_no_change(library: Api) -> None:
    made = await library.made("/v1/books", a_book(author="Byron"))
    reply = await library.patch(f"/v1/books/{made['id']}", {"author": "Byron"})
    assert (reply.status_code, reply.json()["version"]) == (200, 1)
    assert len(await library.items(FEED, resource_id=made["id"])) == 1


async def test_tells_who_when_and_by_which_request(library: Api, signer: Signer) -> None:
    made = await library.post("/v1/books", a_book(), headers={"X-Request-Id": "request-of-the-test"})
    (change,) = await library.items(FEED, resource_id=made.json()["id"])
    assert change["actor"].startswith("user:")
    assert (change["via"], change["request_id"], change["resource_version"]) == (None, "request-of-the-test", 1)


async def test_tells_who_it_was_done_for(library: Api, signer: Signer) -> None:
    service = library.as_(signer.service("events", "members:write"))
    who = signer.token("user:origin", "staff", ["members:read"])
    made = await service.post("/v1/books", a_book(), headers={"X-On-Behalf-Of": who})
    (change,) = await library.items(FEED, resource_id=made.json()["id"])
    assert (change["actor"], change["via"]) == ("user:origin", "service:events")


async def test_shows_a_change_only_to_who_could_read_the_record(library: Api, signer: Signer) -> None:
    made = await library.made("/v1/books", a_book())
    await library.patch(f"/v1/books/{made['id']}", {"state": "lost"})
    clerk = library.as_(signer.staff("changes:read", "members:read"))
    stranger = library.as_(signer.staff("changes:read", "events:read"))
    assert len(await library.items(FEED, resource_id=made["id"])) == 2
    assert [c["type"] for c in await clerk.items(FEED, resource_id=made["id"])] == ["members.book.created"]
    assert await stranger.items(FEED, resource_id=made["id"]) == []
    counted = await stranger.get(FEED, params={"resource_id": made["id"], "count": "true"})
    assert counted.json()["total"] == 0
    assert_problem(await library.as_(signer.staff("members:read")).get(FEED), Forbidden)


async def test_a_partner_sees_changes_about_its_organisation(library: Api, signer: Signer) -> None:
    mine, theirs = uuid4(), uuid4()
    made = await library.made("/v1/books", a_book(organisation_id=str(mine)))
    await library.made("/v1/books", a_book(organisation_id=str(theirs)))
    await library.made("/v1/books", a_book())
    partner = library.as_(signer.partner(mine))
    assert [c["resource_id"] for c in await partner.items(FEED)] == [made["id"]]
    assert await partner.items(FEED, organisation_id=str(theirs)) == []
    unbound = library.as_(signer.token("key:unbound", "partner", ["changes:read", "members:read"]))
    assert await unbound.items(FEED) == []
