"""Reads at the speed of PostgreSQL: one, list and search as bytes that PostgreSQL wrote (docs/adr/0003).

A resource declares once what a row looks like on the wire, and how it is filtered, sorted, searched and embedded. The
shape of a request picks a statement that is built and compiled once; no object is made per row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
)

from services.kit import rights
from services.kit.auth import Caller
from services.kit.db import Tracked
from services.kit.disclosure import Tell
from services.kit.errors import Forbidden
from services.kit.export.cards import Cards
from services.kit.facets import facets_of
from services.kit.filters import Column, Filter
from services.kit.left_out import left_out_of
from services.kit.listing import MAX_LIMIT, ListQuery, RowQuery, query_model
from services.kit.order import Keys, Sort, keyed, ordered, page_of, total_order
from services.kit.paging import Cursors
from services.kit.plans import is_steady
from services.kit.search import best_first, matches, rank, search_parameters
from services.kit.shape import (
    CALLER_ORGANISATION,
    CALLER_SCOPES,
    CALLER_SUBJECT,
    EVERY_ROW,
    OFFICE_TODAY,
    Asked,
    Item,
    LeftOut,
    Parameter,
    Rule,
    Shape,
    caller_values,
)
from services.kit.statement import KEPT_STATEMENTS, Run, Statement, Statements, as_json

if TYPE_CHECKING:
    from services.kit.custom.declared import Custom

RELEVANCE = "relevance"
MOST_ROWS = MAX_LIMIT + 1
"""Of a page, and the one that tells whether more follow; portions of exports are larger."""
_NOBODY = literal_column("NULL::uuid", Uuid)
_BEST_FIRST = f"-{RELEVANCE}"


Row = TypeVar("Row", bound=Tracked)


@dataclass(frozen=True, kw_only=True)
class Resource(Generic[Row]):
    """What can be read of a table, and how. See docs/adr/0003 and CONTRIBUTING, "Add a resource"."""

    name: str
    """Singular, as in texts: `organisation`."""
    path: str
    """Of the collection: `/v1/organisations`."""
    model: type[BaseModel]
    """The contract of one record."""
    row: type[Row]
    """The table's class."""
    fields: Mapping[str, Column] = field(default_factory=dict)
    """Fields that are not simply the column of the same name."""
    guarded: Mapping[str, str] = field(default_factory=dict)
    """Field → the scope without which it is left out of the record."""
    partly_guarded: Mapping[str, str] = field(default_factory=dict)
    """Field → the scope without which its expression leaves parts of it out (by `CALLER_SCOPES`)."""
    staff_only_fields: frozenset[str] = frozenset()
    """Fields that are left out of the record for partners, whatever their scopes."""
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sorts: Mapping[str, Sort] = field(default_factory=dict)
    default_sort: str = "id"
    """Newest last when by `id`: UUIDv7 sort by time."""
    search: Column | None = None
    """The tsvector column of `kit.search`."""
    search_needs_scope: str | None = None
    expandable: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    """What `expand=` embeds under that name: a scalar subquery that yields JSON."""
    rules: Sequence[Rule] = (EVERY_ROW,)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    joins: Callable[[Select[Any]], Select[Any]] | None = None
    """Adds joins that the field expressions need."""
    facets: Sequence[str] = ()
    """Filters (`any_of`, `overlaps`) whose values lists count on request."""
    leaves_out: Sequence[LeftOut] = ()
    """Rows that are kept from some callers, or from exports, and counted by reason."""
    cards: Cards | None = None
    """How a record is written as a vCard, where it can be."""
    custom: "Custom | None" = None
    """Fields that an administrator defines; their values are the record's `custom`."""
    merged_into: Column | None = None
    """Names the one that took a merged record's place."""
    resumable: bool = False
    """Pages say where they end (`resume_cursor`): for feeds that grow at their end."""

    _statements: Statements = field(default_factory=Statements, repr=False, compare=False)
    _keys: dict[str, Keys] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Field of the contract → the expression that yields it."""
        fields = self.fields if self.custom is None else {**self.fields, "custom": self.custom.column}
        names = [name for name in self.model.model_fields if name not in self.expandable]
        return {name: fields[name] if name in fields else getattr(self.row, name) for name in names}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields of the contract that are no embedded records."""
        return tuple(self.columns)

    @cached_property
    def query(self) -> type[ListQuery]:
        """The query parameters of the list, as a model."""
        return query_model(self)

    def filter(self, name: str) -> Filter:
        """The filter of that name, or of that slot for custom fields."""
        return self.filters[name] if name in self.filters or self.custom is None else self.custom.filter(name)

    def sort(self, name: str) -> Sort:
        """The sort key of that name, or of that slot for custom fields."""
        return self.sorts[name] if name in self.sorts or self.custom is None else self.custom.sort(name)

    @cached_property
    def sensitive(self) -> frozenset[str]:
        """Fields that are shown for a stated purpose only, and put on record when they are."""
        return rights.sensitive(self)

    @cached_property
    def asks_purpose(self) -> bool:
        """Whether a read may state a purpose."""
        return rights.asks_purpose(self)

    async def one(
        self,
        run: Run,
        caller: Caller,
        id: UUID,
        *,
        fields: Sequence[str] = (),
        expand: Sequence[str] = (),
        values: Mapping[str, Any] | None = None,
        tell: Tell | None = None,
    ) -> Item | None:
        """One record, or None where there is none that the caller may see. Sensitive fields go to `tell` first."""
        caller = caller if tell is not None else caller.stating(None)
        rule, embedded = self._rule(caller), self._embedded(expand)
        shown = rights.shown(self, caller, fields)
        bound = caller.organisation_id is not None
        key = (rule.name, shown, embedded, bound)
        statement = self._statements.kept(key)
        if statement is None:
            winner = cast(literal_column("NULL") if self.merged_into is None else self.merged_into, Uuid).label(
                "_winner"
            )
            query = self._base(shown, embedded, rule, bound).add_columns(self.row.version.label("_version"), winner)
            inner = query.where(self.row.id == bindparam("id", type_=Uuid())).subquery("page")
            besides = [inner.c["_version"], inner.c["_winner"]]
            statement = self._statements.keep(key, as_json(inner, [*shown, *embedded], besides))
        parameters = {"id": id, **caller_values(caller), **self._parameter_values(values or {})}
        if not (rows := await run(statement.sql, statement.arguments(parameters))):
            return None
        if tell is not None and (disclosed := rights.disclosed(self, caller, shown)):
            await tell(caller, rights.disclosure(self, "read", [id], disclosed))
        return Item(rows[0][0], rows[0][1], rows[0][2])

    # -- a page ------------------------------------------------------------------------------------------------------

    async def page(
        self, run: Run, caller: Caller, query: ListQuery, cursors: Cursors, *, tell: Tell | None = None
    ) -> bytes:
        """A page of the list as JSON bytes. Raises `InvalidCursor`, `Forbidden` for what the caller may not ask by.
        Sensitive fields, shown or asked by, go to `tell` first."""
        caller = caller if tell is not None else caller.stating(None)
        if query.cursor:
            cursors.read(query.cursor)  # what is malformed is told before what is not the caller's to ask by
        await query.look_up(run, caller, self.filter)
        asked = self.asked(caller, query)
        position = cursors.open(asked.bound_to, query.cursor, len(asked.keys)) if query.cursor else None
        rows = await self.rows(run, asked, position, query.limit + 1)
        more = len(rows) > query.limit
        if more:
            rows = rows[: query.limit]
        cursor = f'"{cursors.seal(asked.bound_to, rows[-1][1:])}"' if more else "null"
        besides = ""
        if query.count:
            besides = f',"total":{(await self.counted(run, asked))[0]}{await left_out_of(self, run, asked)}'
        if tell is not None and asked.disclosed:
            about = [UUID(row[-1]) for row in rows]  # the last key of every order is the id
            how = {**asked.shape.asks_by, "counted": query.count}
            await tell(caller, rights.disclosure(self, "listed", about, asked.disclosed, how))
        if query.wants_ranks and asked.shape.sort == _BEST_FIRST:
            besides += f',"ranks":[{",".join([row[1] for row in rows])}]'
        if query.wanted_facets:
            besides += f',"facets":{await facets_of(self, run, asked, query)}'
        # In another order a change that commits late may stand before the place where the reader has come to.
        if self.resumable and asked.shape.sort != self.default_sort:
            besides += ',"resume_cursor":null'
        elif self.resumable:
            ends = cursors.seal(asked.bound_to, rows[-1][1:]) if rows else query.cursor
            besides += f',"resume_cursor":"{ends}"' if ends else ',"resume_cursor":null'
        return b'{"items":[%b],"next_cursor":%b}' % (b",".join([row[0] for row in rows]), (cursor + besides).encode())

    def asked(self, caller: Caller, query: RowQuery, *, sort: str | None = None, exporting: bool = False) -> Asked:
        """What a request asks for, once it has looked up what is stored. Raises `Forbidden` for what the caller may
        not ask by. `sort` is for requests that say none; an export leaves out the rows of `leaves_out`."""
        given, q = query.given_filters(), query.searched_for
        sort = query.order or sort or (_BEST_FIRST if q is not None else self.default_sort)
        keys = self._sort_keys(sort)
        rights.refuse_guarded(self, caller, given, keys, query.wanted_facets, searched=q is not None)
        rule = self._rule(caller)
        parameters = self._parameter_values(query.given_parameters(self.parameters))
        single = frozenset(n for n, value in given.items() if self.filter(n).one_type is not None and len(value) == 1)
        values: dict[str, Any] = {
            **{f"filter_{name}": value[0] if name in single else value for name, value in given.items()},
            **caller_values(caller),
            **parameters,
            **query.bindings,
        }
        if q is not None:
            values.update(search_parameters(q))
        # Parameters as they count now: a cursor ends with the day whose list it is of.
        bound_by = {**given, **parameters, **query.bindings}
        stored = "".join(f"|{one.key}" for one in query.conditions)
        bound_to = f"{self.name}|{sort}|{sorted((k, str(v)) for k, v in bound_by.items())}{stored}|{q or ''}"
        shown, embedded = rights.shown(self, caller, query.fields), self._embedded(query.embedded)
        left_out = tuple(one.reason for one in self.leaves_out if exporting and one.only_exports(caller))
        rows = (rule.name, left_out, query.conditions, single, caller.organisation_id is not None)
        shape = Shape(frozenset(given), sort, None, q is not None, shown, embedded, *rows)
        disclosed = rights.disclosed(self, caller, shown, (*given, *query.wanted_facets), keys, query.conditions)
        return Asked(keys, rule, shape, values, bound_to, disclosed)

    async def rows(
        self, run: Run, asked: Asked, position: Sequence[str | None] | None, limit: int
    ) -> list[tuple[Any, ...]]:
        """The next rows after a position: each its JSON in bytes, and its position as texts."""
        values, shape = {**asked.values, "page_limit": limit}, asked.shape
        if limit > MOST_ROWS:
            shape = replace(shape, kind="portion")
        if position is not None:
            shape = replace(shape, after=tuple(value is not None for value in position))
            values.update({f"after_{n}": value for n, value in enumerate(position) if value is not None})
        return await self.derived(run, shape, lambda: self._page_query(shape, asked.keys, asked.rule), values)

    async def counted(self, run: Run, asked: Asked) -> tuple[int, ...]:
        """How many rows there are, and how many of them each reason leaves out."""
        shape = replace(asked.shape, sort="", fields=(), expand=(), kind="count")
        return (await self.derived(run, shape, lambda: self._count_query(shape, asked.rule), asked.values))[0]

    async def derived(
        self, run: Run, shape: Shape, make: Callable[[], Select[Any]], values: Mapping[str, Any]
    ) -> list[tuple[Any, ...]]:
        """Run what `make` builds for this shape; built once."""
        statement = self._statements.kept(shape) or self._statements.keep(shape, make())
        return await run(statement.sql, statement.arguments(values))

    # -- statements --------------------------------------------------------------------------------------------------

    def _base(self, shown: Sequence[str], expand: Sequence[str], rule: Rule, bound: bool) -> Select[Any]:
        columns = [self._column(name, bound).label(name) for name in shown]
        columns += [self.expandable[name].label(name) for name in expand]
        query = select(*columns).select_from(self.row)
        return self._restricted(query, rule)

    def _column(self, name: str, bound: bool) -> Column:
        # What partners see of custom fields is looked up for each row; a plan for anybody would reckon with that.
        custom = self.custom if name == rights.CUSTOM and not bound else None
        return self.columns[name] if custom is None else custom.unbound

    def _restricted(self, query: Select[Any], rule: Rule) -> Select[Any]:
        if self.joins is not None:
            query = self.joins(query)
        return query if rule.where is None else query.where(rule.where)

    def _filtered(self, query: Select[Any], shape: Shape, *, search: bool = True) -> Select[Any]:
        for name in sorted(shape.filters):
            if (found := self.filter(name)).resolve is None:
                condition = found.condition_of_one if name in shape.single else found.condition
                query = query.where(condition(f"filter_{name}"))
        for stored in shape.conditions:
            query = query.where(stored.write())
        if search and shape.searched and self.search is not None:
            query = query.where(matches(self.search))
        for one in self.leaves_out:
            if one.reason in shape.left_out:
                query = query.where(one.where.is_not(true()))
        return query

    def found(self, shape: Shape, rule: Rule, *columns: Any) -> Select[Any]:
        """These columns of all the rows that a list finds."""
        return self._filtered(self._restricted(select(*columns).select_from(self.row), rule), shape)

    def paged(self, shape: Shape, keys: Keys, rule: Rule) -> Any:
        """A page of the list, as a subquery: its fields, and its place as `_key_0`, `_key_1` …"""
        limit = bindparam("page_limit", type_=BigInteger())
        if shape.searched and shape.sort == _BEST_FIRST:
            return self._best_page(shape, rule, limit).subquery("page")
        query = self._filtered(self._base(shape.fields, shape.expand, rule, shape.bound), shape)
        most = MOST_ROWS if is_steady(self, shape, keys, rule) else None
        return page_of(keyed(query, keys), keys, shape.after, limit, most)

    def _page_query(self, shape: Shape, keys: Keys, rule: Rule) -> Select[Any]:
        inner = self.paged(shape, keys, rule)
        outer_keys = [inner.c[f"_key_{n}"] for n in range(len(keys))]
        outer = as_json(inner, [*shape.fields, *shape.expand], [cast(k, Text) for k in outer_keys])
        return outer.order_by(*ordered(outer_keys, keys))

    def _best_page(self, shape: Shape, rule: Rule, limit: ColumnElement[int]) -> Select[Any]:
        """A page of search results without ranking all that match: see `kit.search.best_first`."""
        findable = self._filtered(
            self._restricted(select(self.row.id).select_from(self.row), rule), shape, search=False
        )
        after = None
        if shape.after is not None:
            texts = [bindparam(f"after_{n}", type_=Text()) for n in range(2)]
            after = (cast(texts[0], Integer), cast(texts[1], Uuid))
        best = best_first(findable, self.row, limit=limit, after=after, descending=True)
        page = self._base(shape.fields, shape.expand, EVERY_ROW, shape.bound).add_columns(
            best.c["rank"].label("_key_0"), best.c["id"].label("_key_1")
        )
        return page.join(best, best.c["id"] == self.row.id)

    def _count_query(self, shape: Shape, rule: Rule) -> Select[Any]:
        reasons = [one.where for one in self.leaves_out if one.reason in shape.left_out]
        counts = [func.count(), *[func.count().filter(where) for where in reasons]]
        return self.found(replace(shape, left_out=()), rule, *counts)

    def seen_by(self, caller: Caller) -> Select[Row]:
        """A query of the ORM for the rows that the caller may see."""
        rule = self._rule(caller)
        query = select(self.row)
        return query if rule.where is None else query.where(rule.where).params(caller_values(caller))

    # -- the caller --------------------------------------------------------------------------------------------------

    def _rule(self, caller: Caller) -> Rule:
        for rule in self.rules:
            if rule.applies(caller):
                return rule.without([one for one in self.leaves_out if one.everywhere and one.applies(caller)])
        raise Forbidden(f"This kind of caller sees no {self.name}.")

    def _embedded(self, expand: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in self.expandable if name in expand) if expand else ()

    def _parameter_values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {n: given[n] if given.get(n) is not None else p.default() for n, p in self.parameters.items()}

    def _sort_keys(self, sort: str) -> Keys:
        keys = self._keys.get(sort)
        if keys is None:
            if len(self._keys) >= KEPT_STATEMENTS:
                self._keys.clear()
            keys = self._keys[sort] = total_order(sort, self._named_key, Sort(self.row.id))
        return keys

    def _named_key(self, name: str) -> Sort:
        return Sort(rank(self.search)) if name == RELEVANCE and self.search is not None else self.sort(name)


__all__ = [
    "CALLER_ORGANISATION",
    "CALLER_SCOPES",
    "CALLER_SUBJECT",
    "EVERY_ROW",
    "OFFICE_TODAY",
    "RELEVANCE",
    "Asked",
    "Item",
    "LeftOut",
    "Parameter",
    "Resource",
    "Row",
    "Rule",
    "Run",
    "Shape",
    "Sort",
    "Statement",
]
