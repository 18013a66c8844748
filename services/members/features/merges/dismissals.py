"""What was decided of the loser's pairs counts for the winner: who is no duplicate of the one is none of the other."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.ids import new_id
from services.members.tables.duplicate import DuplicateCandidateRow

_SHOWN = ("resource", "score", "reasons", "sensitive_score", "sensitive_reasons", "note", "decided_by")


async def carry_dismissals(session: AsyncSession, winner_id: UUID, loser_id: UUID, at: datetime) -> None:
    """Dismiss the winner's pairs with whom the loser's were dismissed. `at` marks them, so that an undo finds them."""
    row = DuplicateCandidateRow
    dismissed = select(row).where(row.status == "dismissed", or_(row.left_id == loser_id, row.right_id == loser_id))
    for one in await session.scalars(dismissed.order_by(row.id)):
        other = one.right_id if one.left_id == loser_id else one.left_id
        if other == winner_id:
            continue
        left, right = sorted((winner_id, other))
        new = insert(row).values(
            id=new_id(), left_id=left, right_id=right, status="dismissed", decided_at=at, version=1, created_at=at,
            updated_at=at, **{name: getattr(one, name) for name in _SHOWN},
        )  # fmt: skip
        decided = {name: new.excluded[name] for name in ("status", "note", "decided_by", "decided_at", "updated_at")}
        await session.execute(
            new.on_conflict_do_update(
                index_elements=["left_id", "right_id"],
                set_={**decided, "version": row.version + 1},
                where=row.status == "open",
            )
        )


async def drop_carried(session: AsyncSession, winner_id: UUID, at: datetime) -> None:
    """Open again what `carry_dismissals` dismissed; the next look removes what is no longer alike."""
    row = DuplicateCandidateRow
    await session.execute(
        update(row)
        .where(
            row.status == "dismissed", row.decided_at == at, or_(row.left_id == winner_id, row.right_id == winner_id)
        )
        .values(status="open", note=None, decided_by=None, decided_at=None, version=row.version + 1)
    )
