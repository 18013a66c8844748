"""What a service knows of the persons that its records are about: whether their data may go abroad.

Persons are the members service's. Others keep their ids, and copies of what they must heed at once, fed by changes; a
person they have not been told of has agreed to nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, or_, select
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
