"""A table with nothing but names, and a way to search it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Engine, Text, Uuid, create_engine, make_url, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from uuid_utils.compat import uuid7

from services.kit.search import Searchable, matches, rank, search_parameters


class Base(DeclarativeBase):
    """Of the tables in these tests only."""


class PlaceRow(Searchable, Base):
    """Something with names."""

    __tablename__ = "search_place"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    names: Mapped[list[str]] = mapped_column(ARRAY(Text))
    country: Mapped[str | None]

    def searchable_names(self) -> Iterable[str]:
        return self.names


@contextmanager
def places(url: str) -> Iterator[Engine]:
    """An engine for a database with the empty table."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    yield engine
    Base.metadata.drop_all(engine)
    engine.dispose()


def found(session: Session, q: str) -> list[tuple[str, int]]:
    """The first name of each place that `q` finds, and its rank; best first."""
    best = rank(PlaceRow.search)
    statement = select(PlaceRow.names, best).where(matches(PlaceRow.search)).order_by(best.desc(), PlaceRow.id)
    return [(names[0], one) for names, one in session.execute(statement, search_parameters(q))]
