"""What can be read of designations, and by whom."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, any_, case, func, null, select
from sqlalchemy.sql import ColumnElement

from services.contracts.base import CalendarDate
from services.contracts.members.designation import Designation, DesignationKind
from services.kit.drift import stale
from services.kit.filters import Filter, any_of, between, created_and_updated, where
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, Resource, Rule, Sort
from services.members.tables.designation import DesignationRow, held_on
from services.members.tables.site import SiteRow

_SITES_OF = select(SiteRow.id)

OF_OWN_SITES = Rule(
    "partner",
    lambda caller: caller.kind == "partner",
    DesignationRow.site_id.in_(_SITES_OF.where(SiteRow.organisation_id == CALLER_ORGANISATION)),
)

_SOURCE: ColumnElement[Any] = case(
    (
        func.num_nonnulls(DesignationRow.source_title, DesignationRow.source_url, DesignationRow.source_document_id)
        == 0,
        null(),
    ),
    else_=func.jsonb_build_object(
        "title", DesignationRow.source_title,
        "url", DesignationRow.source_url,
        "document_id", DesignationRow.source_document_id,
    ),
)  # fmt: skip

_SITE = func.jsonb_build_object(
    "id", SiteRow.id,
    "organisation_id", SiteRow.organisation_id,
    "names", SiteRow.names,
    "country", SiteRow.country,
    "status", SiteRow.status,
)  # fmt: skip

designations = Resource(
    name="designation",
    path="/v1/designations",
    model=Designation,
    row=DesignationRow,
    staff_only_fields=frozenset({"stale_texts"}),
    fields={"source": _SOURCE},
    filters={
        "site_id": any_of(DesignationRow.site_id, UUID, "Of any of these sites."),
        "organisation_id": Filter(
            UUID,
            lambda value: DesignationRow.site_id.in_(_SITES_OF.where(SiteRow.organisation_id == any_(value))),
            ARRAY(Uuid()),
            "Of sites of any of these organisations.",
            many=True,
        ),
        "kind": any_of(DesignationRow.kind, DesignationKind, "Any of these kinds."),
        "grade": any_of(DesignationRow.grade, str, "Any of these grades, as written."),
        "on": where(CalendarDate, Date(), held_on, "Counts on this day."),
        **between("awarded_on", DesignationRow.awarded_on, CalendarDate),
        **between("valid_until", DesignationRow.valid_until, CalendarDate),
        "stale": stale(DesignationRow),
        **created_and_updated(DesignationRow),
    },
    sorts={
        "awarded_on": Sort(DesignationRow.awarded_on, nullable=True),
        "valid_until": Sort(DesignationRow.valid_until, nullable=True),
        "kind": Sort(DesignationRow.kind),
        "created_at": Sort(DesignationRow.created_at),
        "updated_at": Sort(DesignationRow.updated_at),
    },
    facets=("kind", "grade", "stale"),
    expandable={"site": select(_SITE).where(SiteRow.id == DesignationRow.site_id).scalar_subquery()},
    rules=(OF_OWN_SITES, EVERY_ROW),
)
