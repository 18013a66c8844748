"""What happens to counterparts."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import lazyload
from sqlalchemy.orm.util import identity_key

from services.contracts.liaison.counterpart import CounterpartCreate, CounterpartUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.colleagues import NOBODY, Unknown, check_colleague
from services.kit.custom.values import check_given, give
from services.kit.db import refused_by
from services.kit.errors import Conflict, NotFound
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.kit.phones import normalised
from services.liaison.callers import scopes_to_read
from services.liaison.features.counterparts.queries import counterparts
from services.liaison.tables import CounterpartRow, OrganisationCopyRow


class CounterpartIdentifierTaken(Conflict):
    """Another counterpart holds one of these identifiers.

    Find it with `GET /v1/counterparts?identifier=scheme:value`; it may be the same counterpart.
    """


class CounterpartInUse(Conflict):
    """Other records refer to the counterpart.

    Archive it instead, or remove its contacts, interactions and follow-ups first. Some may be confidential.
    """


class OrganisationGone(Conflict):
    """The organisation was merged into another or deleted.

    Link the organisation that took its place, which `detail` names, or none.
    """


async def create(
    session: AsyncSession, caller: Caller, new: CounterpartCreate, unknown: Unknown = NOBODY
) -> CounterpartRow:
    """Add a counterpart."""
    staff_only(caller)
    check_colleague(unknown, "/owner/subject", new.owner and new.owner.subject)
    await check_given(session, caller, counterparts, new.custom)
    await _check_link(session, new.organisation_id)
    row = CounterpartRow(
        **new.model_dump(exclude={"phones", "identifiers", "owner", "custom"}),
        phones=[normalised(phone, new.stands_in) for phone in new.phones],
        identifiers=new.identifiers,
        owner=new.owner,
    )
    await give(session, caller, counterparts, row, new.custom, new=True)
    row.settle()
    with refused_by("pk_counterpart_identifier", CounterpartIdentifierTaken()):
        await save(session, caller, "liaison.counterpart.created", row, required_scopes=scopes_to_read())
    return row


async def update(
    session: AsyncSession,
    caller: Caller,
    id: UUID,
    change: CounterpartUpdate,
    if_match: IfMatch,
    unknown: Unknown = NOBODY,
    *,
    lagging: Mapping[str, list[str]] | None = None,
) -> CounterpartRow:
    """Change a counterpart. Archiving and bringing back are told as changes of their own.

    `lagging` is what lagged behind before (`stale_texts`), where this takes a change back.
    """
    staff_only(caller)
    check_colleague(unknown, "/owner/subject", getattr(change.owner, "subject", None))
    await check_given(session, caller, counterparts, change.custom)
    row = await held(session, caller, counterparts, id, if_match)
    before, organisation_id = row.status, row.organisation_id
    wording = row.wording()
    patch(row, change, skip=frozenset({"phones", "custom"}))
    row.follow(wording)
    if lagging is not None:
        row.lag(lagging)
    if "custom" in change.model_fields_set:
        await give(session, caller, counterparts, row, change.custom, new=False)  # type: ignore[arg-type]
    if "phones" in change.model_fields_set:
        row.phones = [normalised(phone, row.stands_in) for phone in change.phones]  # type: ignore[union-attr]
    if row.organisation_id != organisation_id:
        await _check_link(session, row.organisation_id)
    row.settle()
    verb = "updated" if before == row.status else {"archived": "archived", "active": "restored"}[row.status]
    with refused_by("pk_counterpart_identifier", CounterpartIdentifierTaken()):
        await save(session, caller, f"liaison.counterpart.{verb}", row, required_scopes=scopes_to_read())
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a counterpart that nothing refers to."""
    staff_only(caller)
    row = await held(session, caller, counterparts, id, if_match)
    await session.delete(row)
    with (
        refused_by("fk_contact_counterpart_id", CounterpartInUse()),
        refused_by("fk_interaction_counterpart_id", CounterpartInUse()),
        refused_by("fk_follow_up_counterpart_id", CounterpartInUse()),
    ):
        await save(session, caller, "liaison.counterpart.deleted", row, required_scopes=scopes_to_read())


def no_counterpart() -> NotFound:
    """The problem of a record that names a counterpart there is none of."""
    return NotFound("There is no counterpart with this id.")


async def known(session: AsyncSession, id: UUID) -> CounterpartRow:
    """The counterpart that another record names. Staff see every counterpart, so no row rule takes part."""
    row = await session.get(CounterpartRow, id, options=[lazyload(CounterpartRow.held_identifiers)])
    if row is None:
        raise no_counterpart()
    return row


async def lock(session: AsyncSession, ids: Iterable[UUID]) -> list[CounterpartRow]:
    """Hold these counterparts, in one order for all transactions, so that bulk calls can't wait for each other."""
    found = await session.scalars(
        select(CounterpartRow)
        .where(CounterpartRow.id.in_(set(ids)))
        .order_by(CounterpartRow.id)
        .with_for_update(key_share=True)
        .options(lazyload(CounterpartRow.held_identifiers))
    )
    return list(found)


async def hold_organisations(session: AsyncSession, ids: Iterable[UUID]) -> list[OrganisationCopyRow]:
    """Keep these organisations as they are until the transaction ends: none is merged or deleted meanwhile.

    Of those that members have not told of yet, a copy without a name is made: their change may be on its way.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return []
    untold = [{"id": id, "status": "untold"} for id in wanted]
    await session.execute(insert(OrganisationCopyRow).values(untold).on_conflict_do_nothing())
    found = await session.scalars(
        select(OrganisationCopyRow)
        .where(OrganisationCopyRow.id.in_(wanted))
        .order_by(OrganisationCopyRow.id)
        .with_for_update(read=True)
    )
    return list(found)


async def _check_link(session: AsyncSession, organisation_id: UUID | None) -> None:
    """Refuse an organisation that is known to be gone."""
    if organisation_id is None:
        return
    # A session knows only copies that it holds: a bulk call held all of its own beforehand.
    copy = session.identity_map.get(identity_key(OrganisationCopyRow, organisation_id))
    if copy is None:
        [copy] = await hold_organisations(session, [organisation_id])
    if copy.status == "merged":
        raise OrganisationGone(f"It was merged into {copy.merged_into}.")
    if copy.status == "deleted":
        raise OrganisationGone("It was deleted.")
