"""What can be read of memberships, their terms and decisions, and by whom. A partner sees its organisation's."""

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ARRAY, Date, Text, Uuid, any_, bindparam, case, cast, func, literal_column, null, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from services.contracts.base import CalendarDate, Days
from services.contracts.codes import CountryCode
from services.contracts.members.membership import (
    DecisionKind,
    Membership,
    MembershipDecision,
    MembershipStatus,
    MembershipTerm,
)
from services.contracts.members.organisation import OrganisationKind
from services.kit.clock import office_today
from services.kit.filters import Filter, any_of, between, created_and_updated, where
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, Parameter, Resource, Rule, Sort
from services.members.features.membership_types.queries import SUMMARY as TYPE
from services.members.features.organisations.queries import SUMMARY as ORGANISATION
from services.members.tables.course import happened
from services.members.tables.membership import (
    MembershipDecisionRow,
    MembershipRow,
    MembershipTermRow,
    MembershipTypeRow,
)
from services.members.tables.organisation import OrganisationRow
from services.members.tables.status import StatusOn

_AS_OF = cast(bindparam("as_of", type_=Date()), Date)
_ON_DAY = StatusOn.of(_AS_OF)
_NONE = literal_column("'[]'::jsonb", JSONB)


_WHAT_HAPPENED = {
    "joined": "Began to count (active or in grace) for the first time in this period.",
    "renewed": "Had a further term begin in this period while it counted.",
    "lapsed": "Ceased to count in this period because no term followed within the grace.",
    "resigned": "Ceased to count by a resignation in this period.",
    "expelled": "Ceased to count by an expulsion in this period.",
    "rejoined": "Began to count again in this period.",
}


def _happened_in(what: str) -> Filter:
    return where(Days, Text(), lambda value: MembershipRow.id.in_(happened(what, value)), _WHAT_HAPPENED[what])


def _counting_on(day: Any) -> Any:
    status = StatusOn.of(cast(day, Date))
    counting = status.joined(select(MembershipRow.id)).where(status.counts)
    # By itself: the list is about memberships, too.
    return MembershipRow.id.in_(counting.correlate(None))


def _of_organisations(column: Any) -> Any:
    """Memberships of the organisations whose column has one of the values."""
    return lambda value: MembershipRow.organisation_id.in_(select(OrganisationRow.id).where(column == any_(value)))


def _organisations(column: Any) -> Any:
    """What the column says of a membership's organisation."""
    return select(column).where(OrganisationRow.id == MembershipRow.organisation_id).scalar_subquery()


def _term(term: Any) -> Any:
    return func.jsonb_build_object(
        "id", term.id, "starts_on", term.starts_on, "ends_on", term.ends_on, "grace_until", term.grace_until
    )  # fmt: skip


_TERMS = func.jsonb_agg(aggregate_order_by(_term(MembershipTermRow), MembershipTermRow.starts_on))
_DECISION = func.jsonb_build_object(
    "id", MembershipDecisionRow.id,
    "kind", MembershipDecisionRow.kind,
    "effective_on", MembershipDecisionRow.effective_on,
)  # fmt: skip
_DECISIONS = func.jsonb_agg(
    aggregate_order_by(_DECISION, MembershipDecisionRow.effective_on, MembershipDecisionRow.place)
)

_COUNTRY = func.coalesce(OrganisationRow.country, "none")

memberships = Resource(
    name="membership",
    path="/v1/memberships",
    model=Membership,
    row=MembershipRow,
    staff_only_fields=frozenset({"note"}),
    parameters={
        "as_of": Parameter(
            CalendarDate | None, office_today, "The date that `status` and `term` are for; today in the office."
        )
    },
    joins=_ON_DAY.joined,
    fields={
        "as_of": _AS_OF,
        "status": _ON_DAY.value,
        "term": case((_ON_DAY.term.c.id.is_(None), null()), else_=_term(_ON_DAY.term.c)),
    },
    filters={
        "organisation_id": any_of(MembershipRow.organisation_id, UUID, "Of any of these organisations."),
        "type_id": any_of(MembershipRow.type_id, UUID, "Of any of these types."),
        "number": any_of(MembershipRow.number, str, "Any of these numbers."),
        "status": any_of(_ON_DAY.value, MembershipStatus, "Any of these states on `as_of`."),
        "member_on": where(CalendarDate, Date(), _counting_on, "Counted (active or in grace) on this day, too."),
        **{f"{what}_in": _happened_in(what) for what in _WHAT_HAPPENED},
        "organisation_kind": Filter(
            OrganisationKind,
            _of_organisations(OrganisationRow.kind),
            ARRAY(Text()),
            "Of organisations of any of these kinds.",
            many=True,
            column=_organisations(OrganisationRow.kind),
        ),
        "organisation_country": Filter(
            CountryCode | Literal["none"],
            _of_organisations(_COUNTRY),
            ARRAY(Text()),
            "Of organisations in any of these countries; `none`: whose country is not known.",
            many=True,
            column=_organisations(_COUNTRY),
        ),
        **between("term_ends_on", _ON_DAY.term.c.ends_on, CalendarDate),
        **created_and_updated(MembershipRow),
    },
    facets=("status", "type_id", "organisation_kind", "organisation_country"),
    sorts={
        "number": Sort(MembershipRow.number, nullable=True),
        "term_ends_on": Sort(_ON_DAY.term.c.ends_on, nullable=True),
        "created_at": Sort(MembershipRow.created_at),
        "updated_at": Sort(MembershipRow.updated_at),
    },
    expandable={
        "organisation": select(ORGANISATION)
        .where(OrganisationRow.id == MembershipRow.organisation_id)
        .scalar_subquery(),
        "type": select(TYPE).where(MembershipTypeRow.id == MembershipRow.type_id).scalar_subquery(),
        "terms": select(func.coalesce(_TERMS, _NONE))
        .where(MembershipTermRow.membership_id == MembershipRow.id)
        .scalar_subquery(),
        "decisions": select(func.coalesce(_DECISIONS, _NONE))
        .where(MembershipDecisionRow.membership_id == MembershipRow.id)
        .scalar_subquery(),
    },
    rules=(
        Rule(
            "partner",
            lambda caller: caller.kind == "partner",
            MembershipRow.organisation_id == CALLER_ORGANISATION,
        ),
        EVERY_ROW,
    ),
)


def _memberships_of(organisations: Any) -> Any:
    return select(MembershipRow.id).where(MembershipRow.organisation_id == organisations)


def _organisation_of(row: type[MembershipTermRow] | type[MembershipDecisionRow]) -> Any:
    return select(MembershipRow.organisation_id).where(MembershipRow.id == row.membership_id).scalar_subquery()


def _of_memberships(row: type[MembershipTermRow] | type[MembershipDecisionRow]) -> dict[str, Any]:
    """What the rows of a membership have in common: whose they are."""
    return {
        "fields": {"organisation_id": _organisation_of(row)},
        "rules": (
            Rule(
                "partner",
                lambda caller: caller.kind == "partner",
                row.membership_id.in_(_memberships_of(CALLER_ORGANISATION)),
            ),
            EVERY_ROW,
        ),
    }


def _filters_of_memberships(row: type[MembershipTermRow] | type[MembershipDecisionRow]) -> dict[str, Filter]:
    return {
        "membership_id": any_of(row.membership_id, UUID, "Of any of these memberships."),
        "organisation_id": Filter(
            UUID,
            lambda value: row.membership_id.in_(_memberships_of(any_(value))),
            ARRAY(Uuid()),
            "Of any of these organisations.",
            many=True,
            column=_organisation_of(row),
        ),
        **created_and_updated(row),
    }


terms = Resource(
    name="membership term",
    path="/v1/membership-terms",
    model=MembershipTerm,
    row=MembershipTermRow,
    filters={
        **_filters_of_memberships(MembershipTermRow),
        "current_on": where(
            CalendarDate,
            Date(),
            lambda day: day.between(MembershipTermRow.starts_on, MembershipTermRow.ends_on),
            "Runs on this day.",
        ),
        **between("starts_on", MembershipTermRow.starts_on, CalendarDate),
        **between("ends_on", MembershipTermRow.ends_on, CalendarDate),
    },
    facets=("organisation_id",),
    sorts={
        "starts_on": Sort(MembershipTermRow.starts_on),
        "ends_on": Sort(MembershipTermRow.ends_on),
        "created_at": Sort(MembershipTermRow.created_at),
        "updated_at": Sort(MembershipTermRow.updated_at),
    },
    **_of_memberships(MembershipTermRow),
)

decisions = Resource(
    name="membership decision",
    path="/v1/membership-decisions",
    model=MembershipDecision,
    row=MembershipDecisionRow,
    staff_only_fields=frozenset({"reason"}),
    filters={
        **_filters_of_memberships(MembershipDecisionRow),
        "kind": any_of(MembershipDecisionRow.kind, DecisionKind, "Any of these kinds."),
        **between("effective_on", MembershipDecisionRow.effective_on, CalendarDate),
    },
    facets=("organisation_id", "kind"),
    sorts={
        "effective_on": Sort(MembershipDecisionRow.effective_on),
        "created_at": Sort(MembershipDecisionRow.created_at),
        "updated_at": Sort(MembershipDecisionRow.updated_at),
    },
    **_of_memberships(MembershipDecisionRow),
)
