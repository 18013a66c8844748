"""What happens to import mappings."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.import_mapping import ImportMappingCreate, ImportMappingUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.members.features.import_mappings.queries import import_mappings
from services.members.features.imports.proposal import check_mapping, header_key
from services.members.files.header import REASON
from services.members.tables.imports import ImportMappingRow


class ImportMappingNameTaken(Conflict):
    """There is an import mapping of that name already.

    Names that differ in capitals only count as one. Change the one there is, or choose another name.
    """


async def create(session: AsyncSession, caller: Caller, new: ImportMappingCreate) -> ImportMappingRow:
    """Keep a mapping."""
    staff_only(caller)
    check_mapping(new.resource, new.columns, None, "/columns")
    row = ImportMappingRow(
        name=new.name,
        resource=new.resource,
        columns=new.columns,
        header=header_key([one.column for one in new.columns]),
        defaults=new.defaults,
        on_invalid=new.on_invalid,
    )
    with refused_by("uq_import_mapping_name", ImportMappingNameTaken()):
        await save(session, caller, "members.import_mapping.created", row, required_scopes=["members:read"])
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: ImportMappingUpdate, if_match: IfMatch
) -> ImportMappingRow:
    """Change a mapping. Imports that used it stay as they are."""
    staff_only(caller)
    row = await held(session, caller, import_mappings, id, if_match)
    patch(row, change)
    if "columns" in change.model_fields_set:
        check_mapping(row.resource, row.columns, None, "/columns")
        row.header = header_key([one.column for one in row.columns])
    with refused_by("uq_import_mapping_name", ImportMappingNameTaken()):
        await save(session, caller, "members.import_mapping.updated", row, required_scopes=["members:read"])
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Forget a mapping."""
    staff_only(caller)
    row = await held(session, caller, import_mappings, id, if_match)
    await session.delete(row)
    await save(session, caller, "members.import_mapping.deleted", row, required_scopes=["members:read"])


async def fitting(session: AsyncSession, resource: str, columns: Sequence[str]) -> ImportMappingRow | None:
    """The newest mapping for files with these columns; rejected rows that come back have one more, of reasons."""
    own = [column for column in columns if column.strip().casefold() != REASON]
    keys = [header_key(columns), header_key(own)]
    found = await session.scalars(
        select(ImportMappingRow)
        .where(ImportMappingRow.resource == resource, ImportMappingRow.header.in_(keys))
        .order_by(ImportMappingRow.updated_at.desc(), ImportMappingRow.id)
        .limit(1)
    )
    return found.one_or_none()
