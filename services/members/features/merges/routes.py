"""Merging organisations over HTTP."""

from services.contracts.members.merge import Merge, MergeCreate
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, Routes, WriteSession
from services.members.features.affiliations.actions import PrimaryTaken
from services.members.features.merges import actions
from services.members.features.organisations.actions import MergedAway

routes = Routes("/v1/merges", tag="Organisations")


@routes.post(
    "",
    scope="members:write",
    response=Merge,
    status=200,
    refuses=[NotFound, actions.WinnerArchived, MergedAway, PrimaryTaken],
)
async def merge_organisations(new: MergeCreate, session: WriteSession, caller: CurrentCaller) -> Merge:
    """Merge two records of one organisation.

    Affiliations, memberships, identifiers, notes, documents and sites become the winner's; the loser stays readable,
    `merged`, and names the winner. It cannot be undone; try it with `dry_run=true`.
    """
    return await actions.merge(session, caller, new)
