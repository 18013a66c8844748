"""Typed rows, one file an aggregate. Importing this package knows every table, for migrations."""

from services.members.tables.affiliation import AffiliationRow
from services.members.tables.base import Base
from services.members.tables.consent import ConsentRow, ConsentStateRow
from services.members.tables.country_label import CountryLabelRow
from services.members.tables.custom_field import (
    CustomFieldRow,
    OrganisationCustomValueRow,
    PersonCustomValueRow,
    SiteCustomValueRow,
)
from services.members.tables.designation import DesignationRow
from services.members.tables.document import DocumentRow, DocumentVersionRow
from services.members.tables.duplicate import DuplicateCandidateRow, DuplicateScanRow, MatchKeyRow
from services.members.tables.erasure import ErasureRow
from services.members.tables.facts import AttendanceFactRow, ContactFactRow, EventFactRow
from services.members.tables.imports import ImportLineRow, ImportMappingRow, ImportRow
from services.members.tables.membership import (
    MembershipDecisionRow,
    MembershipRow,
    MembershipTermRow,
    MembershipTypeRow,
)
from services.members.tables.merge import MergeRow
from services.members.tables.note import NoteRow
from services.members.tables.organisation import OrganisationIdentifierRow, OrganisationRow
from services.members.tables.organisation_relation import OrganisationRelationRow
from services.members.tables.person import PersonIdentifierRow, PersonRow
from services.members.tables.purpose import PurposeRow, PurposeTextRow
from services.members.tables.retention_rule import RetentionRuleRow
from services.members.tables.segment import SegmentEntryRow, SegmentReferenceRow, SegmentRow
from services.members.tables.site import SiteRow
from services.members.tables.subject_file import SubjectFileRow

metadata = Base.metadata

__all__ = [
    "AffiliationRow",
    "AttendanceFactRow",
    "ConsentRow",
    "ConsentStateRow",
    "ContactFactRow",
    "CountryLabelRow",
    "CustomFieldRow",
    "DesignationRow",
    "DocumentRow",
    "DocumentVersionRow",
    "DuplicateCandidateRow",
    "DuplicateScanRow",
    "ErasureRow",
    "EventFactRow",
    "ImportLineRow",
    "ImportMappingRow",
    "ImportRow",
    "MatchKeyRow",
    "MembershipDecisionRow",
    "MembershipRow",
    "MembershipTermRow",
    "MembershipTypeRow",
    "MergeRow",
    "NoteRow",
    "OrganisationCustomValueRow",
    "OrganisationIdentifierRow",
    "OrganisationRelationRow",
    "OrganisationRow",
    "PersonCustomValueRow",
    "PersonIdentifierRow",
    "PersonRow",
    "PurposeRow",
    "PurposeTextRow",
    "RetentionRuleRow",
    "SegmentEntryRow",
    "SegmentReferenceRow",
    "SegmentRow",
    "SiteCustomValueRow",
    "SiteRow",
    "SubjectFileRow",
    "metadata",
]
