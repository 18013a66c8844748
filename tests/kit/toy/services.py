"""Two services: the library, and the catalogue that is told of its books.

They bear the names of real ones, for only those may be named in settings and deliveries.
"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.change import Change
from services.kit.delivery import Subscription
from services.kit.service import Service
from tests.kit.toy.books import TASKS, routes
from tests.kit.toy.tables import EntryRow, LabelRow

POISON = "poison"
"""A book with this author can't be applied until a label says `mended`."""

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
    if change.after.get("author") == POISON:
        mended = await session.scalar(select(func.count()).where(LabelRow.text == "mended"))
        if not mended:
            raise ConnectionError("cannot apply this one")
    session.add(EntryRow(book_id=change.resource_id, change_id=change.id, version=change.resource_version))


CATALOGUE = Service(
    name="events",
    title="Catalogue",
    description="What it was told of books.",
    package="tests.kit.toy",
    features=[],
    inbox={"members.book.created": _enter, "members.book.updated": _enter},
)
