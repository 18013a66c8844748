"""Bulk creation: one result an item."""

from uuid import uuid4

from services.kit.bulk import NothingCreated
from services.kit.errors import Invalid
from tests.kit.sample import a_book
from tests.kit.toy.books import IsbnTaken
from tests.wire.api import Api, assert_problem


def a_number() -> str:
    return str(uuid4().int)[:13]


async def test_creates_all_that_are_good(library: Api) -> None:
    items = [a_book(isbn=a_number()) for _ in range(30)]
    reply = await library.post("/v1/books/bulk", {"items": items})
    body = reply.json()
    assert (reply.status_code, body["created"], body["refused"]) == (200, 30, 0)
    assert [result["index"] for result in body["results"]] == list(range(30))
    for result, item in zip(body["results"], items, strict=True):
        assert result["status"] == 201
        assert (await library.get(f"/v1/books/{result['id']}")).json()["isbn"] == item["isbn"]


async def test_each_writes_its_change(library: Api) -> None:
    reply = await library.post("/v1/books/bulk", {"items": [a_book(), a_book()]})
    for result in reply.json()["results"]:
        changes = await library.items("/v1/members/changes", resource_id=result["id"])
        assert [(c["type"], c["resource_version"]) for c in changes] == [("members.book.created", 1)]


async def test_refuses_the_bad_and_creates_the_rest(library: Api) -> None:
    taken, twice = a_number(), a_number()
    await library.made("/v1/books", a_book(isbn=taken))
    items = [
        a_book(),
        a_book(isbn=taken),
        a_book(isbn=twice),
        a_book(isbn=twice),
        a_book(shelf="no such shelf"),
        a_book(),
    ]
    body = (await library.post("/v1/books/bulk", {"items": items})).json()
    assert [result["status"] for result in body["results"]] == [201, 409, 201, 409, 409, 201]
    assert (body["created"], body["refused"]) == (3, 3)
    problems = [result["problem"]["type"] for result in body["results"] if result["problem"]]
    pages = f"{library.runtime.settings.public_url}/problems"
    assert problems == [f"{pages}/{slug}" for slug in (IsbnTaken.slug, IsbnTaken.slug, "item-refused")]
    assert len(await library.items("/v1/books", isbn=twice)) == 1


async def test_atomic_creates_all_or_none(library: Api) -> None:
    taken, free = a_number(), a_number()
    await library.made("/v1/books", a_book(isbn=taken))
    items = [a_book(isbn=free), a_book(isbn=taken)]
    reply = await library.post("/v1/books/bulk", {"items": items, "atomic": True})
    assert_problem(reply, NothingCreated, pointer="/items/1")
    assert await library.items("/v1/books", isbn=free) == []


async def test_an_item_that_is_malformed_refuses_the_whole_call(library: Api) -> None:
    items = [a_book(), {"names": {}}]
    assert_problem(await library.post("/v1/books/bulk", {"items": items}), Invalid, pointer="/items/1/names")


async def test_a_dry_run_tells_and_creates_nothing(library: Api) -> None:
    number = a_number()
    reply = await library.post("/v1/books/bulk?dry_run=true", {"items": [a_book(isbn=number), a_book(isbn=number)]})
    assert [result["status"] for result in reply.json()["results"]] == [201, 409]
    assert await library.items("/v1/books", isbn=number) == []


async def test_jobs_run_for_what_was_created_only(library: Api) -> None:
    number = a_number()
    reply = await library.post("/v1/books/bulk", {"items": [a_book(isbn=number), a_book(isbn=number)]})
    made = reply.json()["results"][0]["id"]
    rows = await library.runtime.read(
        "SELECT args ->> 'text' FROM procrastinate_jobs WHERE task_name = 'toy.label'", []
    )
    assert rows.count((f"made {made}",)) == 1
    assert len(rows) == len(set(rows))
    known = {f"made {row[0]}" for row in await library.runtime.read("SELECT id FROM book", [])}
    assert {text for (text,) in rows} <= known
