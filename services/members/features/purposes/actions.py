"""What happens to purposes."""

from uuid import UUID

from pydantic import MISSING
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.purpose import PurposeCreate, PurposeUpdate
from services.kit.audit import audited
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict
from services.kit.etag import IfMatch, held
from services.kit.ids import new_id
from services.kit.patching import patch
from services.members.features.purposes.queries import purposes
from services.members.tables.purpose import PurposeRow, PurposeTextRow

_READ = ["persons:read"]


class PurposeKeyTaken(Conflict):
    """Another purpose has this key.

    Choose another key, or use that purpose.
    """


class PurposeInUse(Conflict):
    """Persons have decided on this purpose.

    Archive it instead: `PATCH` its status.
    """


async def create(session: AsyncSession, caller: Caller, new: PurposeCreate) -> PurposeRow:
    """Add a purpose."""
    staff_only(caller)
    row = PurposeRow(id=new_id(), **new.model_dump(exclude={"texts"}), texts=None, text_version=0)
    session.add(row)
    _say(session, row, new.texts)
    with refused_by("uq_purpose_key", PurposeKeyTaken()):
        await save(session, caller, "members.purpose.created", row, required_scopes=_READ)
    await _audit(session, caller, "purposes.created", row)
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: PurposeUpdate, if_match: IfMatch
) -> PurposeRow:
    """Change a purpose. Consents that were given stay as they are, with the text they were given to."""
    staff_only(caller)
    row = await held(session, caller, purposes, id, if_match)
    patch(row, change, skip=frozenset({"texts"}))
    if change.texts is not MISSING:
        _say(session, row, change.texts)
    await save(session, caller, "members.purpose.updated", row, required_scopes=_READ)
    await _audit(session, caller, "purposes.updated", row)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a purpose that nobody has decided on."""
    staff_only(caller)
    row = await held(session, caller, purposes, id, if_match)
    await session.delete(row)
    with refused_by("fk_consent_purpose", PurposeInUse()):
        await save(session, caller, "members.purpose.deleted", row, required_scopes=_READ)
    await _audit(session, caller, "purposes.deleted", row)


def _say(session: AsyncSession, row: PurposeRow, texts: dict[str, str] | None) -> None:
    """Another text is another version."""
    if texts is None or texts == row.texts:
        return
    row.texts, row.text_version = texts, row.text_version + 1
    session.add(PurposeTextRow(purpose_id=row.id, text_version=row.text_version, texts=texts))


async def _audit(session: AsyncSession, caller: Caller, action: str, row: PurposeRow) -> None:
    detail = {"key": row.key, "access": row.access, "consent": row.consent, "status": row.status}
    await audited(session, caller, action=action, resource="purpose", about=[row.id], detail=detail)
