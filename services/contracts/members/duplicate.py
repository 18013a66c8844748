"""Duplicates: pairs of records that are likely about the same organisation or person, and scans that look for them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field
from typing_extensions import TypeAliasType

from services.contracts.base import Input, Instant, Names, Output, Prose

Mergeable = TypeAliasType("Mergeable", Literal["organisations", "persons"])
CandidateStatus = TypeAliasType("CandidateStatus", Literal["open", "dismissed", "merged"])
ReasonKind = TypeAliasType(
    "ReasonKind",
    Literal[
        "name",
        "email",
        "phone",
        "website",
        "handle",
        "identifier",
        "address",
        "postcode",
        "city",
        "region",
        "country",
        "affiliation",
        "birth_date",
        "passport",
    ],
)
ScanState = TypeAliasType("ScanState", Literal["waiting", "indexing", "comparing", "done", "cancelled"])
Score = Annotated[float, Field(ge=0, le=1)]


class DuplicateReason(Output):
    """Something that agrees."""

    kind: ReasonKind = Field(description="What agrees.")
    left: str | None = Field(None, description="As the left record has it; null for what is sensitive.")
    right: str | None = Field(None, description="As the right record has it; null for what is sensitive.")
    similarity: Score = Field(description="1 when it is the same.", examples=[0.9])


class RecordSummary(Output):
    """An organisation or a person, as a candidate embeds one."""

    id: UUID
    names: Names
    country: str | None = None
    status: str | None = Field(None, description="Of an organisation or person.")


class DuplicateCandidate(Output):
    """Two records that are likely about the same. Nothing merges by itself."""

    id: UUID
    resource: Mergeable
    left_id: UUID = Field(description="The record that was made first.")
    right_id: UUID
    score: Score = Field(
        description="How likely it is, from 0 to 1. With persons:sensitive what is sensitive counts, too.",
        examples=[0.97],
    )
    reasons: Annotated[list[DuplicateReason], Field(max_length=20)] = Field(description="Strongest first.")
    status: CandidateStatus
    note: str | None = Field(None, description="Why they are no duplicates.")
    decided_by: str | None = Field(None, description="Who dismissed it.")
    decided_at: Instant | None = None
    left: RecordSummary | MISSING = Field(MISSING, description="With `expand=left`.")
    right: RecordSummary | MISSING = Field(MISSING, description="With `expand=right`.")
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant


class DismissalCreate(Input):
    """Two records are no duplicates."""

    note: Prose | None = Field(None, description="Why.", examples=["Two branches that share a phone."])


class DuplicateScanCreate(Input):
    """Look at all records."""

    resource: Mergeable = Field(description="Of what to look at all records.", examples=["organisations"])


class DuplicateScan(Output):
    """A look at all records for duplicates."""

    id: UUID
    resource: Mergeable
    state: ScanState = Field(description="`indexing` reads all records, `comparing` looks at those that share values.")
    records: int = Field(description="How many there were when it began.")
    indexed: int
    compared: int
    found: int = Field(description="Pairs that are likely duplicates, those found before included.")
    started_by: str = Field(description="Who asked for it.")
    finished_at: Instant | None = None
    version: int
    created_at: Instant
    updated_at: Instant
