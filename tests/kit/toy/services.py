"""Two services: the library, and the catalogue that is told of its books.

They bear the names of real ones, for only those may be named in settings and deliveries.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.change import Change
from services.kit.delivery import Subscription
from services.kit.inbox import Together
from services.kit.service import Service
from tests.kit.toy.books import TASKS, routes
from tests.kit.toy.tables import EntryRow, LabelRow

POISON = "poison"
"""A book whose author begins so can't be applied until a label names the author."""

LIBRARY = Service(
    name="members",
    title="Library",
    description="Books.",
    package="tests.kit.toy",
    features=[routes],
    tasks=TASKS,
    subscriptions=[Subscription("events", ("members.book.",))],
)


async def _enter(session: AsyncSession, change: Change) -> None:
    author = change.after.get("author", "")
    if author.startswith(POISON):
        mended = await session.scalar(select(func.count()).where(LabelRow.text == author))
        if not mended:
            raise ConnectionError("cannot apply this one")
    session.add(EntryRow(book_id=change.resource_id, change_id=change.id, version=change.resource_version))


async def _enter_all(session: AsyncSession, changes: Sequence[Change]) -> None:
    for change in changes:
        await _enter(session, change)
        await session.flush()


CATALOGUE = Service(
    name="events",
    title="Catalogue",
    description="What it was told of books.",
    package="tests.kit.toy",
    features=[],
    inbox={
        "members.book.created": _enter,
        "members.book.updated": _enter,
        "members.book.bought": Together(_enter_all),
    },
)
