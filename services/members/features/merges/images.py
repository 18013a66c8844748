"""What a merge changed, row by row, as it was before and after: recorded while it happens, and put back by an undo."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, DateTime, Numeric, Uuid, event, inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstanceState, Session

from services.members.tables import metadata
from services.members.tables.base import Base

Image = dict[str, Any]
"""`{"table", "key", "before": {column: value} or null, "after": {column: value} or null}`."""

_DERIVED = frozenset({"search", "version", "updated_at", "created_at"})
"""Made anew with the row."""
_LEFT_OUT = frozenset({"merge", "organisation_identifier", "person_identifier"})
"""Made from other rows, or the merge itself."""


def rows_by_table() -> dict[str, type[Any]]:
    """Table → the class of its rows."""
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


class Recorder:
    """Keeps an image of each row of the service that is flushed."""

    def __init__(self) -> None:
        self._images: dict[tuple[str, str], Image] = {}

    @property
    def images(self) -> list[Image]:
        """Those of rows that differ in the end, in the order in which they were touched."""
        return [one for one in self._images.values() if one["before"] != one["after"]]

    def flushing(self, session: Session, *_: Any) -> None:
        """Note what is about to be written."""
        for row in (*session.dirty, *session.new, *session.deleted):
            table = row.__tablename__
            if table in metadata.tables and table not in _LEFT_OUT:
                self._note(row, table, session)

    def _note(self, row: Any, table: str, session: Session) -> None:
        state: InstanceState[Any] = inspect(row)
        columns = [name for name in state.mapper.column_attrs.keys() if name not in _DERIVED]  # noqa: SIM118
        keys = [plain(getattr(row, str(one.key))) for one in state.mapper.primary_key]
        known = self._images.get((table, str(keys)))
        if row in session.new:
            after = {name: plain(getattr(row, name)) for name in columns}
            self._merge(table, keys, known, None, after)
        elif row in session.deleted:
            before = {name: plain(_old(state, name)) for name in columns}
            self._merge(table, keys, known, before, None)
        else:
            changed = [name for name in columns if state.attrs[name].history.has_changes()]
            if changed:
                before = {name: plain(_old(state, name)) for name in changed}
                self._merge(table, keys, known, before, {name: plain(getattr(row, name)) for name in changed})

    def _merge(
        self, table: str, keys: list[Any], known: Image | None, before: Mapping[str, Any] | None, after: Any
    ) -> None:
        if known is None:
            self._images[table, str(keys)] = {"table": table, "key": keys, "before": before, "after": after}
            return
        if known["before"] is not None and before is not None:
            known["before"] = {**before, **known["before"]}
        known["after"] = None if after is None else {**(known["after"] or {}), **after}


def _old(state: InstanceState[Any], name: str) -> Any:
    history = state.attrs[name].history
    return history.deleted[0] if history.deleted else state.attrs[name].loaded_value


@contextmanager
def recorded(session: AsyncSession) -> Iterator[Recorder]:
    """Record what is flushed until the end of the block."""
    recorder = Recorder()
    event.listen(session.sync_session, "before_flush", recorder.flushing)
    try:
        yield recorder
    finally:
        event.remove(session.sync_session, "before_flush", recorder.flushing)


def plain(value: Any) -> Any:
    """A column's value as it stands in JSON."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def restored(kind: type[Any], name: str, value: Any) -> Any:
    """A column's value again."""
    type_: Any = inspect(kind).columns[name].type
    if value is None:
        return None
    if hasattr(type_, "process_result_value"):
        return type_.process_result_value(value, None)
    if isinstance(type_, ARRAY):
        return [UUID(one) for one in value] if isinstance(type_.item_type, Uuid) else list(value)
    makers: Sequence[tuple[type[Any], Any]] = (
        (Uuid, UUID),
        (DateTime, datetime.fromisoformat),
        (Date, date.fromisoformat),
        (Numeric, Decimal),
    )
    return next((make(value) for of, make in makers if isinstance(type_, of) and isinstance(value, str)), value)
