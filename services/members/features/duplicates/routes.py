"""Duplicates over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.members.duplicate import (
    DismissalCreate,
    DuplicateCandidate,
    DuplicateScan,
    DuplicateScanCreate,
)
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.duplicates import actions
from services.members.features.duplicates.queries import candidates, scans

routes = Routes("/v1/duplicate-candidates", tag="Duplicates")
routes.reads(candidates, scope="members:read")

scan_routes = Routes("/v1/duplicate-scans", tag="Duplicates")
scan_routes.reads(scans, scope="members:read")


@routes.post(
    "/{id}/dismissals",
    scope="members:read",
    response=DuplicateCandidate,
    status=200,
    purposeful=True,
    refuses=[NotFound, actions.AlreadyMerged],
)
async def dismiss_duplicate_candidate(
    id: UUID, given: DismissalCreate, session: WriteSession, caller: CurrentCaller
) -> Response:
    """Say that two records are no duplicates.

    It is remembered, also when a scan finds them again. Needs members:write for organisations, persons:write for
    persons.
    """
    await actions.dismiss(session, caller, id, given)
    return await answer(session, caller, candidates, id)


@routes.delete("/{id}/dismissals", scope="members:read", purposeful=True, refuses=[actions.NotDismissed])
async def reopen_duplicate_candidate(
    id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Take a dismissal back.

    The candidate is open again.
    """
    await actions.take_back(session, caller, id, if_match)
    return Response(status_code=204)


@scan_routes.post("", scope="members:read", response=DuplicateScan, refuses=[actions.ScanRunning])
async def start_duplicate_scan(new: DuplicateScanCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Look for duplicates among all records.

    New and changed records are looked at within seconds by themselves; a scan looks at all of them again. Read it to
    follow its progress. Needs members:write for organisations, persons:write for persons.
    """
    row = await actions.start_scan(session, caller, new)
    return await answer(session, caller, scans, row.id, 201)


@scan_routes.post(
    "/{id}/cancellations",
    scope="members:read",
    response=DuplicateScan,
    status=200,
    refuses=[NotFound, actions.ScanEnded],
)
async def cancel_duplicate_scan(id: UUID, session: WriteSession, caller: CurrentCaller) -> Response:
    """Cancel a scan.

    It ends after the records it is just comparing; what it found stays.
    """
    await actions.cancel_scan(session, caller, id)
    return await answer(session, caller, scans, id)
