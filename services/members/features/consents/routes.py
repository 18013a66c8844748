"""Consents over HTTP."""

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.members.consent import Consent, ConsentCreate
from services.kit.bulk import create_all
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, Routes, WriteSession, answer
from services.members.features.consents import actions
from services.members.features.consents.queries import consents
from services.members.features.persons.actions import PersonMergedAway

routes = Routes("/v1/consents", tag="Privacy")
routes.reads(consents, scope="persons:read")


@routes.post("", scope="persons:write", response=Consent, refuses=[actions.NotAskedFor, NotFound, PersonMergedAway])
async def record_consent(new: ConsentCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Record what a person decided.

    What was decided last counts, from the moment of this answer on: in lists, exports and everywhere else. A mistake
    is mended by another consent; none is ever changed.
    """
    row = await actions.record(session, caller, new)
    return await answer(session, caller, consents, row.id, 201)


@routes.post("/bulk", scope="persons:write", response=BulkResults, status=200)
async def record_consents(bulk: BulkCreate[ConsentCreate], session: WriteSession, caller: CurrentCaller) -> BulkResults:
    """Record up to 1,000 decisions.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.record)
