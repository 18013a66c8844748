"""The definitions as they count now: in a write's transaction, and for reads of one process.

Writes read them in their own transaction, under a lock that edits of definitions wait for. Reads that ask by a custom
field, and the document, may go by what the process read up to a second ago.
"""

import time
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.custom_field import Choice
from services.kit.custom.declared import DEFINED_BY, Custom
from services.kit.custom.definition import Definition
from services.kit.runtime import Runtime
from services.kit.statement import Run, fetch_within, innermost

KEPT_SECONDS: Final = 1.0
_LOCKS: Final = 0x637573
"""First half of the advisory locks of this module."""
_CHOICES: Final = TypeAdapter(list[Choice])

Definitions = Mapping[str, Definition]


@dataclass
class _Known:
    """What this process last read: when, and what."""

    by_resource: dict[str, tuple[float, Definitions]] = field(default_factory=dict)


async def current(runtime: Runtime, custom: Custom, *, naming: Collection[str] = ()) -> Definitions:
    """The definitions for a read, at most a second old; read anew when one that the read names is not among them."""
    known = runtime.part(_Known).by_resource
    kept = known.get(custom.resource)
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS and kept[1].keys() >= set(naming):
        return kept[1]
    at = time.monotonic()
    found = await read_by(runtime.read, custom)
    if kept is not None and kept[1] == found:
        found = kept[1]  # with the validators it has made
    known[custom.resource] = (at, found)
    return found


async def read_by(run: Run, custom: Custom) -> Definitions:
    """The definitions as a connection sees them now."""
    return _read(await run(custom.statement.sql, custom.statement.arguments({"resource": custom.resource})))


def last_known(runtime: Runtime, custom: Custom) -> Definitions:
    """What the process last read, however old; none when it never did."""
    kept = runtime.part(_Known).by_resource.get(custom.resource)
    return {} if kept is None else kept[1]


async def in_force(session: AsyncSession, custom: Custom, *, hold: bool) -> Definitions:
    """The definitions in a write's transaction. With `hold` nobody changes them before it ends."""
    # A lock that is taken within a savepoint goes with it.
    within = innermost(session)
    key = ("custom_fields", custom.resource)
    kept = session.info.get(key)
    if kept is not None and kept[0] is within and (kept[1] or not hold):
        found: Definitions = kept[2]
        return found
    if hold:
        await session.execute(text("SELECT pg_advisory_xact_lock_shared(:these, :of)"), _lock_of(custom))
    found = _read(await fetch_within(session, custom.statement, {"resource": custom.resource}))
    session.info[key] = (within, hold, found)
    return found


async def hold_for_edit(session: AsyncSession, custom: Custom) -> None:
    """Wait for the writes that go by the definitions, and let no other begin before this transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:these, :of)"), _lock_of(custom))


def _lock_of(custom: Custom) -> dict[str, int]:
    return {"these": _LOCKS, "of": zlib.crc32(custom.resource.encode()) - 2**31}


def _read(rows: Sequence[Sequence[Any]]) -> Definitions:
    found = {}
    for row in rows:
        values = dict(zip(DEFINED_BY, row, strict=True))
        if values["choices"] is not None:
            values["choices"] = _CHOICES.validate_python(values["choices"])
        found[values["key"]] = Definition(**values)
    return found
