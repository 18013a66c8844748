"""What can be read of purposes: everyone who reads persons sees them all."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.purpose import Purpose, PurposeKey, PurposeStatus, PurposeText
from services.kit.filters import any_of, created_and_updated, flag
from services.kit.reading import Resource, Sort
from services.members.tables.purpose import PurposeRow, PurposeTextRow

purposes = Resource(
    name="purpose",
    path="/v1/purposes",
    model=Purpose,
    row=PurposeRow,
    filters={
        "key": any_of(PurposeRow.key, PurposeKey, "Any of these keys."),
        "access": flag(PurposeRow.access, "Whether sensitive fields may be read for it."),
        "consent": flag(PurposeRow.consent, "Whether persons agree to it."),
        "status": any_of(PurposeRow.status, PurposeStatus, "Any of these states."),
        **created_and_updated(PurposeRow),
    },
    facets=("access", "consent", "status"),
    sorts={
        "key": Sort(PurposeRow.key),
        "created_at": Sort(PurposeRow.created_at),
        "updated_at": Sort(PurposeRow.updated_at),
    },
)


def _of_purpose(query: Select[Any]) -> Select[Any]:
    return query.join(PurposeRow, PurposeRow.id == PurposeTextRow.purpose_id)


purpose_texts = Resource(
    name="purpose text",
    path="/v1/purpose-texts",
    model=PurposeText,
    row=PurposeTextRow,
    fields={"purpose": PurposeRow.key},
    joins=_of_purpose,
    filters={"purpose": any_of(PurposeRow.key, PurposeKey, "Of any of these purposes.")},
    facets=("purpose",),
    sorts={"text_version": Sort(PurposeTextRow.text_version)},
)


async def purpose_known(session: AsyncSession, key: str) -> bool:
    """Whether sensitive fields may be read for this purpose."""
    found = select(PurposeRow.id).where(PurposeRow.key == key, PurposeRow.access, PurposeRow.status == "active")
    return await session.scalar(found) is not None
