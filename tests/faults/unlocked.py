"""The product's own registering with the row's lock taken out, for controls that are to oversell."""

from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import replace

from services.events.features.registrations import terms
from services.kit.statement import Statement
from services.kit.turns import Turns

_LOCK = " FOR UPDATE"
"""The clause of a statement that locks."""


def without_lock(statement: Statement) -> Statement:
    """The statement without its locking clause: the same rows in the same order, held by nobody."""
    before, lock, after = statement.sql.partition(_LOCK)
    assert lock, f"no lock to take out of {statement.sql!r}"
    sql = before + after
    assert " FOR " not in sql, f"a lock is left in {sql!r}"
    return replace(statement, sql=sql)


TERMS_WITHOUT_LOCK = without_lock(terms._SEEN)
"""What staff's registrations refer to (`terms._SEEN`), read without holding the event."""


@asynccontextmanager
async def all_at_once(self: Turns, key: Hashable) -> AsyncIterator[None]:
    """In place of `Turns.of`: nobody waits for a turn, without which a missing lock hardly shows."""
    yield
