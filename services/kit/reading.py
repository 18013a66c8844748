"""Reads at the speed of PostgreSQL: one, list and search as bytes that PostgreSQL wrote (docs/adr/0003).

A resource declares once what a row looks like on the wire and how it may be filtered, sorted, searched and embedded.
A request's shape (which of these it uses, and as what kind of caller) picks a statement; SQLAlchemy Core builds and
compiles it the first time, after that only parameters change. No object is made per row.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
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

from services.kit.auth import Caller
from services.kit.clock import office_today
from services.kit.db import Tracked
from services.kit.errors import Forbidden
from services.kit.filters import Column, Filter
from services.kit.listing import ListQuery, query_model
from services.kit.order import Keys, Sort, ordered, page_of
from services.kit.paging import Cursors
from services.kit.search import best_first, matches, rank, search_parameters
from services.kit.statement import Run, Statement

CALLER_ORGANISATION = bindparam("caller_organisation", type_=Uuid())
"""The organisation the caller is bound to; for row rules."""
CALLER_SCOPES = bindparam("caller_scopes", type_=ARRAY(Text))
"""The scopes the caller holds; for row rules."""
CALLER_SUBJECT = bindparam("caller_subject", type_=Text())
"""The caller's subject; for row rules."""
OFFICE_TODAY = bindparam("office_today", type_=Date())
"""The date in the office; for row rules, fields and filters that depend on it."""

RELEVANCE = "relevance"
_BEST_FIRST = f"-{RELEVANCE}"
_KEPT_STATEMENTS = 512


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows a kind of caller sees: the first rule that applies counts. No condition: every row."""

    name: str
    applies: Callable[[Caller], bool]
    where: ColumnElement[bool] | None = None


EVERY_ROW = Rule("every", lambda _: True)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value every statement of the resource needs, such as the date a status is asked for."""

    type: Any
    default: Callable[[], Any]
    description: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """What decides the statement of a request."""

    filters: frozenset[str]
    sort: str
    after: tuple[bool, ...] | None
    searched: bool
    fields: tuple[str, ...]
    expand: tuple[str, ...]
    rule: str
    counting: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One record as it is sent."""

    body: bytes
    version: int


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
    resumable: bool = False
    """Pages say where they end (`resume_cursor`), the last one too: for feeds that grow at their end."""

    _statements: "OrderedDict[Any, Statement]" = field(default_factory=OrderedDict, repr=False, compare=False)
    _keys: dict[str, Keys] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Field of the contract → the expression that yields it."""
        found: dict[str, Column] = {}
        for name in self.model.model_fields:
            if name in self.expandable:
                continue
            found[name] = self.fields[name] if name in self.fields else getattr(self.row, name)
        return found

    @cached_property
    def query(self) -> type[ListQuery]:
        """The query parameters of the list, as a model."""
        return query_model(self)

    # -- one record --------------------------------------------------------------------------------------------------

    async def one(
        self,
        run: Run,
        caller: Caller,
        id: UUID,
        *,
        fields: Sequence[str] = (),
        expand: Sequence[str] = (),
        values: Mapping[str, Any] | None = None,
    ) -> Item | None:
        """One record, or None where there is none that the caller may see."""
        rule = self._rule(caller)
        shown = self._shown(caller, fields)
        embedded = self._embedded(expand)
        key = (rule.name, shown, embedded)
        statement = self._kept(key)
        if statement is None:
            query = self._base(shown, embedded, rule).add_columns(self.row.version.label("_version"))
            inner = query.where(self.row.id == bindparam("id", type_=Uuid())).subquery("page")
            statement = self._keep(key, self._as_json(inner, [*shown, *embedded], [inner.c["_version"]]))
        parameters = {"id": id, **self._caller_values(caller), **self._parameter_values(values or {})}
        rows = await run(statement.sql, statement.arguments(parameters))
        return Item(rows[0][0].encode(), rows[0][1]) if rows else None

    # -- a page ------------------------------------------------------------------------------------------------------

    async def page(self, run: Run, caller: Caller, query: ListQuery, cursors: Cursors) -> bytes:
        """A page of the list as JSON bytes. Raises `InvalidCursor`, `Forbidden` for what the caller may not ask by."""
        given, q = query.given_filters(), query.searched_for
        sort = query.sort or (_BEST_FIRST if q is not None else self.default_sort)
        keys = self._sort_keys(sort)
        self._refuse_guarded(caller, given, keys, searched=q is not None)
        rule = self._rule(caller)
        parameters = self._parameter_values(query.given_parameters(self.parameters))
        values: dict[str, Any] = {
            **{f"filter_{name}": value for name, value in given.items()},
            **self._caller_values(caller),
            **parameters,
            "page_limit": query.limit + 1,
        }
        if q is not None:
            values.update(search_parameters(q))
        # Parameters as they count now: a cursor ends with the day whose list it is of.
        asked = {**given, **parameters}
        bound_to = f"{self.name}|{sort}|{sorted((k, str(v)) for k, v in asked.items())}|{q or ''}"
        after: tuple[bool, ...] | None = None
        if query.cursor:
            position = cursors.open(bound_to, query.cursor, len(keys))
            after = tuple(value is not None for value in position)
            values.update({f"after_{n}": value for n, value in enumerate(position) if value is not None})
        shown = self._shown(caller, query.fields)
        shape = _Shape(frozenset(given), sort, after, q is not None, shown, self._embedded(query.embedded), rule.name)
        statement = self._kept(shape) or self._keep(shape, self._page_query(shape, keys, rule))
        rows = await run(statement.sql, statement.arguments(values))
        more = len(rows) > query.limit
        if more:
            rows = rows[: query.limit]
        cursor = f'"{cursors.seal(bound_to, rows[-1][1:])}"' if more else "null"
        total = ""
        if query.count:
            counting = _Shape(frozenset(given), "", None, q is not None, (), (), rule.name, counting=True)
            statement = self._kept(counting) or self._keep(counting, self._count_query(counting, rule))
            total = f',"total":{(await run(statement.sql, statement.arguments(values)))[0][0]}'
        if query.wants_ranks and sort == _BEST_FIRST:
            total += f',"ranks":[{",".join([row[1] for row in rows])}]'
        resume = ""
        # In another order a change that commits late may stand before the place where the reader has come to.
        if self.resumable and sort != self.default_sort:
            resume = ',"resume_cursor":null'
        elif self.resumable:
            ends = cursors.seal(bound_to, rows[-1][1:]) if rows else query.cursor
            resume = f',"resume_cursor":"{ends}"' if ends else ',"resume_cursor":null'
        return f'{{"items":[{",".join([row[0] for row in rows])}],"next_cursor":{cursor}{total}{resume}}}'.encode()

    # -- statements --------------------------------------------------------------------------------------------------

    def _base(self, shown: Sequence[str], expand: Sequence[str], rule: Rule) -> Select[Any]:
        columns = [self.columns[name].label(name) for name in shown]
        columns += [self.expandable[name].label(name) for name in expand]
        query = select(*columns).select_from(self.row)
        return self._restricted(query, rule)

    def _restricted(self, query: Select[Any], rule: Rule) -> Select[Any]:
        if self.joins is not None:
            query = self.joins(query)
        return query if rule.where is None else query.where(rule.where)

    def _filtered(self, query: Select[Any], shape: _Shape, *, search: bool = True) -> Select[Any]:
        for name in sorted(shape.filters):
            query = query.where(self.filters[name].condition(f"filter_{name}"))
        if search and shape.searched and self.search is not None:
            query = query.where(matches(self.search))
        return query

    def _page_query(self, shape: _Shape, keys: Keys, rule: Rule) -> Select[Any]:
        limit = bindparam("page_limit", type_=BigInteger())
        if shape.searched and shape.sort == _BEST_FIRST:
            inner = self._best_page(shape, rule, limit).subquery("page")
        else:
            query = self._filtered(self._base(shape.fields, shape.expand, rule), shape)
            query = query.add_columns(*[key.column.label(f"_key_{n}") for n, (key, _) in enumerate(keys)])
            inner = page_of(query, keys, shape.after, limit)
        outer_keys = [inner.c[f"_key_{n}"] for n in range(len(keys))]
        outer = self._as_json(inner, [*shape.fields, *shape.expand], [cast(k, Text) for k in outer_keys])
        return outer.order_by(*ordered(outer_keys, keys))

    def _best_page(self, shape: _Shape, rule: Rule, limit: ColumnElement[int]) -> Select[Any]:
        """A page of search results without ranking all that match: see `kit.search.best_first`."""
        findable = self._filtered(
            self._restricted(select(self.row.id).select_from(self.row), rule), shape, search=False
        )
        after = None
        if shape.after is not None:
            texts = [bindparam(f"after_{n}", type_=Text()) for n in range(2)]
            after = (cast(texts[0], Integer), cast(texts[1], Uuid))
        best = best_first(findable, self.row, limit=limit, after=after, descending=True)
        page = self._base(shape.fields, shape.expand, EVERY_ROW).add_columns(
            best.c["rank"].label("_key_0"), best.c["id"].label("_key_1")
        )
        return page.join(best, best.c["id"] == self.row.id)

    def _count_query(self, shape: _Shape, rule: Rule) -> Select[Any]:
        return self._filtered(self._restricted(select(func.count()).select_from(self.row), rule), shape)

    @staticmethod
    def _as_json(page: Any, names: Sequence[str], besides: Sequence[ColumnElement[Any]]) -> Select[Any]:
        # Named as text: SQLAlchemy would repeat the whole page inside the lateral query.
        item = select(*[literal_column(f'page."{name}"').label(name) for name in names]).lateral("item")
        return select(cast(func.row_to_json(literal_column("item")), Text), *besides).select_from(
            page.join(item, true())
        )

    def _kept(self, key: Any) -> Statement | None:
        statement = self._statements.get(key)
        if statement is not None:
            self._statements.move_to_end(key)
        return statement

    def _keep(self, key: Any, query: Select[Any]) -> Statement:
        statement = self._statements[key] = Statement.of(query)
        if len(self._statements) > _KEPT_STATEMENTS:
            self._statements.popitem(last=False)
        return statement

    def seen_by(self, caller: Caller) -> Select[Row]:
        """A query of the ORM for the rows that the caller may see."""
        rule = self._rule(caller)
        query = select(self.row)
        return query if rule.where is None else query.where(rule.where).params(self._caller_values(caller))

    # -- the caller --------------------------------------------------------------------------------------------------

    def _rule(self, caller: Caller) -> Rule:
        for rule in self.rules:
            if rule.applies(caller):
                return rule
        raise Forbidden(f"This kind of caller sees no {self.name}.")

    def _shown(self, caller: Caller, fields: Sequence[str]) -> tuple[str, ...]:
        wanted = tuple(self.columns) if not fields else tuple(f for f in self.columns if f == "id" or f in fields)
        if caller.kind == "partner" and self.staff_only_fields:
            wanted = tuple(f for f in wanted if f not in self.staff_only_fields)
        if not self.guarded:
            return wanted
        return tuple(f for f in wanted if f not in self.guarded or caller.holds(self.guarded[f]))

    def _embedded(self, expand: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in self.expandable if name in expand) if expand else ()

    def _refuse_guarded(self, caller: Caller, given: Mapping[str, Any], keys: Keys, *, searched: bool) -> None:
        for name in given:
            if (scope := self.filters[name].needs_scope) is not None:
                caller.require(scope)
        for key, _ in keys:
            if key.needs_scope is not None:
                caller.require(key.needs_scope)
        if searched and self.search_needs_scope is not None:
            caller.require(self.search_needs_scope)

    @staticmethod
    def _caller_values(caller: Caller) -> dict[str, Any]:
        return {
            "caller_organisation": caller.organisation_id,
            "caller_subject": caller.subject,
            "caller_scopes": list(caller.scopes),
            "office_today": office_today(),
        }

    def _parameter_values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {n: given[n] if given.get(n) is not None else p.default() for n, p in self.parameters.items()}

    def _sort_keys(self, sort: str) -> Keys:
        keys = self._keys.get(sort)
        if keys is None:
            if len(self._keys) >= _KEPT_STATEMENTS:
                self._keys.clear()
            keys = self._keys[sort] = self._keys_of(sort)
        return keys

    def _keys_of(self, sort: str) -> Keys:
        keys: list[tuple[Sort, bool]] = []
        for part in sort.split(","):
            name, descending = part.lstrip("-"), part.startswith("-")
            if name == RELEVANCE and self.search is not None:
                keys.append((Sort(rank(self.search)), descending))
            elif name != "id":
                keys.append((self.sorts[name], descending))
            else:
                keys.append((Sort(self.row.id), descending))
                return keys
        # The last key makes the order total, in the direction of the first so that one index can serve both.
        keys.append((Sort(self.row.id), keys[0][1]))
        return keys


__all__ = [
    "CALLER_ORGANISATION",
    "CALLER_SCOPES",
    "CALLER_SUBJECT",
    "EVERY_ROW",
    "OFFICE_TODAY",
    "RELEVANCE",
    "Item",
    "Parameter",
    "Resource",
    "Row",
    "Rule",
    "Run",
    "Sort",
    "Statement",
]
