"""On which terms registrations are made: what they refer to, read and locked in one order before the first is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Uuid, any_, bindparam, cast, func, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.base import Money
from services.contracts.events.registration import RegistrationCreate
from services.contracts.members.organisation import Organisation
from services.events.features.events.queries import SEEN_BY_PARTNER
from services.events.features.registrations.asking import Answers
from services.events.features.registrations.entrances import DESK
from services.events.features.registrations.refusals import (
    MembersOnly,
    NoSuchAdmissionType,
    NoSuchOrganisation,
    OrganisationMerged,
)
from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.event import EventRow
from services.events.tables.organisation_copy import OrganisationCopyRow
from services.kit.auth import Caller
from services.kit.errors import Forbidden
from services.kit.reading import CALLER_ORGANISATION
from services.kit.statement import Statement, fetch_within

_UNANSWERED = object()


def _found(*where: ColumnElement[bool], many: bool = False) -> Statement:
    """What registering needs of admission types and their events. It is read with the desk held open, so that it stays
    as it is. Where places are limited, each who registers holds the event's row alone: places are counted one after the
    other. So does who registers `many`: of two who did not, each might wait for an address that the other has taken."""
    asked = (
        select(
            AdmissionTypeRow.id,
            AdmissionTypeRow.event_id,
            AdmissionTypeRow.eligibility,
            AdmissionTypeRow.price,
            AdmissionTypeRow.member_price,
            AdmissionTypeRow.quota,
            EventRow.status,
            EventRow.capacity,
            EventRow.registration_opens_at,
            func.coalesce(EventRow.registration_closes_at, EventRow.ends_at).label("closes_at"),
            cast(EventRow.starts_local, Date).label("day"),
        )
        .join(EventRow, EventRow.id == AdmissionTypeRow.event_id)
        .where(AdmissionTypeRow.id == any_(bindparam("ids", type_=ARRAY(Uuid()))), *where)
        .order_by(EventRow.id)
        .offset(literal_column("0"))  # sorted first: rows are held in this order
        .subquery("asked")
    )
    alone = true() if many else or_(asked.c.capacity.is_not(None), asked.c.quota.is_not(None))
    held = select(EventRow.id).where(EventRow.id == asked.c.event_id, alone).with_for_update().lateral("held")
    # Asked for, so that PostgreSQL does not leave it out as of no use.
    return Statement.of(select(*asked.c, held.c.id.label("held")).select_from(asked.outerjoin(held, true())))


_SEEN = _found()
_MANY_SEEN = _found(many=True)
_SEEN_BY_PARTNER = _found(SEEN_BY_PARTNER)
_MANY_SEEN_BY_PARTNER = _found(SEEN_BY_PARTNER, many=True)


@dataclass(frozen=True, slots=True)
class Admission:
    """An admission type and its event, as far as registering needs them."""

    id: UUID
    event_id: UUID
    eligibility: str
    price: Money
    member_price: Money | None
    quota: int | None
    status: str
    capacity: int | None
    opens_at: datetime | None
    closes_at: datetime
    day: date

    @property
    def limited(self) -> bool:
        """Whether places may run out."""
        return self.capacity is not None or self.quota is not None


@dataclass(frozen=True, slots=True)
class Price:
    """What a place costs, and whether that stands."""

    price: Money
    basis: str
    status: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the registrations of a request refer to."""

    answers: Answers
    organisations: Mapping[UUID, OrganisationCopyRow]
    admissions: Mapping[UUID, Admission]

    def admission(self, id: UUID) -> Admission:
        """The admission type. `NoSuchAdmissionType` when the caller may not see it."""
        if id not in self.admissions:
            raise NoSuchAdmissionType()
        return self.admissions[id]

    def check_organisation(self, id: UUID) -> None:
        """Raise when registrations cannot be made for it."""
        copy = self.organisations.get(id)
        if copy is None or copy.status == "deleted":
            raise NoSuchOrganisation()
        if copy.status == "merged":
            raise OrganisationMerged(f"It is now {copy.merged_into}.")

    def price(self, admission: Admission, organisation_id: UUID | None) -> Price:
        """The price for an organisation on the event's day. `MembersOnly` when it is not admitted."""
        if organisation_id is None:
            member: bool | None = False
        elif admission.member_price is None and admission.eligibility == "everyone":
            member = False  # Makes no difference, and was not asked.
        else:
            member = self.answers.member.get((organisation_id, admission.day))
        if member is None:
            return Price(admission.price, "standard", "to_be_confirmed")
        if not member and admission.eligibility == "members":
            raise MembersOnly()
        return confirmed_price(admission.price, admission.member_price, member=member)


def confirmed_price(price: Money, member_price: Money | None, *, member: bool) -> Price:
    """The price once it is known whether the organisation is a member."""
    if member and member_price is not None:
        return Price(member_price, "member", "confirmed")
    return Price(price, "standard", "confirmed")


def organisation_of(caller: Caller, new: RegistrationCreate) -> UUID | None:
    """The organisation a registration is for. `Forbidden` when a partner names another than its own."""
    if caller.kind != "partner":
        return new.organisation_id
    if caller.organisation_id is None or new.organisation_id not in (None, caller.organisation_id):
        raise Forbidden("A key registers for the organisation it is bound to.")
    return caller.organisation_id


async def terms_of(
    session: AsyncSession, caller: Caller, items: Sequence[RegistrationCreate], answers: Answers
) -> Terms:
    """Read what the items refer to. Organisations are held, then the desk, then events (`_found` says which), each in
    the order of their ids."""
    named = {caller.organisation_id if caller.kind == "partner" else item.organisation_id for item in items}
    organisations = await _held_organisations(session, sorted(id for id in named if id is not None), answers)
    admission_types = [item.admission_type_id for item in items]
    await DESK.hold_open_by_type(session, admission_types)
    found = await fetch_within(
        session,
        _statement(caller, many=len(items) > 1),
        {
            "ids": admission_types,
            CALLER_ORGANISATION.key: caller.organisation_id,
        },
    )
    return Terms(answers, organisations, {row[0]: _admission(*row) for row in found})


def _statement(caller: Caller, *, many: bool) -> Statement:
    if caller.kind == "partner":
        return _MANY_SEEN_BY_PARTNER if many else _SEEN_BY_PARTNER
    return _MANY_SEEN if many else _SEEN


def _admission(id: UUID, event_id: UUID, eligibility: str, price: Any, member_price: Any, *rest: Any) -> Admission:
    *read, _held = rest
    return Admission(
        id,
        event_id,
        eligibility,
        Money.model_validate(price),
        None if member_price is None else Money.model_validate(member_price),
        *read,
    )


async def _held_organisations(
    session: AsyncSession, ids: Sequence[UUID], answers: Answers
) -> dict[UUID, OrganisationCopyRow]:
    """Their copies, held FOR SHARE so that none is merged away meanwhile. Those that members could not be asked about
    are made as `unknown`; its changes bring their names."""
    if not ids:
        return {}
    known = [id for id in ids if answers.organisations.get(id, _UNANSWERED) is not None]
    told = [one for id in known if (one := answers.organisations.get(id)) is not None]
    # Before any is held: a share lock that two hold, neither can raise to write.
    if told:
        await session.execute(keep_newer(told))
    if unanswered := [id for id in known if id not in answers.copied and id not in answers.organisations]:
        await session.execute(
            insert(OrganisationCopyRow)
            .values([{"id": id, "status": "unknown", "source_version": 0} for id in unanswered])
            .on_conflict_do_nothing()
        )
    held = (
        select(OrganisationCopyRow)
        .where(OrganisationCopyRow.id.in_(known))
        .order_by(OrganisationCopyRow.id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in await session.scalars(held)}


def keep_newer(organisations: Sequence[Organisation]) -> Insert:
    """Store copies of what members told, unless newer ones are there."""
    statement = insert(OrganisationCopyRow).values(
        [
            {
                "id": one.id,
                "names": one.names,
                "status": one.status,
                "merged_into": one.merged_into,
                "source_version": one.version,
            }
            for one in organisations
        ]
    )
    return statement.on_conflict_do_update(
        index_elements=[OrganisationCopyRow.id],
        set_={name: statement.excluded[name] for name in ("names", "status", "merged_into", "source_version")},
        where=statement.excluded.source_version > OrganisationCopyRow.source_version,
    )
