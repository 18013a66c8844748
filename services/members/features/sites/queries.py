"""What can be read of sites, and by whom."""

from typing import Literal
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, any_, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.contracts.base import Tag
from services.contracts.codes import CountryCode
from services.contracts.members.designation import DesignationKind
from services.contracts.members.site import Site, SiteKind
from services.kit.custom.declared import Custom
from services.kit.drift import stale
from services.kit.filters import Filter, any_of, created_and_updated, overlaps
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, OFFICE_TODAY, Resource, Rule, Sort
from services.members.features.organisations.queries import SUMMARY as ORGANISATION
from services.members.features.references import REFERENCES
from services.members.tables.custom_field import CustomFieldRow, SiteCustomValueRow
from services.members.tables.designation import DesignationRow, held_on
from services.members.tables.organisation import OrganisationRow
from services.members.tables.site import SiteRow

_MOST_EMBEDDED = 100

OF_OWN_ORGANISATION = Rule(
    "partner", lambda caller: caller.kind == "partner", SiteRow.organisation_id == CALLER_ORGANISATION
)


def _held_today() -> ColumnElement[object]:
    newest = (
        select(DesignationRow)
        .where(DesignationRow.site_id == SiteRow.id, held_on(OFFICE_TODAY))
        .order_by(DesignationRow.awarded_on.desc().nulls_last(), DesignationRow.id.desc())
        .limit(_MOST_EMBEDDED)
        .correlate(SiteRow)
        .subquery("held")
    )
    each = func.jsonb_build_object(
        "id", newest.c.id,
        "kind", newest.c.kind,
        "label", newest.c.label,
        "grade", newest.c.grade,
        "awarded_on", newest.c.awarded_on,
        "valid_until", newest.c.valid_until,
    )  # fmt: skip
    in_order = aggregate_order_by(each, newest.c.awarded_on.desc().nulls_last(), newest.c.id.desc())
    return select(func.coalesce(func.jsonb_agg(in_order), func.jsonb_build_array())).scalar_subquery()


_DESIGNATED_TODAY = select(DesignationRow.site_id).where(held_on(OFFICE_TODAY))
_KINDS_HELD_TODAY = func.array(
    select(DesignationRow.kind)
    .distinct()
    .where(DesignationRow.site_id == SiteRow.id, held_on(OFFICE_TODAY))
    .correlate(SiteRow)
    .scalar_subquery(),
    type_=ARRAY(Text),
)

sites = Resource(
    name="site",
    path="/v1/sites",
    model=Site,
    row=SiteRow,
    staff_only_fields=frozenset({"stale_texts"}),
    custom=Custom(
        service="members",
        resource="site",
        row=SiteRow,
        fields=CustomFieldRow,
        values=SiteCustomValueRow,
        reads="members:read",
        references=REFERENCES,
    ),
    filters={
        "organisation_id": any_of(SiteRow.organisation_id, UUID, "Run by any of these organisations."),
        "kind": any_of(SiteRow.kind, SiteKind, "Any of these kinds."),
        "country": any_of(SiteRow.country, CountryCode, "In any of these countries."),
        "subdivision": any_of(SiteRow.subdivision, str, "In any of these, as ISO 3166-2 writes them."),
        "city": any_of(SiteRow.city, str, "In any of these cities, as written."),
        "tag": overlaps(SiteRow.tags, Tag, "Has any of these tags."),
        "status": any_of(SiteRow.status, Literal["active", "archived"], "Any of these states."),
        "designation": Filter(
            DesignationKind,
            lambda value: SiteRow.id.in_(_DESIGNATED_TODAY.where(DesignationRow.kind == any_(value))),
            ARRAY(Text()),
            "Holds a designation of any of these kinds today.",
            many=True,
            column=_KINDS_HELD_TODAY,
        ),
        "stale": stale(SiteRow),
        **created_and_updated(SiteRow),
    },
    sorts={
        "name": Sort(SiteRow.sort_name),
        "kind": Sort(SiteRow.kind),
        "country": Sort(SiteRow.country, nullable=True),
        "created_at": Sort(SiteRow.created_at),
        "updated_at": Sort(SiteRow.updated_at),
    },
    facets=("organisation_id", "kind", "country", "subdivision", "city", "tag", "status", "designation", "stale"),
    search=SiteRow.search,
    expandable={
        "organisation": select(ORGANISATION).where(OrganisationRow.id == SiteRow.organisation_id).scalar_subquery(),
        "designations": _held_today(),
    },
    rules=(OF_OWN_ORGANISATION, EVERY_ROW),
)
