"""What happens to designations."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.designation import (
    DesignationCreate,
    DesignationSource,
    DesignationTextConfirmationCreate,
    DesignationUpdate,
)
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Contradiction, NotFound
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.members.features.designations.queries import designations
from services.members.features.sites.queries import sites
from services.members.tables.designation import DesignationRow
from services.members.tables.site import SiteRow

_SOURCE = frozenset({"source"})


async def create(session: AsyncSession, caller: Caller, new: DesignationCreate) -> DesignationRow:
    """Add a designation."""
    staff_only(caller)
    site = await _kept_site(session, caller, new.site_id)
    row = DesignationRow(**new.model_dump(exclude=set(_SOURCE)))
    _set_source(row, new.source)
    session.add(row)
    await _save(session, caller, "created", row, site)
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: DesignationUpdate, if_match: IfMatch
) -> DesignationRow:
    """Change a designation, such as ending it."""
    staff_only(caller)
    row = await held(session, caller, designations, id, if_match)
    wording = row.wording()
    patch(row, change, skip=_SOURCE)
    row.follow(wording)
    if "source" in change.model_fields_set:
        _set_source(row, change.source)  # type: ignore[arg-type] # given, so not MISSING
    await _save(session, caller, "updated", row, await _kept_site(session, caller, row.site_id))
    return row


async def confirm_text(
    session: AsyncSession, caller: Caller, id: UUID, new: DesignationTextConfirmationCreate, if_match: IfMatch
) -> None:
    """Say that other languages of a text say the same still."""
    staff_only(caller)
    row = await held(session, caller, designations, id, if_match)
    row.confirm(new.field, new.languages)
    await _save(session, caller, "updated", row, await _kept_site(session, caller, row.site_id))


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a designation that never was."""
    staff_only(caller)
    row = await held(session, caller, designations, id, if_match)
    await session.delete(row)
    await _save(session, caller, "deleted", row, await _kept_site(session, caller, row.site_id))


async def _kept_site(session: AsyncSession, caller: Caller, id: UUID) -> SiteRow:
    """The site, which stays with its organisation until the transaction ends."""
    query = sites.seen_by(caller).where(SiteRow.id == id).with_for_update(read=True, of=SiteRow)
    site = await session.scalar(query.execution_options(populate_existing=True))
    if site is None:
        raise NotFound("There is no site with this id, or it is not yours to see.")
    return site


async def _save(session: AsyncSession, caller: Caller, verb: str, row: DesignationRow, site: SiteRow) -> None:
    for name in ("valid_until", "revoked_on"):
        ends = getattr(row, name)
        if row.awarded_on is not None and ends is not None and ends < row.awarded_on:
            raise Contradiction.value(f"/{name}", "before_start", "It must not come before the first day.")
    with refused_by(
        "fk_designation_source_document_id", NotFound("There is no document with this id to be the source.")
    ):
        await save(
            session,
            caller,
            f"members.designation.{verb}",
            row,
            required_scopes=["members:read"],
            also_about=[site.organisation_id],
        )


def _set_source(row: DesignationRow, source: DesignationSource | None) -> None:
    given = source or DesignationSource()
    row.source_title, row.source_url, row.source_document_id = given.title, given.url, given.document_id
