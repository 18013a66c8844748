"""The library's feature: what can be read of books, what happens to them, and how over HTTP."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.base import BulkCreate, BulkResults, Instant, Output, Tag
from services.kit.auth import Caller
from services.kit.bulk import create_all
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict
from services.kit.etag import IfMatch as Tags
from services.kit.etag import held
from services.kit.filters import any_of, between, created_and_updated, overlaps
from services.kit.jobs import AWAITED, task
from services.kit.patching import patch
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, LeftOut, Resource, Rule, Sort
from services.kit.routing import CurrentCaller, CurrentRuntime, IfMatch, Routes, WriteSession, answer
from services.kit.runtime import Runtime
from tests.kit.toy.contract import Book, BookCreate, BookUpdate, Isbn
from tests.kit.toy.tables import BookRow, LabelRow, ShelfRow

books = Resource(
    name="book",
    path="/v1/books",
    model=Book,
    row=BookRow,
    guarded={"appraisal": "liaison:confidential"},
    filters={
        "shelf": any_of(BookRow.shelf, str, "On any of these shelves."),
        "isbn": any_of(BookRow.isbn, Isbn, "Any of these numbers."),
        "appraisal": any_of(BookRow.appraisal, str, "Appraised so.", needs_scope="liaison:confidential"),
        "organisation_id": any_of(BookRow.organisation_id, UUID, "Of any of these."),
        "label": overlaps(BookRow.labels, Tag, "Has any of these labels."),
        **between("lent_at", BookRow.lent_at, Instant),
        **created_and_updated(BookRow),
    },
    sorts={
        "name": Sort(BookRow.sort_name),
        "shelf": Sort(BookRow.shelf),
        "author": Sort(BookRow.author, nullable=True),
        "pages": Sort(BookRow.pages, nullable=True),
        "weight": Sort(BookRow.weight, nullable=True),
        "published": Sort(BookRow.published, nullable=True),
        "lent_at": Sort(BookRow.lent_at, nullable=True),
        "created_at": Sort(BookRow.created_at),
        "appraisal": Sort(BookRow.appraisal, nullable=True, needs_scope="liaison:confidential"),
    },
    search=BookRow.search,
    facets=("shelf", "organisation_id", "appraisal", "label"),
    leaves_out=(
        LeftOut("withdrawn", lambda _: True, BookRow.state == "lost"),
        LeftOut("reserved", lambda caller: caller.kind == "partner", BookRow.shelf == "B"),
    ),
    expandable={
        "standing": select(func.jsonb_build_object("name", ShelfRow.name))
        .where(ShelfRow.name == BookRow.shelf)
        .scalar_subquery()
    },
    rules=(
        Rule("partner", lambda caller: caller.kind == "partner", BookRow.organisation_id == CALLER_ORGANISATION),
        EVERY_ROW,
    ),
)


class IsbnTaken(Conflict):
    """Another book has this number.

    Find it with `GET /v1/books?isbn=…`.
    """


class Echo(Output):
    """What came in."""

    text: str


# -- jobs --------------------------------------------------------------------------------------------------------------


async def _written(runtime: Runtime, text: str) -> int:
    """Leave a label, and say how many like it there are."""
    async with runtime.database.transaction() as session:
        session.add(LabelRow(text=text))
        await session.flush()
        return await session.scalar(select(func.count()).where(LabelRow.text == text)) or 0


@task("toy.label")
async def label(runtime: Runtime, text: str) -> None:
    """Leaves a trace."""
    await _written(runtime, text)


@task("toy.falter")
async def falter(runtime: Runtime, text: str) -> None:
    """Fails the first two times."""
    if await _written(runtime, text) < 3:
        raise ConnectionError("not yet")


@task("toy.give_up", attempts=2)
async def give_up(runtime: Runtime, text: str) -> None:
    """Never succeeds."""
    await _written(runtime, text)
    raise ConnectionError("never")


@task("toy.dawdle")
async def dawdle(runtime: Runtime, text: str) -> None:
    """The first run takes for ever, so that its worker can be killed meanwhile."""
    if await _written(runtime, text) == 1:
        await asyncio.sleep(600)


@task("toy.hurry", priority=AWAITED)
async def hurry(runtime: Runtime, text: str) -> None:
    """Somebody waits for it."""
    await _written(runtime, text)


TASKS = (label, falter, give_up, dawdle, hurry)


# -- actions -----------------------------------------------------------------------------------------------------------


async def create(session: AsyncSession, caller: Caller, new: BookCreate) -> BookRow:
    """Put a book on its shelf, and have a label made."""
    await session.execute(select(ShelfRow).where(ShelfRow.name == new.shelf).with_for_update())
    row = BookRow(**new.model_dump())
    row.settle()
    session.add(row)
    with refused_by("uq_book_isbn", IsbnTaken()):
        await save(session, caller, "members.book.created", row, required_scopes=["members:read"])
    await label.defer(session, text=f"made {row.id}")
    return row


async def update(session: AsyncSession, caller: Caller, id: UUID, change: BookUpdate, if_match: Tags) -> None:
    """Change a book."""
    row = await held(session, caller, books, id, if_match)
    patch(row, change)
    row.settle()
    scopes = ["members:read", "liaison:confidential"] if row.state == "lost" else ["members:read"]
    await save(session, caller, "members.book.updated", row, required_scopes=scopes)


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: Tags) -> None:
    """Remove a book."""
    row = await held(session, caller, books, id, if_match)
    await session.delete(row)
    await save(session, caller, "members.book.deleted", row, required_scopes=["members:read"])


# -- routes ------------------------------------------------------------------------------------------------------------

routes = Routes("/v1/books", tag="Books")
routes.reads(books, scope="members:read")


@routes.post("", scope="members:write", response=Book, refuses=[IsbnTaken])
async def create_book(new: BookCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create a book.

    It is labelled afterwards.
    """
    row = await create(session, caller, new)
    return await answer(session, caller, books, row.id, 201)


@routes.post("/bulk", scope="members:write", response=BulkResults, status=200)
async def create_books(bulk: BulkCreate[BookCreate], session: WriteSession, caller: CurrentCaller) -> BulkResults:
    """Create up to 1,000 books.

    Each has its own result.
    """
    return await create_all(session, caller, bulk, create)


@routes.patch("/{id}", scope="members:write", response=Book)
async def update_book(
    id: UUID, change: BookUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change a book.

    Left out keeps.
    """
    await update(session, caller, id, change, if_match)
    return await answer(session, caller, books, id)


@routes.delete("/{id}", scope="members:write")
async def delete_book(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a book.

    Its changes remain.
    """
    await delete(session, caller, id, if_match)
    return Response(status_code=204)


@routes.post("/falls", scope="members:write", response=Echo)
async def fall(new: BookCreate, session: WriteSession, caller: CurrentCaller) -> Echo:
    """Fail after the work was done.

    A fault of ours, with what nobody outside may read in its message.
    """
    await create(session, caller, new)
    raise RuntimeError(f"the inside: {new.borrower}")


@routes.get("/echoes/{name}", scope="members:read", response=Echo)
async def echo(name: str, runtime: CurrentRuntime, text: Annotated[str, Query()] = "") -> Echo:
    """Repeat a text.

    PostgreSQL says it, so what it cannot hold is met here.
    """
    rows = await runtime.read("SELECT $1::text || $2::text", [name, text])
    return Echo(text=rows[0][0])
