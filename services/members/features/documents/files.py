"""Where the files of documents lie, and what removes them."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.jobs import task
from services.kit.runtime import Runtime
from services.kit.uploads import sweep
from services.members.tables.document import DocumentVersionRow

FOLDER: Final = "documents/"

_NAMED = select(DocumentVersionRow.id).where(DocumentVersionRow.id == any_(bindparam("ids", type_=ARRAY(Uuid))))


def file_of(version_id: UUID) -> str:
    """A version's file in the store."""
    return f"{FOLDER}{version_id}"


async def still_named(session: AsyncSession, ids: list[UUID]) -> Iterable[UUID]:
    """Which of the files some version still names."""
    return (await session.scalars(_NAMED, {"ids": ids})).all()


@task("members.remove_document_files")
async def remove_files(runtime: Runtime, ids: list[str]) -> None:
    """Remove files whose versions are gone."""
    wanted = [UUID(id) for id in ids]
    async with runtime.database.transaction() as session:
        kept = set(await still_named(session, wanted))
    await runtime.files.delete(*[file_of(id) for id in wanted if id not in kept])


@task("members.sweep_document_files", cron="41 3 * * *", attempts=1)
async def sweep_files(runtime: Runtime) -> None:
    """Remove what uploads that died half-way have left."""
    await sweep(runtime, FOLDER, still_named)
