"""Segments over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.contracts.base import Page
from services.contracts.members.organisation import Organisation
from services.contracts.members.person import Person
from services.contracts.members.segment import (
    Segment,
    SegmentCreate,
    SegmentEntriesAdded,
    SegmentEntriesChange,
    SegmentEntriesRemoved,
    SegmentUpdate,
)
from services.kit.custom.asking import rows_query
from services.kit.disclosure import HEADER, stating
from services.kit.errors import Invalid, InvalidCursor, NotFound
from services.kit.listing import MAX_LIMIT, SELECTION
from services.kit.rights import WITHHELD, withheld
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.kit.runtime import runtime_of
from services.members.features.segments import actions
from services.members.features.segments.members import SegmentOutdated, resource_of
from services.members.features.segments.queries import segment_entries, segments

routes = Routes("/v1/segments", tag="Segments")
routes.reads(segments, scope="members:read")

entry_routes = Routes("/v1/segment-entries", tag="Segments")
entry_routes.reads(segment_entries, scope="members:read")


async def _members(request: Request) -> Response:
    runtime, caller = runtime_of(request), request.state.caller
    id = UUID(str(request.path_params["id"]))
    resource = await resource_of(runtime.read, caller, id)
    query = await rows_query(runtime, resource, caller, resource.query, request.scope["query_string"])
    if "segment" in query.model_fields_set:
        raise Invalid.value("segment", "unknown_parameter", "The path names the segment.")
    query.segment = id  # type: ignore[attr-defined]
    caller = stating(caller, request.headers.get(HEADER), query.stated)
    body = await resource.page(runtime.read, caller, query, runtime.cursors, tell=runtime.tell)
    headers = withheld(resource, caller, query.fields)
    return Response(body, headers=headers, media_type=SELECTION if query.fields else "application/json")


@routes.get(
    "/{id}/members",
    scope="members:read",
    response=Page[Organisation] | Page[Person],
    read=_members,
    refuses=[NotFound, InvalidCursor, SegmentOutdated],
    responses={200: {"headers": {WITHHELD: {"$ref": f"#/components/headers/{WITHHELD}"}}}},
)
async def list_segment_members(
    id: UUID,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=8_000, description="`next_cursor` of the page before.")] = None,
    count: Annotated[bool, Query(description="Adds `total`.")] = False,
    q: Annotated[str | None, Query(min_length=1, max_length=200, description="Search among the members.")] = None,
) -> None:
    """List the members of a segment.

    The list of organisations or of persons, with only those in the segment: its filters, `sort`, `fields`, `expand` and
    all else hold here, too. A definition that goes by what the caller may not see is a 403 that names the scope.
    """


@routes.post("", scope="members:write", response=Segment)
async def create_segment(new: SegmentCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create a segment.

    With a definition its members are found anew each time; without one it is a list that records are put on. A
    definition goes by the filters of the resource's list, memberships on a date, attendance, the last interaction,
    other segments and single records. One that does not fit is a 409 that points at the condition.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, segments, row.id, 201)


@routes.patch("/{id}", scope="members:write", response=Segment)
async def update_segment(
    id: UUID, change: SegmentUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change a segment's names or definition.

    Segments that name it go by the new definition at once.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, segments, id)


@routes.delete("/{id}", scope="members:write", refuses=[actions.SegmentInUse])
async def delete_segment(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a segment that no other names.

    Its members stay what they are.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)


@routes.post(
    "/{id}/entries",
    scope="members:write",
    response=SegmentEntriesAdded,
    status=200,
    refuses=[NotFound, actions.NotAList],
)
async def add_to_segment(
    id: UUID, change: SegmentEntriesChange, session: WriteSession, caller: CurrentCaller
) -> SegmentEntriesAdded:
    """Put up to 1,000 records on a list.

    Those on it already stay on it, so asking twice does no harm. One id that is unknown refuses all.
    """
    return await actions.add(session, caller, id, change.ids)


@routes.post(
    "/{id}/removals",
    scope="members:write",
    response=SegmentEntriesRemoved,
    status=200,
    refuses=[NotFound, actions.NotAList],
)
async def remove_from_segment(
    id: UUID, change: SegmentEntriesChange, session: WriteSession, caller: CurrentCaller
) -> SegmentEntriesRemoved:
    """Take up to 1,000 records off a list.

    Those not on it are passed over.
    """
    return await actions.remove(session, caller, id, change.ids)
