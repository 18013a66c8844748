"""What crosses the wire."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import MISSING, Field, FiniteFloat

from services.contracts.base import Input, Instant, Label, Names, NamesPatch, Output, Tag

Isbn = Annotated[str, Field(pattern="^[0-9]{1,13}$")]
Pages = Annotated[int, Field(ge=0, le=100_000)]


class BookCreate(Input):
    """A new book."""

    names: Names = Field(description="Its title in each language.")
    shelf: Label = "A"
    isbn: Isbn | None = None
    shelfmark: Label | None = Field(None, description="Unique, checked at commit.")
    author: Label | None = None
    pages: Pages | None = None
    weight: FiniteFloat | None = None
    published: date | None = None
    lent_at: Instant | None = None
    borrower: Label | None = None
    appraisal: Label | None = None
    remark: str | None = Field(
        None, max_length=1_000, description="Any text at all, so that hostile ones come through."
    )
    extra: dict[str, Any] = {}
    labels: list[Tag] = []
    organisation_id: UUID | None = None


class BookUpdate(Input):
    """What changes."""

    names: NamesPatch | MISSING = MISSING
    author: Label | None | MISSING = MISSING
    pages: Pages | None | MISSING = MISSING
    borrower: Label | None | MISSING = MISSING
    state: Literal["here", "lost"] | MISSING = MISSING


class Shelf(Output):
    """Where books stand."""

    name: str


class Book(Output):
    """A book."""

    id: UUID
    names: Names
    shelf: str
    isbn: str | None
    shelfmark: str | None
    author: str | None
    pages: int | None
    weight: float | None
    published: date | None
    lent_at: Instant | None
    borrower: str | None
    appraisal: str | None = Field(None, description="With `liaison:confidential` only.")
    remark: str | None
    extra: dict[str, Any]
    labels: list[Tag]
    state: str
    organisation_id: UUID | None
    standing: Shelf | None = Field(None, description="With `expand=standing`.")
    version: int
    created_at: Instant
    updated_at: Instant
