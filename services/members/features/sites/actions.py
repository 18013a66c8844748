"""What happens to sites."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.site import SiteCreate, SiteUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.custom.values import check_given, give
from services.kit.db import refused_while_referred_to
from services.kit.errors import Conflict, Contradiction
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.members.features.organisations.actions import keep
from services.members.features.sites.queries import sites
from services.members.tables.site import SiteRow


class SiteInUse(Conflict):
    """The site has designations.

    Archive it instead, or delete its designations first.
    """


async def create(session: AsyncSession, caller: Caller, new: SiteCreate) -> SiteRow:
    """Add a site of an organisation."""
    staff_only(caller)
    await check_given(session, caller, sites, new.custom)
    await keep(session, caller, new.organisation_id)
    row = SiteRow(**new.model_dump(exclude={"coordinates", "custom"}), coordinates=new.coordinates)
    await give(session, caller, sites, row, new.custom, new=True)
    session.add(row)
    await _save(session, caller, "created", row)
    return row


async def update(session: AsyncSession, caller: Caller, id: UUID, change: SiteUpdate, if_match: IfMatch) -> SiteRow:
    """Change a site. Archiving and bringing back are told as changes of their own, and both organisations are told
    when it passes from one to the other."""
    staff_only(caller)
    await check_given(session, caller, sites, change.custom)
    row = await held(session, caller, sites, id, if_match)
    before, run_by = row.status, row.organisation_id
    wording = row.wording()
    patch(row, change, skip=frozenset({"custom"}))
    row.follow(wording)
    if "custom" in change.model_fields_set:
        await give(session, caller, sites, row, change.custom, new=False)  # type: ignore[arg-type]
    if row.organisation_id != run_by:
        await keep(session, caller, row.organisation_id)
    verb = "updated" if before == row.status else {"archived": "archived", "active": "restored"}[row.status]
    await _save(session, caller, verb, row, also_about=[run_by])
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a site that has no designations."""
    staff_only(caller)
    row = await held(session, caller, sites, id, if_match)
    await session.delete(row)
    with refused_while_referred_to(SiteRow, SiteInUse()):
        await save(session, caller, "members.site.deleted", row, required_scopes=["members:read"])


async def _save(
    session: AsyncSession, caller: Caller, verb: str, row: SiteRow, *, also_about: Iterable[UUID] = ()
) -> None:
    if row.subdivision is not None and (row.country is None or not row.subdivision.startswith(f"{row.country}-")):
        raise Contradiction.value("/subdivision", "not_in_country", "The subdivision must lie in the site's country.")
    row.settle()
    await save(session, caller, f"members.site.{verb}", row, required_scopes=["members:read"], also_about=also_about)
