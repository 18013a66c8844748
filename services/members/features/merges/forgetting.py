"""What merges keep of persons who are forgotten: images of rows, which may be others' merges, too."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Text, any_, cast, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.members.features.merges.images import Image
from services.members.tables.merge import MergeRow


async def forget_images(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Drop the images of these rows, and of rows about these persons; the rest of a merge can still be undone.

    The role of a person in two organisations that became one is kept in that merge, for example.
    """
    gone = {str(id) for id in ids}
    if not gone:
        return
    held = cast(MergeRow.images, Text)
    named = held.like(any_(cast(literal([f"%{id}%" for id in sorted(gone)]), ARRAY(Text))))
    found = await session.scalars(
        select(MergeRow).where(MergeRow.images != [], named).order_by(MergeRow.id).with_for_update()
    )
    for merge in found:
        kept = [image for image in merge.images if not _is_of(image, gone)]
        if len(kept) < len(merge.images):
            merge.images = kept
    await session.flush()


def _is_of(image: Image, gone: Collection[str]) -> bool:
    about: list[Any] = [(image[side] or {}).get("person_id") for side in ("before", "after")]
    return any(one in gone for one in (*image["key"], *about))
