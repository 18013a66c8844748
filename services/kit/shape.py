"""What a read is made of: who sees which rows, what a request asks for, and the shape that picks its statement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, ColumnElement, Date, Text, Uuid, and_, bindparam, true
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from services.kit.auth import Caller
from services.kit.clock import office_today
from services.kit.filters import StoredCondition
from services.kit.order import Keys

_CALLERS_KEPT = 1_024


class _Written(TypeDecorator[str]):
    """A text array that is bound as PostgreSQL writes it: put together once a caller, not once a statement."""

    impl = ARRAY(Text)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        return None


CALLER_ORGANISATION = bindparam("caller_organisation", type_=Uuid())
"""The organisation the caller is bound to; for row rules."""
CALLER_SCOPES = bindparam("caller_scopes", type_=_Written())
"""The scopes that count for what the caller reads; for row rules."""
CALLER_HELD_SCOPES = bindparam("caller_held_scopes", type_=_Written())
"""All scopes the caller holds, a purpose stated or not: for rows that tell of a record, not what is in it."""
CALLER_SUBJECT = bindparam("caller_subject", type_=Text())
"""The caller's subject; for row rules."""
CALLER_ABROAD = bindparam("caller_abroad", type_=Boolean())
"""Whether the caller sits abroad; for what records embed. Rows are kept back by `LeftOut`."""
OFFICE_TODAY = bindparam("office_today", type_=Date())
"""The date in the office; for row rules, fields and filters that depend on it."""


def caller_values(caller: Caller) -> Mapping[str, Any]:
    """What these parameters are bound to for a caller, today."""
    return _caller_values(caller, office_today())


@lru_cache(_CALLERS_KEPT)
def _caller_values(caller: Caller, today: date) -> Mapping[str, Any]:
    return {
        "caller_organisation": caller.organisation_id,
        "caller_subject": caller.subject,
        "caller_scopes": _array(caller.reading_scopes),
        "caller_abroad": caller.abroad,
        "caller_held_scopes": _array(caller.scopes),
        "office_today": today,
    }


def _array(texts: frozenset[str]) -> str:
    quoted = ['"' + text.replace("\\", r"\\").replace('"', r"\"") + '"' for text in sorted(texts)]
    return "{" + ",".join(quoted) + "}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows a kind of caller sees: the first rule that applies counts. No condition: every row."""

    name: str
    applies: Callable[[Caller], bool]
    where: ColumnElement[bool] | None = None
    hides: "tuple[LeftOut, ...]" = ()
    """Of the rows of `base`, those the rule leaves out; how many they are is told."""
    base: "Rule | None" = None

    def without(self, hidden: "Sequence[LeftOut]") -> "Rule":
        """The rule for a caller from whom some of its rows are kept."""
        if not hidden:
            return self
        kept = and_(*[] if self.where is None else [self.where], *[one.where.is_not(true()) for one in hidden])
        name = f"{self.name} but {' and '.join(one.reason for one in hidden)}"
        return Rule(name, self.applies, kept, tuple(hidden), self)


EVERY_ROW = Rule("every", lambda _: True)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value every statement of the resource needs, such as the date a status is asked for."""

    type: Any
    default: Callable[[], Any]
    description: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that are kept from some callers: a person's who has not agreed to it, for example. They are counted."""

    reason: str
    """For programs: `no_consent`."""
    applies: Callable[[Caller], bool]
    where: ColumnElement[bool]
    everywhere: bool = False
    """In lists, reads and writes too, not in exports alone."""

    def only_exports(self, caller: Caller) -> bool:
        """Whether the caller sees these rows in lists but gets them in no file."""
        return not self.everywhere and self.applies(caller)


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the statement of a request."""

    filters: frozenset[str]
    sort: str
    after: tuple[bool, ...] | None
    searched: bool
    fields: tuple[str, ...]
    expand: tuple[str, ...]
    rule: str
    left_out: tuple[str, ...] = ()
    conditions: tuple[StoredCondition, ...] = ()
    single: frozenset[str] = frozenset()
    """Of the filters, those that take any of several values and were given one."""
    bound: bool = True
    """The caller is bound to an organisation."""
    kind: str = "page"
    """What is made of the rows: a page, their count, their facets …"""

    @property
    def asks_by(self) -> dict[str, Any]:
        """How the rows are asked for, for the audit log: by what, not by which values."""
        return {"filters": sorted(self.filters), "sort": self.sort, "searched": self.searched}


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as a caller asks for it, found to be allowed: all but the place in it."""

    keys: Keys
    rule: Rule
    shape: Shape
    """Of the first page."""
    values: Mapping[str, Any]
    bound_to: str
    """What a cursor is good for."""
    disclosed: frozenset[str] = frozenset()
    """Sensitive fields that are shown or asked by: on record before anything leaves (kit.disclosure)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One record as it is sent."""

    body: bytes
    version: int
    moved_to: UUID | None = None
    """The record that took its place, when it was merged."""
