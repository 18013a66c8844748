"""What happens to organisations."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.organisation import (
    MOST_FORMER_NAMES,
    FormerName,
    KeyMember,
    OrganisationCreate,
    OrganisationTextConfirmationCreate,
    OrganisationUpdate,
    RenamingCreate,
)
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.colleagues import NOBODY, Unknown, check_colleague
from services.kit.custom.values import check_given, give
from services.kit.db import refused_by, refused_while_referred_to
from services.kit.errors import Conflict, Contradiction, Forbidden, NotFound
from services.kit.etag import IfMatch, held
from services.kit.ids import new_id
from services.kit.inserting import made
from services.kit.new_rows import save_new
from services.kit.patching import merged, patch
from services.kit.phones import normalised
from services.members.features.organisations import tree
from services.members.features.organisations.queries import organisations
from services.members.tables.organisation import OrganisationRow

CREATED = "members.organisation.created"
REACHED_BY = frozenset({"city", "address", "website", "emails", "phones"})
"""What a partner's key may say of its own organisation; what it is, the alliance decides."""


class IdentifierTaken(Conflict):
    """Another organisation holds one of these identifiers.

    Find it with `GET /v1/organisations?identifier=scheme:value`; it may be the same organisation.
    """


class OrganisationInUse(Conflict):
    """Other records refer to the organisation.

    Archive it instead, or remove its affiliations, memberships, branches and relations first.
    """


class MergedAway(Conflict):
    """The organisation was merged into another.

    Change the organisation named in `merged_into`.
    """


async def create(
    session: AsyncSession, caller: Caller, new: OrganisationCreate, unknown: Unknown = NOBODY
) -> OrganisationRow:
    """Add an organisation; `unknown` are users that there are none of."""
    staff_only(caller)
    await check_given(session, caller, organisations, new.custom)
    row = await prepared(session, caller, new, built(new), unknown)
    with refused_by("pk_organisation_identifier", IdentifierTaken()):
        await save(session, caller, CREATED, row, required_scopes=["members:read"])
    return row


async def create_prepared(session: AsyncSession, caller: Caller, rows: Sequence[OrganisationRow]) -> None:
    """Add organisations that are `prepared`: all of them, or none when one is refused."""
    with refused_by("pk_organisation_identifier", IdentifierTaken()):
        await save_new(session, caller, CREATED, rows, required_scopes=["members:read"])


def built(new: OrganisationCreate) -> OrganisationRow:
    """The row of a new organisation, as far as what is given says it. Raises what contradicts itself."""
    _check_place(new.country, new.subdivision)
    row = made(
        OrganisationRow,
        id=new_id(),
        **new.model_dump(exclude={"phones", "identifiers", "former_names", "key_member", "custom"}),
        phones=[normalised(phone, new.country) for phone in new.phones],
        identifiers=new.identifiers,
        former_names=new.former_names,
        key_member=new.key_member,
    )
    _check_days(row)
    row.settle()
    return row


async def prepared(
    session: AsyncSession, caller: Caller, new: OrganisationCreate, row: OrganisationRow, unknown: Unknown = NOBODY
) -> OrganisationRow:
    """The row of a new organisation, ready to be stored: what the database has to say of it is asked; `unknown` are
    users that there are none of."""
    staff_only(caller)
    check_colleague(unknown, "/officer_id", new.officer_id)
    await give(session, caller, organisations, row, new.custom, new=True)
    if row.parent_id is not None:
        await keep(session, caller, row.parent_id)
        await tree.check_place(session, row.id, row.parent_id)
    return row


async def update(
    session: AsyncSession,
    caller: Caller,
    id: UUID,
    change: OrganisationUpdate,
    if_match: IfMatch,
    unknown: Unknown = NOBODY,
    *,
    lagging: Mapping[str, list[str]] | None = None,
) -> OrganisationRow:
    """Change an organisation. Archiving and bringing back are told as changes of their own.

    `lagging` is what lagged behind before (`stale_texts`), where this takes a change back.
    """
    if caller.kind == "partner" and (others := change.model_fields_set - REACHED_BY):
        raise Forbidden(f"A key changes how to reach its organisation, not {', '.join(sorted(others))}.")
    check_colleague(unknown, "/officer_id", change.officer_id)
    await check_given(session, caller, organisations, change.custom)
    parent_id = change.parent_id if "parent_id" in change.model_fields_set else None
    if parent_id is not None:
        await tree.hold(session)
        await keep(session, caller, parent_id)  # type: ignore[arg-type]
    row = await _editable(session, caller, id, if_match)
    if parent_id is not None and parent_id != row.parent_id:
        await tree.check_place(session, id, parent_id)  # type: ignore[arg-type]
    status, texts = row.status, row.wording()
    patch(row, change, skip=frozenset({"phones", "key_member", "custom"}))
    if "phones" in change.model_fields_set:
        row.phones = [normalised(phone, row.country) for phone in change.phones]  # type: ignore[union-attr]
    if "custom" in change.model_fields_set:
        await give(session, caller, organisations, row, change.custom, new=False)  # type: ignore[arg-type]
    if "key_member" in change.model_fields_set:
        _designate(row, change)
    _check_place(row.country, row.subdivision)
    _check_days(row)
    row.follow(texts)
    if lagging is not None:
        row.lag(lagging)
    row.settle()
    verb = "updated" if status == row.status else {"archived": "archived", "active": "restored"}[row.status]
    with refused_by("pk_organisation_identifier", IdentifierTaken()):
        await save(session, caller, f"members.organisation.{verb}", row, required_scopes=["members:read"])
    return row


async def rename(session: AsyncSession, caller: Caller, id: UUID, new: RenamingCreate, if_match: IfMatch) -> None:
    """Give an organisation other names, and keep the ones they replace among its former names."""
    staff_only(caller)
    row = await _editable(session, caller, id, if_match)
    texts = row.wording()
    patch(row, new, skip=frozenset({"until"}))
    if old := {language: name for language, name in texts["names"].items() if row.names.get(language) != name}:
        if len(row.former_names) >= MOST_FORMER_NAMES:
            raise Contradiction.value(
                "/names", "too_long", f"An organisation has at most {MOST_FORMER_NAMES} former names."
            )
        row.former_names = [*row.former_names, FormerName(names=old, until=new.until)]
    row.follow(texts)
    row.settle()
    await save(session, caller, "members.organisation.updated", row, required_scopes=["members:read"])


async def confirm_texts(
    session: AsyncSession, caller: Caller, id: UUID, new: OrganisationTextConfirmationCreate, if_match: IfMatch
) -> None:
    """Take languages of a text off the list of those that lag behind."""
    staff_only(caller)
    row = await _editable(session, caller, id, if_match)
    row.confirm(new.field, new.languages)
    await save(session, caller, "members.organisation.updated", row, required_scopes=["members:read"])


async def _editable(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> OrganisationRow:
    row = await held(session, caller, organisations, id, if_match)
    if row.status == "merged":
        raise MergedAway(merged_into=row.merged_into)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove an organisation that nothing refers to."""
    staff_only(caller)
    row = await held(session, caller, organisations, id, if_match)
    await session.delete(row)
    with refused_while_referred_to(OrganisationRow, OrganisationInUse()):
        await save(session, caller, "members.organisation.deleted", row, required_scopes=["members:read"])


async def keep(session: AsyncSession, caller: Caller, id: UUID) -> None:
    """Hold an organisation in place while something is attached to it, so that it cannot be merged away meanwhile.

    `NotFound` when there is none that the caller may see, `MergedAway` when it is merged already.
    """
    row = organisations.seen_by(caller).where(OrganisationRow.id == id)
    state = row.with_only_columns(OrganisationRow.status, OrganisationRow.merged_into)
    found = (await session.execute(state.with_for_update(read=True, key_share=True))).one_or_none()
    if found is None:
        raise NotFound("There is no organisation with this id, or it is not yours to see.")
    if found.status == "merged":
        raise MergedAway(merged_into=found.merged_into)


def _designate(row: OrganisationRow, change: OrganisationUpdate) -> None:
    given = change.key_member
    after = None if given is None else merged(KeyMember, row.key_member, given, pointer="/key_member")  # type: ignore[arg-type]
    if after != row.key_member:
        row.key_member = after


def _check_days(row: OrganisationRow) -> None:
    key_member = row.key_member
    if key_member is not None and key_member.ends_on is not None and key_member.ends_on < key_member.starts_on:
        raise Contradiction.value("/key_member/ends_on", "before_start", "The last day must not come before the first.")


def _check_place(country: str | None, subdivision: str | None) -> None:
    if subdivision is not None and (country is None or not subdivision.startswith(f"{country}-")):
        raise Contradiction.value(
            "/subdivision", "not_in_country", "The subdivision must lie in the organisation's country."
        )
