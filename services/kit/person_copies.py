"""What a service knows of the persons that its records are about: whether their data may go abroad.

Persons are the members service's. Others keep their ids, and copies of what they must heed at once, fed by changes; a
person they have not been told of has agreed to nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.change import Change
from services.kit.filters import Column
from services.kit.inbox import Handler
from services.kit.shape import LeftOut

TRANSFER: Final = "cross_border_transfer"
"""The purpose that data of a person who agreed to it may cross the border for."""
NO_TRANSFER: Final = "no_cross_border_consent"


class PersonCopyColumns:
    """The table `person_copy` of a service."""

    __tablename__ = "person_copy"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    transfers: Mapped[bool]
    """Whether they agreed, by the decision of `decided_at`."""
    decided_at: Mapped[datetime]


def kept_from_abroad(where: ColumnElement[bool]) -> LeftOut:
    """Keeps these rows from callers abroad, who are told how many they are."""
    return LeftOut(NO_TRANSFER, lambda caller: caller.abroad, where, everywhere=True)


def not_agreed(person_id: Column, copies: Any) -> ColumnElement[bool]:
    """Whether a row is about a person who has not agreed; one that is linked to none is not."""
    return person_id.is_not(None) & person_id.not_in(select(copies.id).where(copies.transfers))


async def unite(session: AsyncSession, copies: Any, winner_id: UUID, loser_id: UUID) -> None:
    """A person was merged into another: of the two, what was decided last counts."""
    found = {row.id: row for row in await session.scalars(_both(copies, winner_id, loser_id))}
    winner, loser = found.get(winner_id), found.get(loser_id)
    if loser is None:
        return
    if winner is None:
        session.add(copies(id=winner_id, transfers=loser.transfers, decided_at=loser.decided_at))
    elif (loser.decided_at, not loser.transfers) > (winner.decided_at, not winner.transfers):
        winner.transfers, winner.decided_at = loser.transfers, loser.decided_at
    await session.flush()


async def part(session: AsyncSession, copies: Any, winner_id: UUID, loser_id: UUID) -> None:
    """They are two again. What the winner had from the other is forgotten: who is not known to agree has not agreed."""
    found = {row.id: row for row in await session.scalars(_both(copies, winner_id, loser_id))}
    winner, loser = found.get(winner_id), found.get(loser_id)
    if winner is not None and loser is not None and winner.decided_at == loser.decided_at:
        await session.delete(winner)
        await session.flush()


def _both(copies: Any, *ids: UUID) -> Select[Any]:
    query = select(copies).where(copies.id.in_(ids)).order_by(copies.id)
    return query.with_for_update().execution_options(populate_existing=True)


def consent_handlers(copies: Any) -> Mapping[str, Handler]:
    """What the inbox does when somebody decided."""

    async def heed(session: AsyncSession, change: Change) -> None:
        after = change.after
        if after["purpose"] != TRANSFER:
            return
        decided_at = datetime.fromisoformat(after["decided_at"])
        given = {"transfers": after["decision"] == "given", "decided_at": decided_at}
        statement = insert(copies).values(id=UUID(after["person_id"]), **given)
        # Decisions come in any order. The last one counts; of one instant the withdrawal, as in members.
        newer = or_(
            copies.decided_at < statement.excluded.decided_at,
            (copies.decided_at == statement.excluded.decided_at) & statement.excluded.transfers.is_(False),
        )
        await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=given, where=newer))

    return {f"members.consent.{decision}": heed for decision in ("given", "withdrawn")}
