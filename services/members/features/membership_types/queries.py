"""What can be read of membership types: everyone with the scope sees them all."""

from typing import Literal

from sqlalchemy import func

from services.contracts.members.membership_type import Code, MembershipType, MembershipTypeStatus
from services.kit.drift import stale
from services.kit.filters import any_of, created_and_updated, overlaps
from services.kit.reading import Resource, Sort
from services.members.tables.membership import MembershipTypeRow

SUMMARY = func.jsonb_build_object(
    "id", MembershipTypeRow.id,
    "code", MembershipTypeRow.code,
    "names", MembershipTypeRow.names,
    "entitlements", MembershipTypeRow.entitlements,
)  # fmt: skip
"""A membership type as other records embed one."""

membership_types = Resource(
    name="membership type",
    path="/v1/membership-types",
    model=MembershipType,
    row=MembershipTypeRow,
    staff_only_fields=frozenset({"stale_texts"}),
    filters={
        "code": any_of(MembershipTypeRow.code, Code, "Any of these codes."),
        "period": any_of(
            MembershipTypeRow.period["kind"].astext, Literal["rolling", "fixed"], "Terms of any of these kinds."
        ),
        "entitlement": overlaps(MembershipTypeRow.entitlements, Code, "Entitles to any of these."),
        "status": any_of(MembershipTypeRow.status, MembershipTypeStatus, "Any of these states."),
        "stale": stale(MembershipTypeRow),
        **created_and_updated(MembershipTypeRow),
    },
    facets=("period", "entitlement", "status", "stale"),
    sorts={
        "code": Sort(MembershipTypeRow.code),
        "created_at": Sort(MembershipTypeRow.created_at),
        "updated_at": Sort(MembershipTypeRow.updated_at),
    },
)
