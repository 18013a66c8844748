"""Documents: files about an organisation or a person, with every version that was sent."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field
from typing_extensions import TypeAliasType

from services.contracts.base import Flag, Input, Instant, Language, Names, NamesPatch, Output, Tag
from services.contracts.members.about import About, Author
from services.contracts.members.organisation import OrganisationSummary
from services.contracts.members.person import PersonSummary

DocumentKind = TypeAliasType(
    "DocumentKind",
    Literal[
        "agreement",
        "application",
        "certificate",
        "correspondence",
        "identity",
        "minutes",
        "photo",
        "presentation",
        "report",
        "other",
    ],
)

MediaType = TypeAliasType(
    "MediaType",
    Literal[
        "application/pdf",
        "application/rtf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
        "image/gif",
        "image/heif",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "text/csv",
        "text/plain",
    ],
)

Tags = Annotated[list[Tag], Field(max_length=50)]

_TITLE = [{"zh": "入会申请书", "en": "Application for membership"}]
_SHARED = "A partner's key that is bound to the organisation may read it."
_SENSITIVE = "Only for holders of persons:sensitive, such as a copy of a passport."


class DocumentCreate(Input):
    """A new document, still without its file."""

    about: About
    title: Names = Field(description="What it is called, in each language.", examples=_TITLE)
    kind: DocumentKind = Field(description="What kind of document it is.", examples=["application"])
    language: Language | None = Field(None, description="BCP 47, what it is written in.", examples=["zh"])
    tags: Tags = Field([], examples=[["2026"]])
    shared: Flag = Field(False, description=_SHARED)
    sensitive: Flag = Field(False, description=_SENSITIVE)


class DocumentUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    title: NamesPatch | MISSING = MISSING
    kind: DocumentKind | MISSING = MISSING
    language: Language | None | MISSING = MISSING
    tags: Tags | MISSING = MISSING
    shared: Flag | MISSING = Field(MISSING, description=_SHARED)
    sensitive: Flag | MISSING = Field(MISSING, description=_SENSITIVE)


class DocumentContent(Output):
    """The file of a document, as it was sent."""

    version_id: UUID = Field(description="Of the version; `GET /v1/document-versions/{id}/content` sends it.")
    number: int = Field(description="1 for the first version.", ge=1)
    file_name: str = Field(description="With the ending that its type has.", examples=["application.pdf"])
    media_type: MediaType = Field(description="By its content, whatever the sender called it.")
    size: int = Field(description="Bytes.", ge=0)
    sha256: str = Field(description="Of the file, in hexadecimal.", max_length=64)
    sent_by: Author
    sent_at: Instant = Field(description="When it was sent.")


class Document(Output):
    """A document."""

    id: UUID
    about: About
    title: Names
    kind: DocumentKind
    language: str | None = None
    tags: list[str]
    shared: bool
    sensitive: bool
    content: DocumentContent | None = Field(None, description="The newest version; null until one was sent.")
    organisation: OrganisationSummary | None | MISSING = Field(
        MISSING, description="With `expand=organisation`; null when the document is about a person."
    )
    person: PersonSummary | None | MISSING = Field(
        MISSING, description="With `expand=person`; null when the document is about an organisation."
    )
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant


class DocumentVersion(Output):
    """One version of a document's file. It never changes."""

    id: UUID
    document_id: UUID
    number: int = Field(description="1 for the first version.", ge=1)
    file_name: str = Field(description="With the ending that its type has.", examples=["application.pdf"])
    media_type: MediaType = Field(description="By its content, whatever the sender called it.")
    size: int = Field(description="Bytes.", ge=0)
    sha256: str = Field(description="Of the file, in hexadecimal.", max_length=64)
    sent_by: Author
    version: int = Field(description="Always 1.")
    created_at: Instant = Field(description="When it was sent.")
    updated_at: Instant
