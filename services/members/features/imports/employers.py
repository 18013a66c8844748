"""The organisation that a person's row names: by its id, an identifier, or its exact name."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.search import fold, search_parameters
from services.kit.search.columns import finds
from services.members.features.imports.convert.names import by_script
from services.members.features.imports.convert.told import Told
from services.members.features.imports.organisations import organisations_by_id
from services.members.tables.organisation import OrganisationIdentifierRow, OrganisationRow

_MOST = 20


class Employers:
    """Finds organisations; each name is looked up once."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._found: dict[str, list[UUID]] = {}

    async def find(self, told: Told, written: str, column: str | None) -> UUID | None:
        """The organisation's id; None, and told, when there is none or several."""
        if written not in self._found:
            self._found[written] = await self._look_up(written)
        ids = self._found[written]
        if len(ids) == 1:
            return ids[0]
        code = "several_organisations" if ids else "no_such_organisation"
        detail = "Several organisations are called so." if ids else "No organisation is called so."
        told.say(
            code, f"{detail} The role cannot be given.", column=column, field="affiliation.organisation", value=written
        )
        return None

    async def _look_up(self, written: str) -> list[UUID]:
        try:
            ids = {UUID(written)}
        except ValueError:
            ids = await self._by_identifier(written) or await self._by_name(written)
        rows = await organisations_by_id(self._session, ids)
        return sorted({row.id for row in rows.values() if row.status != "merged"})

    async def _by_identifier(self, written: str) -> set[UUID]:
        scheme, colon, value = written.partition(":")
        of = OrganisationIdentifierRow
        query = select(of.organisation_id).where(
            of.scheme == (scheme if colon else "external"), of.value == (value if colon else written)
        )
        found = await self._session.scalar(query) if "\0" not in written else None
        return {found} if found is not None else set()

    async def _by_name(self, written: str) -> set[UUID]:
        """By the search key, which is indexed; then compared, since the key knows more names than one is called."""
        for name in dict.fromkeys([written, *by_script(written).values()]):
            query = (
                select(OrganisationRow.id, OrganisationRow.names)
                .where(
                    or_(finds(OrganisationRow.search, "exact"), finds(OrganisationRow.search, "same")),
                    OrganisationRow.status != "merged",
                )
                .limit(_MOST)
            )
            rows = await self._session.execute(query, search_parameters(name))
            if ids := {id for id, names in rows if fold(name) in {fold(one) for one in names.values()}}:
                return ids
        return set()
