"""The key as a column of a table, and searching in it from statements that are compiled once."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Index, Integer, Table, bindparam, case, cast, event, literal_column
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Mapper, declared_attr, mapped_column, object_session

from services.kit.search.document import RULE_VERSION, search_document
from services.kit.search.found_by import NOTHING_BESIDES, FoundBy
from services.kit.search.lexemes import RULE, quoted
from services.kit.search.query import search_query

SearchColumn = InstrumentedAttribute[str] | ColumnElement[Any]

RANKS = {
    "exact": 6,
    "same": 5,
    "beginning": 4,
    "partial": 3,
    "initials": 2,
    "first_initials": 1,
    "besides": 0,
    "partly_besides": -1,
}
"""Degrees of match, as `SearchQuery` has them, and their rank: above zero it is a name that matches."""


class Searchable:
    """Mixin of a table whose rows are found by their names.

    Adds the column `search` and its index `ix_<table>_search`, and keeps the key with every insert and update through
    the ORM. Core statements that write names set `search` themselves.
    """

    @declared_attr
    @classmethod
    def search(cls) -> Mapped[str]:
        """The key; see `search_document`. Never read, so not loaded."""
        column = mapped_column(TSVECTOR, nullable=False, deferred=True, deferred_raiseload=True)
        event.listen(column.column, "after_parent_attach", _add_index)
        return column

    def searchable_names(self) -> Iterable[str]:
        """The names of this row, in every script and form it may be searched by."""
        raise NotImplementedError

    def searchable_besides(self) -> FoundBy:
        """What else this row may be searched by: nothing that a reader of the row does not see."""
        return NOTHING_BESIDES

    def search_key(self) -> str:
        """The key as it is to be."""
        return search_document(self.searchable_names(), self.searchable_besides())

    def rebuild_search(self) -> None:
        """Make the key anew. Needed by hand only after the rule changed: see `is_outdated`."""
        self.search = self.search_key()


def matches(column: SearchColumn) -> ColumnElement[bool]:
    """Whether a row is found. Give `search_parameters` with the statement."""
    return finds(column, "match")


def rank(column: SearchColumn) -> ColumnElement[int]:
    """How well a row that `matches` does: an integer, higher is better, the same whenever it is asked. See `RANKS`.

    Sorting by it ranks every row that is found; `best_first` gives the same order without doing so.
    """
    # The commonest ranks are asked for first.
    degrees = ("partial", "beginning", "first_initials", "partly_besides", "besides", "initials", "same")
    # Written out, not parameters: otherwise the same rank in two places of a statement would be two expressions.
    ranks = {degree: literal_column(str(RANKS[degree]), Integer) for degree in RANKS}
    return case(*[(finds(column, degree), ranks[degree]) for degree in degrees], else_=ranks["exact"])


def search_parameters(q: str) -> dict[str, str]:
    """Values for the parameters of `matches` and `rank`."""
    return {f"search_{degree}": query for degree, query in asdict(search_query(q)).items()}


def finds(column: SearchColumn, degree: str) -> ColumnElement[bool]:
    """Whether a row is found in this degree, a field of `SearchQuery`."""
    # The parameter itself is a tsquery, so that a plan kept for all values does not parse it again for each row.
    return column.bool_op("@@")(cast(bindparam(f"search_{degree}", type_=TSQUERY()), TSQUERY))


def is_outdated(column: SearchColumn) -> ColumnElement[bool]:
    """Whether a row's key was made by another version of the rule, and is to be made anew."""
    version = quoted(f"{RULE}{RULE_VERSION}").replace("'", "''")
    return ~column.bool_op("@@")(literal_column(f"'{version}'::tsquery", TSQUERY))


def _add_index(column: Any, table: Table) -> None:
    # Without fastupdate: its pending list is read through by every search until a vacuum comes by.
    Index(f"ix_{table.name}_search", column, postgresql_using="gin", postgresql_with={"fastupdate": "off"})


@event.listens_for(Searchable, "before_insert", propagate=True)
def _key_of_new(_: Mapper[Any], __: Connection, row: Searchable) -> None:
    row.rebuild_search()


@event.listens_for(Searchable, "before_update", propagate=True)
def _key_of_changed(_: Mapper[Any], __: Connection, row: Searchable) -> None:
    session = object_session(row)
    # A row may come here without a change to its own columns, and must then not get a new version.
    if session is not None and session.is_modified(row, include_collections=False):
        row.rebuild_search()
