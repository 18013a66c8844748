"""Erasures over HTTP."""

from fastapi import Response

from services.contracts.members.erasure import Erasure, ErasureCreate
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, Routes, WriteSession, answer
from services.members.features.erasures import actions
from services.members.features.erasures.queries import erasures
from services.members.features.persons.actions import PersonMergedAway

routes = Routes("/v1/erasures", tag="Privacy")
routes.reads(erasures, scope="privacy:read")


@routes.post("", scope="privacy:write", response=Erasure, refuses=[NotFound, PersonMergedAway])
async def erase_person(new: ErasureCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Forget a person.

    What members holds is gone with this answer: the record and all that were merged into it, roles, notes, documents
    and their files, consents, rows of imports, values in the change log, answers kept for repeated requests. A job
    then empties rows of files that name the person and became no record, and has registrations and contacts made
    anonymous that name the person or have one of their e-mail addresses; `receipts` says what each service did.
    Nothing brings it back: try it with `dry_run=true`.
    """
    row = await actions.erase(session, caller, new)
    return await answer(session, caller, erasures, row.id, 201)
