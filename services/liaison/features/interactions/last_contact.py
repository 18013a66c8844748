"""The date of the last contact, kept on the counterpart: over normal interactions, and over any.

Both statements lock the counterpart's row, so that interactions logged at the same moment add up. They are no edit of
it: the version, `updated_at` and the change log stay as they are.
"""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.liaison.tables import CounterpartRow, InteractionRow
from services.liaison.tables.interaction import NORMAL


async def advance(session: AsyncSession, row: InteractionRow) -> None:
    """Count a new interaction in."""
    values = {
        "last_contact_on_any": func.greatest(CounterpartRow.last_contact_on_any, row.occurred_on),
        "updated_at": CounterpartRow.updated_at,
    }
    if row.confidentiality == NORMAL:
        values["last_contact_on"] = func.greatest(CounterpartRow.last_contact_on, row.occurred_on)
    await session.execute(
        update(CounterpartRow).where(CounterpartRow.id == row.counterpart_id).values(values),
        execution_options={"synchronize_session": False},
    )


async def recount(session: AsyncSession, counterpart_id: UUID) -> None:
    """Find the last contact anew, after an interaction was changed or deleted."""
    # Locked first: the statement after sees what was committed while this one waited.
    await session.execute(
        select(CounterpartRow.id).where(CounterpartRow.id == counterpart_id).with_for_update(key_share=True)
    )
    latest = select(func.max(InteractionRow.occurred_on)).where(InteractionRow.counterpart_id == counterpart_id)
    await session.execute(
        update(CounterpartRow)
        .where(CounterpartRow.id == counterpart_id)
        .values(
            last_contact_on=latest.where(InteractionRow.confidentiality == NORMAL).scalar_subquery(),
            last_contact_on_any=latest.scalar_subquery(),
            updated_at=CounterpartRow.updated_at,
        ),
        execution_options={"synchronize_session": False},
    )
