"""What can be read of documents and their versions, and by whom."""

from typing import get_args
from uuid import UUID

from sqlalchemy import and_, func, select

from services.contracts.base import Language, Tag
from services.contracts.members.about import Subject
from services.contracts.members.document import Document, DocumentKind, DocumentVersion, MediaType
from services.kit.auth import Caller
from services.kit.filters import any_of, created_and_updated, flag, overlaps
from services.kit.person_copies import kept_from_abroad
from services.kit.reading import CALLER_ORGANISATION, Resource, Rule, Sort
from services.members.features.about import about_of, records_of, seen_with_its_record
from services.members.features.transfer import not_agreed
from services.members.tables.document import DocumentRow, DocumentVersionRow

SENSITIVE = "persons:sensitive"
MEDIA_TYPES: tuple[str, ...] = get_args(MediaType.__value__)

_SHARED = and_(DocumentRow.organisation_id == CALLER_ORGANISATION, DocumentRow.shared)
_VISIBLE = seen_with_its_record(DocumentRow)
_NOT_SENSITIVE = and_(_VISIBLE, ~DocumentRow.sensitive)

_CONTENT = (
    select(
        func.jsonb_build_object(
            "version_id", DocumentVersionRow.id,
            "number", DocumentVersionRow.number,
            "file_name", DocumentVersionRow.file_name,
            "media_type", DocumentVersionRow.media_type,
            "size", DocumentVersionRow.size,
            "sha256", DocumentVersionRow.sha256,
            "sent_by", func.jsonb_build_object(
                "subject", DocumentVersionRow.sent_by, "name", DocumentVersionRow.sent_by_name
            ),
            "sent_at", DocumentVersionRow.created_at,
        )
    )
    .where(DocumentVersionRow.document_id == DocumentRow.id, DocumentVersionRow.number == DocumentRow.content_number)
    .scalar_subquery()
)  # fmt: skip


def holds_sensitive(caller: Caller) -> bool:
    """Whether the caller is told that there are sensitive documents. What is in one is read for a stated purpose."""
    return SENSITIVE in caller.scopes


documents = Resource(
    name="document",
    path="/v1/documents",
    model=Document,
    row=DocumentRow,
    fields={"about": about_of(DocumentRow), "content": _CONTENT},
    filters={
        "organisation_id": any_of(DocumentRow.organisation_id, UUID, "About any of these organisations."),
        "person_id": any_of(DocumentRow.person_id, UUID, "About any of these persons.", identifies=True),
        "kind": any_of(DocumentRow.kind, DocumentKind, "Any of these kinds."),
        "language": any_of(DocumentRow.language, Language, "Written in any of these languages."),
        "tag": overlaps(DocumentRow.tags, Tag, "Has any of these tags."),
        "shared": flag(DocumentRow.shared, "Shared with its organisation."),
        "sensitive": flag(DocumentRow.sensitive, "Only for holders of persons:sensitive."),
        **created_and_updated(DocumentRow),
    },
    sorts={
        "title": Sort(DocumentRow.sort_title),
        "kind": Sort(DocumentRow.kind),
        "created_at": Sort(DocumentRow.created_at),
        "updated_at": Sort(DocumentRow.updated_at),
    },
    facets=("kind", "language", "tag", "shared", "sensitive"),
    search=DocumentRow.search,
    expandable=records_of(DocumentRow),
    rules=(
        Rule("partner", lambda caller: caller.kind == "partner", _SHARED),
        Rule("staff with sensitive", holds_sensitive, _VISIBLE),
        Rule("staff", lambda _: True, _NOT_SENSITIVE),
    ),
    leaves_out=(kept_from_abroad(not_agreed(DocumentRow.person_id)),),
)

_DOCUMENTS = select(DocumentRow.id)

versions = Resource(
    name="document version",
    path="/v1/document-versions",
    model=DocumentVersion,
    row=DocumentVersionRow,
    fields={
        "sent_by": func.jsonb_build_object(
            "subject", DocumentVersionRow.sent_by, "name", DocumentVersionRow.sent_by_name
        )
    },
    filters={
        "document_id": any_of(DocumentVersionRow.document_id, UUID, "Of any of these documents."),
        "media_type": any_of(DocumentVersionRow.media_type, MediaType, "Of any of these types."),
        "sent_by": any_of(DocumentVersionRow.sent_by, Subject, "Sent by any of these, such as `user:<id>`."),
        **created_and_updated(DocumentVersionRow),
    },
    facets=("media_type", "sent_by"),
    sorts={"number": Sort(DocumentVersionRow.number), "created_at": Sort(DocumentVersionRow.created_at)},
    rules=(
        Rule(
            "partner",
            lambda caller: caller.kind == "partner",
            DocumentVersionRow.document_id.in_(_DOCUMENTS.where(_SHARED)),
        ),
        Rule("staff with sensitive", holds_sensitive, DocumentVersionRow.document_id.in_(_DOCUMENTS.where(_VISIBLE))),
        Rule("staff", lambda _: True, DocumentVersionRow.document_id.in_(_DOCUMENTS.where(_NOT_SENSITIVE))),
    ),
    leaves_out=(
        kept_from_abroad(DocumentVersionRow.document_id.in_(_DOCUMENTS.where(not_agreed(DocumentRow.person_id)))),
    ),
)
