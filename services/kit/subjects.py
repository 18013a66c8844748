"""What a service holds about persons: told to a person who asks, and forgotten when it is decided so.

Each kind of record says how those about a person are found and how one is made anonymous. Other services ask by
`/internal/subjects` and `/internal/erasures`; both may be asked any number of times.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.scopes import INTERNAL
from services.contracts.subject import ErasureOrder, ErasureReceipt, SubjectKeys, SubjectRecords
from services.kit.audit import AuditRow, audited
from services.kit.auth import Caller
from services.kit.changes import ChangeRow
from services.kit.db import now
from services.kit.filters import Column
from services.kit.routing import Routes, WriteSession

ERASED = {"zh": "（已删除）", "en": "(erased)"}
"""Stands for the names of someone who is forgotten."""
MOST_TOLD: Final = 10_000
"""Records of one kind that are told, and uses; of more, it is told how many there are."""


def digest(value: str) -> str:
    """A text as it is looked for without telling it."""
    return hashlib.sha256(value.strip().lower().encode()).hexdigest()


def digest_of(column: Column) -> ColumnElement[str]:
    """The same in SQL. Both make small letters of ASCII alike; addresses with others are found by the person's id."""
    return func.encode(func.sha256(func.convert_to(func.lower(func.btrim(column)), "UTF8")), "hex")


def any_digest(array: Column, digests: Sequence[str]) -> ColumnElement[bool]:
    """Whether an array of texts holds one of these."""
    one = func.unnest(array).column_valued("one")
    return select(one).where(digest_of(one).in_(digests)).exists()


@dataclass(frozen=True)
class Holding:
    """A kind of record that may be about a person."""

    resource: str
    row: Any
    about: Callable[[SubjectKeys], ColumnElement[bool]]
    """Which rows are about them."""
    forget: Callable[[AsyncSession, Caller, Sequence[Any], SubjectKeys], Awaitable[None]] | None
    """Makes rows anonymous, or removes them. None: they say nothing by themselves, or go with another kind."""
    scrubs: bool = True
    """Whether what the change log keeps of them tells of the person, personal values apart, which it never keeps."""


async def held_about(
    session: AsyncSession, service: str, holdings: Sequence[Holding], keys: SubjectKeys, most: int = MOST_TOLD
) -> SubjectRecords:
    """All that is held, by kind of record: every column but the search key; and, as `audit`, who used it."""
    told = SubjectRecords(service=service, records={}, cut={})
    ids = {keys.person_id}
    for one in holdings:
        whole = _whole(one.row.__tablename__).op("-")("search")
        await _tell(session, told, one.resource, select(whole).select_from(one.row).where(one.about(keys)), most)
        ids |= {UUID(record["id"]) for record in told.records[one.resource] if "id" in record}
    await _tell(session, told, "audit", _uses(ids), most)
    return told


async def _tell(session: AsyncSession, told: SubjectRecords, kind: str, query: Select[Any], most: int) -> None:
    """Add records of a kind; where there are more than are told, how many."""
    told.records[kind] = [row[0] for row in await session.execute(query.limit(most))]
    if len(told.records[kind]) == most:
        count = await session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        if count > most:
            told.cut[kind] = count


def _uses(ids: set[UUID]) -> Select[Any]:
    """Who saw or took out what of the person, and for what: the person's to know. Newest first."""
    whole = _whole("audit")
    for name in ("about", "request_id", "about_count"):
        whole = whole.op("-")(name)  # other persons' ids are not theirs to know
    named = AuditRow.about.op("&&")(cast(sorted(ids), ARRAY(Uuid)))
    return select(whole).select_from(AuditRow).where(named).order_by(AuditRow.at.desc(), AuditRow.id.desc())


def _whole(table: str) -> ColumnElement[Any]:
    return cast(func.to_jsonb(literal_column(f'"{table}"')), JSONB)


async def forget(
    session: AsyncSession, caller: Caller, holdings: Sequence[Holding], order: ErasureOrder
) -> dict[str, int]:
    """Forget a person; answers how many records of each kind there were. Nothing is left of them in the change log
    or in answers kept for repeated requests either."""
    done: dict[str, int] = {}
    ids: list[UUID] = [order.person_id]
    scrubbed: list[UUID] = [order.person_id]
    for one in holdings:
        if one.forget is None:
            continue
        query = select(one.row).where(one.about(order)).order_by(one.row.id).with_for_update(of=one.row)
        rows = list(await session.scalars(query.execution_options(populate_existing=True)))
        ids += [row.id for row in rows]
        scrubbed += [row.id for row in rows if one.scrubs]
        await one.forget(session, caller, rows, order)
        done[one.resource] = len(rows)
    await session.flush()
    done["change"] = await _scrub_changes(session, scrubbed)
    done["kept_answer"] = await forget_answers(session, ids)
    await audited(
        session,
        caller,
        action="persons.erased",
        resource="person",
        about=[order.person_id],
        detail={"erasure_id": str(order.id), "done": done},
    )
    return done


async def _scrub_changes(session: AsyncSession, ids: list[UUID]) -> int:
    """Values in the log; that something was written, when and by whom, stays."""
    empty: dict[str, Any] = {}
    scrubbed = await session.execute(
        update(ChangeRow)
        .where(ChangeRow.resource_id.in_(ids), (ChangeRow.before != empty) | (ChangeRow.after != empty))
        .values(before=empty, after=empty)
    )
    return int(getattr(scrubbed, "rowcount", 0))


# Answers are kept for three days, and there may be hundreds of thousands: a statement looks at so many bytes of them,
# for so many ids, and takes no longer however many there are. Each costs some bytes besides its body.
_BYTES, _BESIDES, _IDS = 4_000_000, 500, 50
# Answers of one instant are summed up together, and so never in two portions.
_PORTIONS = text(
    """
    SELECT max(at) FROM (
        SELECT at, sum(octet_length(body) + :besides) OVER (ORDER BY at) / :bytes AS portion FROM idempotency
    ) AS kept GROUP BY portion ORDER BY 1
    """
).bindparams(besides=_BESIDES, bytes=_BYTES)
# A body is unpacked once, not once for each id. Written as text that any bytes can be: ids stay as they are.
_ANSWERS = text(
    """
    DELETE FROM idempotency AS i USING (
        SELECT subject, route, key, encode(body, 'escape') AS said FROM idempotency
        WHERE at > :after AND at <= :until OFFSET 0
    ) AS kept
    WHERE (i.subject, i.route, i.key) = (kept.subject, kept.route, kept.key)
        AND EXISTS (SELECT FROM unnest(:ids) AS gone(id) WHERE strpos(kept.said, gone.id) > 0)
    """
).bindparams(bindparam("ids", type_=ARRAY(Text)))


async def forget_answers(session: AsyncSession, ids: Sequence[UUID]) -> int:
    """Remove answers kept for repeated requests that tell of these records; how many there were."""
    wanted = list(dict.fromkeys(map(str, ids)))
    # The last portion has no end: answers may have come meanwhile.
    between = list(await session.scalars(_PORTIONS))[:-1]
    bounds = [datetime.min.replace(tzinfo=UTC), *between, datetime.max.replace(tzinfo=UTC)]
    count = 0
    for after, until in pairwise(bounds):
        for start in range(0, len(wanted), _IDS):
            found = {"ids": wanted[start : start + _IDS], "after": after, "until": until}
            count += getattr(await session.execute(_ANSWERS, found), "rowcount", 0)
    return count


def subject_routes(service: str, holdings: Sequence[Holding]) -> Routes:
    """What members asks the other services."""
    routes = Routes("/internal", tag="Internal")

    @routes.post("/erasures", scope=INTERNAL, status=200, keyed=False, include_in_schema=False, response=ErasureReceipt)
    async def erase(order: ErasureOrder, session: WriteSession) -> ErasureReceipt:
        """Forget a person."""
        caller = Caller(order.actor, "service", via=f"service:{service}")
        return ErasureReceipt(service=service, at=now(), done=await forget(session, caller, holdings, order))

    @routes.post("/subjects", scope=INTERNAL, status=200, keyed=False, include_in_schema=False, response=SubjectRecords)
    async def tell(keys: SubjectKeys, session: WriteSession) -> SubjectRecords:
        """Tell what is held about a person."""
        return await held_about(session, service, holdings, keys)

    return routes
