"""Bulk creation: up to 1,000 items in one transaction, one result an item.

First all are tried at once, flushed together; only when one is refused are they tried one by one, each in a savepoint.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.base import BulkCreate, BulkResult, BulkResults, FieldError
from services.contracts.base import Problem as ProblemBody
from services.kit.auth import Caller
from services.kit.changes import TOGETHER
from services.kit.db import Tracked
from services.kit.errors import Conflict, Problem

New = TypeVar("New")
PUBLIC_URL = "public_url"
"""Key of `session.info`: where pages of problems are (kit.route)."""
Create = Callable[[AsyncSession, Caller, New], Awaitable[Tracked]]


class ItemRefused(Conflict):
    """An item breaks a rule of the database.

    Look at the item's values; another record may hold one that must be unique.
    """

    status = 409


class NothingCreated(Conflict):
    """Nothing was created: some items are refused.

    `errors` points at them and says why. Mend or leave them out, or send the call without `atomic`.
    """

    status = 409


async def create_all(session: AsyncSession, caller: Caller, bulk: BulkCreate[New], create: Create[New]) -> BulkResults:
    """Create the items of a bulk call. With `atomic`, the first refusals end it as one 409 that points at them."""
    rows = await _together(session, caller, bulk.items, create)
    if rows is not None:
        results = [BulkResult(index=n, status=201, id=row.id) for n, row in enumerate(rows)]
        return BulkResults(results=results, created=len(rows), refused=0)
    results = [await _alone(session, caller, n, item, create) for n, item in enumerate(bulk.items)]
    refused = [result for result in results if result.problem is not None]
    if bulk.atomic and refused:
        raise NothingCreated(
            errors=[
                FieldError(
                    pointer=f"/items/{r.index}",
                    code=_code(r.problem),
                    detail=r.problem.detail or r.problem.title,
                )
                for r in refused[:100]
                if r.problem is not None
            ],
        )
    return BulkResults(results=results, created=len(results) - len(refused), refused=len(refused))


def _code(problem: ProblemBody) -> str:
    return problem.type.rsplit("/", 1)[-1].replace("-", "_")


async def _together(
    session: AsyncSession, caller: Caller, items: Sequence[New], create: Create[New]
) -> list[Tracked] | None:
    session.info[TOGETHER] = True
    try:
        async with session.begin_nested():
            rows = [await create(session, caller, item) for item in items]
            await session.flush()
            return rows
    except (IntegrityError, Problem):
        return None
    finally:
        session.info.pop(TOGETHER, None)


async def _alone(session: AsyncSession, caller: Caller, index: int, item: Any, create: Create[Any]) -> BulkResult:
    try:
        async with session.begin_nested():
            row = await create(session, caller, item)
        return BulkResult(index=index, status=201, id=row.id)
    except IntegrityError:
        problem: Problem = ItemRefused()
    except Problem as refused:
        problem = refused
    said = problem.said(session.info[PUBLIC_URL])
    return BulkResult(index=index, status=problem.status, problem=said)
