"""Import mappings over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.members.import_mapping import ImportMapping, ImportMappingCreate, ImportMappingUpdate
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.import_mappings import actions
from services.members.features.import_mappings.queries import import_mappings

routes = Routes("/v1/import-mappings", tag="Imports")
routes.reads(import_mappings, scope="members:read")


@routes.post("", scope="members:write", response=ImportMapping, refuses=[actions.ImportMappingNameTaken])
async def create_import_mapping(new: ImportMappingCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Keep what the columns of a kind of file become.

    A file with the same columns gets it proposed; `mapping_id` of `POST /v1/imports` takes it for any other.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, import_mappings, row.id, 201)


@routes.patch("/{id}", scope="members:write", response=ImportMapping, refuses=[actions.ImportMappingNameTaken])
async def update_import_mapping(
    id: UUID, change: ImportMappingUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change an import mapping.

    Imports that used it stay as they are.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, import_mappings, id)


@routes.delete("/{id}", scope="members:write")
async def delete_import_mapping(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete an import mapping.

    Imports that used it stay as they are.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
