"""The key as a column of a table, and searching in it from statements that are compiled once."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Index, Table, bindparam, case, cast, event, literal_column
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Mapper, declared_attr, mapped_column, object_session

from services.kit.search.document import RULE_VERSION, search_document
from services.kit.search.lexemes import RULE, quoted
from services.kit.search.query import search_query

SearchColumn = InstrumentedAttribute[str] | ColumnElement[Any]

_PREFIX = "search_"


class Searchable:
    """Mixin of a table whose rows are found by their names.

    Adds the column `search` and its index `ix_<table>_search`, and keeps the key with every insert and update through
    the ORM. Core statements that write names set `search` themselves.
    """

    @declared_attr
    def search(cls) -> Mapped[str]:
        """The key; see `search_document`. Never read, so not loaded."""
        column = mapped_column(TSVECTOR, nullable=False, deferred=True, deferred_raiseload=True)
        event.listen(column.column, "after_parent_attach", _add_index)
        return column

    def searchable_names(self) -> Iterable[str]:
        """The names of this row, in every script and form it may be searched by."""
        raise NotImplementedError

    def rebuild_search(self) -> None:
        """Make the key anew. Needed by hand only after the rule changed: see `is_outdated`."""
        self.search = search_document(self.searchable_names())


def matches(column: SearchColumn) -> ColumnElement[bool]:
    """Whether a row is found. Give `search_parameters` with the statement."""
    return _has(column, "match")


def rank(column: SearchColumn) -> ColumnElement[int]:
    """How well a row that `matches` does, as an integer, higher is better, the same whenever it is asked.

    6 the name as written, 5 the same name in other script, order or accents, 4 a name that begins so, 3 words or parts
    of a name, 2 all the initials of a name, 1 its first initials.
    """
    # Most rows that a broad query finds are of the lower ranks; asking for those first costs two checks instead of four.
    lower = case((_has(column, "partial"), 3), (_has(column, "initials"), 2), else_=1)
    return case(
        (~_has(column, "beginning"), lower),
        (_has(column, "exact"), 6),
        (_has(column, "same"), 5),
        else_=4,
    )


def search_parameters(q: str) -> dict[str, str]:
    """Values for the parameters of `matches` and `rank`."""
    return {_PREFIX + degree: query for degree, query in asdict(search_query(q)).items()}


def is_outdated(column: SearchColumn) -> ColumnElement[bool]:
    """Whether a row's key was made by another version of the rule, and is to be made anew."""
    version = quoted(f"{RULE}{RULE_VERSION}").replace("'", "''")
    return ~column.bool_op("@@")(literal_column(f"'{version}'::tsquery", TSQUERY))


def _has(column: SearchColumn, degree: str) -> ColumnElement[bool]:
    # The parameter itself is a tsquery, so that a plan kept for all values does not parse it again for each row.
    return column.bool_op("@@")(cast(bindparam(_PREFIX + degree, type_=TSQUERY()), TSQUERY))


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
