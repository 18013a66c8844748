"""What can be read of organisations, and by whom."""

from typing import Literal

from sqlalchemy import Text, func, select

from services.contracts.base import Tag
from services.contracts.codes import CountryCode
from services.contracts.members.organisation import Organisation, OrganisationKind
from services.kit.filters import any_of, created_and_updated, overlaps, where
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, Resource, Rule, Sort
from services.members.tables.organisation import OrganisationIdentifierRow, OrganisationRow

OWN_ORGANISATION = Rule("partner", lambda caller: caller.kind == "partner", OrganisationRow.id == CALLER_ORGANISATION)

SUMMARY = func.jsonb_build_object(
    "id", OrganisationRow.id,
    "names", OrganisationRow.names,
    "kind", OrganisationRow.kind,
    "country", OrganisationRow.country,
    "status", OrganisationRow.status,
)  # fmt: skip
"""An organisation as other records embed it."""

OFFICE_ONLY = frozenset({"contact_cadence_days", "key_member", "stale_texts"})
"""What the office notes of a member for itself."""

_HOLDER = select(OrganisationIdentifierRow.organisation_id)

organisations = Resource(
    name="organisation",
    path="/v1/organisations",
    model=Organisation,
    row=OrganisationRow,
    staff_only_fields=OFFICE_ONLY,
    filters={
        "kind": any_of(OrganisationRow.kind, OrganisationKind, "Any of these kinds."),
        "country": any_of(OrganisationRow.country, CountryCode, "Any of these countries."),
        "city": any_of(OrganisationRow.city, str, "Any of these cities, as written."),
        "tag": overlaps(OrganisationRow.tags, Tag, "Has any of these tags."),
        "status": any_of(OrganisationRow.status, Literal["active", "archived", "merged"], "Any of these states."),
        "identifier": where(
            str,
            Text(),
            lambda value: OrganisationRow.id.in_(
                _HOLDER.where(
                    OrganisationIdentifierRow.scheme == func.split_part(value, ":", 1),
                    OrganisationIdentifierRow.value == func.substr(value, func.strpos(value, ":") + 1),
                )
            ),
            "Holds this identifier, written `scheme:value`.",
        ),
        **created_and_updated(OrganisationRow),
    },
    facets=("kind", "country", "city", "tag", "status"),
    sorts={
        "name": Sort(OrganisationRow.sort_name),
        "country": Sort(OrganisationRow.country, nullable=True),
        "kind": Sort(OrganisationRow.kind),
        "created_at": Sort(OrganisationRow.created_at),
        "updated_at": Sort(OrganisationRow.updated_at),
    },
    search=OrganisationRow.search,
    rules=(OWN_ORGANISATION, EVERY_ROW),
)
