"""Merges over HTTP."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from services.contracts.members.merge import Merge, MergeCreate
from services.kit.auth import Caller
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, Prepared, Routes, WriteSession, answer
from services.members.features.affiliations.actions import PrimaryTaken
from services.members.features.merges import actions, undoing
from services.members.features.merges.asking import Elsewhere, ask
from services.members.features.merges.queries import merges
from services.members.features.organisations.actions import MergedAway
from services.members.features.persons.actions import PersonMergedAway
from services.members.tables.person import SENSITIVE

routes = Routes("/v1/merges", tag="Duplicates")
routes.reads(merges, scope="members:read")


@routes.post(
    "",
    scope="members:write",
    response=Merge,
    prepare=ask,
    refuses=[NotFound, actions.WinnerArchived, MergedAway, PersonMergedAway, PrimaryTaken],
)
async def merge_records(
    new: MergeCreate,
    session: WriteSession,
    caller: CurrentCaller,
    elsewhere: Annotated[Elsewhere | None, Prepared],
) -> Response:
    """Merge two records of one organisation or person.

    Everything of the loser becomes the winner's: `moved` counts it, `fields` says field by field what won. The loser
    answers with a 301 to the winner from then on. Try it with `dry_run=true` first; it can be undone for 30 days.
    Persons also need persons:write.
    """
    row, fields = await actions.merge(session, caller, new, elsewhere.counts if elsewhere is not None else {})
    reply = await answer(session, caller, merges, row.id, 201)
    record = json.loads(bytes(reply.body))
    record["fields"] = [_seen(one) for one in fields if _is_seen(one, caller)]
    return Response(json.dumps(record), 201, {"Location": reply.headers["Location"]}, "application/json")


def _is_seen(one: dict[str, Any], caller: Caller) -> bool:
    return one["field"] not in SENSITIVE or "persons:sensitive" in caller.scopes


def _seen(one: dict[str, Any]) -> dict[str, Any]:
    """Sensitive fields by their name only: a merge states no purpose."""
    if one["field"] in SENSITIVE:
        return {name: one[name] for name in ("field", "taken", "conflict")}
    return one


@routes.post(
    "/{id}/undos",
    scope="members:write",
    response=Merge,
    status=200,
    refuses=[NotFound, undoing.UndoTooLate, undoing.ChangedSince],
)
async def undo_merge(id: UUID, session: WriteSession, caller: CurrentCaller) -> Response:
    """Undo a merge.

    Within 30 days everything is put back as it was. Refused when records have changed since, which are named; what
    was attached to the winner since stays with it. Persons also need persons:write.
    """
    await undoing.undo(session, caller, id)
    return await answer(session, caller, merges, id)
