"""Samples of a file's columns, which go with the first person of the file who is forgotten."""

from uuid import UUID

from services.kit.jobs import task
from services.kit.runtime import Runtime
from services.kit.subjects import forget_answers
from services.members.features.imports.states import locked


@task("members.imports.forget_samples")
async def forget_samples(runtime: Runtime, ids: list[str]) -> None:
    """Empty the samples of imports, and remove answers that told them.

    A job, since who forgets a person holds the person's row, which an import that runs waits for with its own held.
    """
    for id in ids:
        async with runtime.database.transaction() as session:
            row = await locked(session, UUID(id))
            if row is not None:
                row.forget_samples()
                await forget_answers(session, [row.id])
