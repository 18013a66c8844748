"""What happens to membership types."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.membership_type import MembershipTypeCreate, MembershipTypeUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.members.features.membership_types.queries import membership_types
from services.members.tables.membership import MembershipTypeRow

SEEN_WITH = ["memberships:read"]


class CodeTaken(Conflict):
    """Another membership type has this code.

    Choose another code, or use that type.
    """


class MembershipTypeInUse(Conflict):
    """There are memberships of this type.

    Archive it instead: `PATCH` its status.
    """


async def create(session: AsyncSession, caller: Caller, new: MembershipTypeCreate) -> MembershipTypeRow:
    """Add a membership type."""
    staff_only(caller)
    row = MembershipTypeRow(**new.model_dump(exclude={"period"}), period=new.period)
    with refused_by("uq_membership_type_code", CodeTaken()):
        await save(session, caller, "members.membership_type.created", row, required_scopes=SEEN_WITH)
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: MembershipTypeUpdate, if_match: IfMatch
) -> MembershipTypeRow:
    """Change a membership type. Terms that exist stay as they are."""
    staff_only(caller)
    row = await held(session, caller, membership_types, id, if_match)
    wording = row.wording()
    patch(row, change)
    row.follow(wording)
    await save(session, caller, "members.membership_type.updated", row, required_scopes=SEEN_WITH)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a membership type that was never used."""
    staff_only(caller)
    row = await held(session, caller, membership_types, id, if_match)
    await session.delete(row)
    with refused_by("fk_membership_type_id", MembershipTypeInUse()):
        await save(session, caller, "members.membership_type.deleted", row, required_scopes=SEEN_WITH)
