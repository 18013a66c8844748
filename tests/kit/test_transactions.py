"""One transaction a write: a 2xx only after the commit, and a dry run leaves nothing behind."""

import psycopg

from services.kit.errors import InternalError
from tests.kit.conftest import at_work
from tests.kit.live import eventually
from tests.kit.sample import a_book
from tests.wire.api import Api, assert_problem


async def labels(library: Api, text: str) -> int:
    rows = await library.runtime.read("SELECT count(*) FROM label WHERE text = $1", [text])
    found: int = rows[0][0]
    return found


async def test_a_commit_that_fails_is_no_success(library: Api) -> None:
    await library.made("/v1/books", a_book(shelfmark="Q 1"))
    reply = await library.post("/v1/books", a_book(shelfmark="Q 1", names={"en": "Second Q 1"}))
    assert_problem(reply, InternalError)
    assert await library.items("/v1/books", q="Second Q 1") == []


async def test_a_dry_run_tells_that_the_commit_would_fail(library: Api) -> None:
    await library.made("/v1/books", a_book(shelfmark="Q 2"))
    assert_problem(await library.post("/v1/books?dry_run=true", a_book(shelfmark="Q 2")), InternalError)


async def test_what_is_answered_is_committed(library: Api) -> None:
    async with await psycopg.AsyncConnection.connect(library.runtime.database.conninfo, autocommit=True) as other:
        for _ in range(20):
            made = await library.made("/v1/books", a_book())
            cursor = await other.execute("SELECT count(*) FROM book WHERE id = %s", [made["id"]])
            assert await cursor.fetchone() == (1,)


async def test_a_dry_run_answers_as_if_and_rolls_back(library: Api) -> None:
    created = await library.post("/v1/books?dry_run=true", a_book(author="Nobody"))
    assert (created.status_code, created.headers["dry-run"], created.json()["author"]) == (201, "true", "Nobody")
    assert (await library.get(f"/v1/books/{created.json()['id']}")).status_code == 404
    assert await library.items("/v1/members/changes", resource_id=created.json()["id"]) == []


async def test_a_dry_run_of_a_change_and_of_a_deletion_keeps_the_record(library: Api) -> None:
    made = await library.made("/v1/books", a_book(author="Somebody"))
    address = f"/v1/books/{made['id']}"
    changed = await library.patch(f"{address}?dry_run=true", {"author": "Nobody"}, if_match="*")
    gone = await library.delete(f"{address}?dry_run=true", if_match="*")
    assert (changed.status_code, changed.json()["author"], changed.json()["version"]) == (200, "Nobody", 2)
    assert (gone.status_code, gone.headers["dry-run"]) == (204, "true")
    kept = (await library.get(address)).json()
    assert (kept["author"], kept["version"]) == ("Somebody", 1)


async def test_jobs_run_for_what_was_committed_and_never_for_a_dry_run_or_a_fault(library: Api) -> None:
    dry = (await library.post("/v1/books?dry_run=true", a_book())).json()
    await library.post("/v1/books/falls", a_book())
    made = await library.made("/v1/books", a_book())
    async with at_work(library.runtime):
        await eventually(lambda: labels(library, f"made {made['id']}"))
    assert await labels(library, f"made {dry['id']}") == 0
    rows = await library.runtime.read(
        "SELECT count(*) FROM label l WHERE NOT EXISTS (SELECT FROM book b WHERE l.text = 'made ' || b.id)", []
    )
    assert rows[0][0] == 0
