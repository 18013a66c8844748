"""Head offices and branches: the tree an organisation stands in, and keeping it one."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.contracts.members.organisation_tree import OrganisationTree, OrganisationTreeNode
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.errors import Contradiction, NotFound
from services.kit.reading import Run, Statement
from services.members.tables.organisation import OrganisationRow

MOST_LEVELS = 20
_MOVING = 0x6272616E
"""The advisory lock of whoever gives an organisation another head office."""


async def hold(session: AsyncSession) -> None:
    """Wait for whoever else moves a branch: two moves that are right alone could make a ring together.

    To be taken before any organisation's row is locked, so that nobody waits in a circle.
    """
    await session.execute(select(func.pg_advisory_xact_lock(_MOVING)))


async def check_place(session: AsyncSession, id: UUID, parent_id: UUID) -> None:
    """Raise where an organisation would come below itself, or the tree would have too many levels."""
    above = set(await session.scalars(select(_upwards(literal(parent_id, Uuid())).c.id)))
    if id in above:
        raise Contradiction.value("/parent_id", "ring", "The head office is the organisation itself or below it.")
    levels = await session.scalar(select(func.max(_below(literal(id, Uuid())).c.level))) or 0
    if len(above) + levels + 1 > MOST_LEVELS:
        raise Contradiction.value("/parent_id", "too_deep", f"A tree has at most {MOST_LEVELS} levels.")


async def take_branches(
    session: AsyncSession, caller: Caller, winner: OrganisationRow, loser: OrganisationRow
) -> list[OrganisationRow]:
    """Hang the branches of an organisation under the one that takes its place; both are locked, and `hold` came first.

    Where the winner is such a branch itself it takes the loser's place in the tree. The two rows are left to be saved.
    """
    above = set(await session.scalars(select(_upwards(literal(winner.id, Uuid())).c.id)))
    if winner.parent_id == loser.id:
        winner.parent_id = loser.parent_id
    elif loser.id in above:
        raise Contradiction.value("/winner_id", "ring", "The winner is below a branch of the loser: move it up first.")
    loser.parent_id = None
    levels = await session.scalar(select(func.max(_below(literal(loser.id, Uuid())).c.level))) or 0
    if len(above) + levels > MOST_LEVELS:
        raise Contradiction.value("/winner_id", "too_deep", f"A tree has at most {MOST_LEVELS} levels.")
    branches = await session.scalars(
        select(OrganisationRow)
        .where(OrganisationRow.parent_id == loser.id, OrganisationRow.id != winner.id)
        .order_by(OrganisationRow.id)
        .with_for_update(of=OrganisationRow)
    )
    moved = list(branches)
    for row in moved:
        row.parent_id = winner.id
        await save(session, caller, "members.organisation.updated", row, required_scopes=["members:read"])
    return moved


async def tree(read: Run, caller: Caller, id: UUID, limit: int) -> OrganisationTree:
    """The tree; a partner finds itself alone in it. `NotFound` where the caller may not see the organisation."""
    statement = _tree_statement()
    values = {"id": id, "only": caller.organisation_id if caller.kind == "partner" else None, "limit": limit + 1}
    may_see = caller.kind != "partner" or caller.organisation_id == id
    rows = await read(statement.sql, statement.arguments(values)) if may_see else []
    if not rows:
        raise NotFound("There is no organisation with this id, or it is not yours to see.")
    names = ("id", "parent_id", "level", "names", "kind", "country", "status")
    nodes = [OrganisationTreeNode.model_validate(dict(zip(names, row, strict=True))) for row in rows]
    complete = len(nodes) <= limit
    if not complete:
        # One more than asked for; of the lowest level, so that nothing shown hangs from it.
        nodes.remove(max(nodes, key=lambda node: node.level))
    return OrganisationTree(organisation_id=id, items=nodes, complete=complete)


def _upwards(id: Any) -> Any:
    """An organisation and all above it."""
    start = select(OrganisationRow.id, OrganisationRow.parent_id, literal(1, Integer()).label("level"))
    chain = start.where(OrganisationRow.id == id).cte("above", recursive=True)
    upper = aliased(OrganisationRow)
    return chain.union_all(
        select(upper.id, upper.parent_id, chain.c.level + 1)
        .join(chain, upper.id == chain.c.parent_id)
        .where(chain.c.level <= MOST_LEVELS)
    )


def _below(id: Any) -> Any:
    """All below an organisation, from level 1 on."""
    start = select(OrganisationRow.id, literal(1, Integer()).label("level"))
    chain = start.where(OrganisationRow.parent_id == id).cte("below", recursive=True)
    lower = aliased(OrganisationRow)
    return chain.union_all(
        select(lower.id, chain.c.level + 1)
        .join(chain, lower.parent_id == chain.c.id)
        .where(chain.c.level <= MOST_LEVELS)
    )


@cache
def _tree_statement() -> Statement:
    """The upper levels first, as many as are asked for, then each branch behind its head office."""
    above = _upwards(cast(bindparam("id", type_=Uuid()), Uuid))
    root = select(above.c.id).order_by(above.c.level.desc()).limit(1).scalar_subquery()
    start = select(*_node(OrganisationRow, literal(0, Integer()), _place(OrganisationRow)))
    down = start.where(OrganisationRow.id == root).cte("down", recursive=True)
    lower = aliased(OrganisationRow)
    down = down.union_all(
        select(*_node(lower, down.c.level + 1, down.c.path.op("||")(_place(lower))))
        .join(down, lower.parent_id == down.c.id)
        .where(down.c.level <= MOST_LEVELS)
    )
    only = cast(bindparam("only", type_=Uuid()), Uuid)
    shown: Select[Any] = (
        select(down).where(or_(only.is_(None), down.c.id == only)).limit(bindparam("limit", type_=BigInteger()))
    )
    page = shown.subquery("page")
    columns = [page.c[name] for name in ("id", "parent_id", "level", "names", "kind", "country", "status")]
    return Statement.of(select(*columns).order_by(page.c.path))


def _place(row: Any) -> Any:
    """What puts branches of one head office in order."""
    ordered = row.sort_name.op("||")(literal_column("' '", Text)).op("||")(cast(row.id, Text))
    return array([ordered])


def _node(row: Any, level: Any, path: Any) -> list[Any]:
    named = [row.id, row.parent_id, level.label("level"), row.names, row.kind, row.country, row.status]
    return [*named, path.label("path")]
