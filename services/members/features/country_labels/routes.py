"""Country labels over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.members.country_label import CountryLabel, CountryLabelCreate, CountryLabelUpdate
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.country_labels import actions
from services.members.features.country_labels.queries import country_labels

routes = Routes("/v1/country-labels", tag="Imports")
routes.reads(country_labels, scope="members:read")


@routes.post(
    "",
    scope="members:write",
    response=CountryLabel,
    refuses=[actions.CountryLabelTaken, actions.CountryLabelsFull],
)
async def create_country_label(new: CountryLabelCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Say what a written country name stands for.

    Imports ask here first. Labels of states that ended and of disputed territories get a country from here only.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, country_labels, row.id, 201)


@routes.patch("/{id}", scope="members:write", response=CountryLabel, refuses=[actions.CountryLabelTaken])
async def update_country_label(
    id: UUID, change: CountryLabelUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change a country label.

    Records that were imported before keep the country they got.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, country_labels, id)


@routes.delete("/{id}", scope="members:write")
async def delete_country_label(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a country label.

    Records that were imported before keep the country they got.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
