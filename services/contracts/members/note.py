"""Notes: what colleagues should know about an organisation or a person."""

from typing import Annotated
from uuid import UUID

from pydantic import MISSING, Field

from services.contracts.base import Flag, Input, Instant, Output, Prose
from services.contracts.members.about import About, Author
from services.contracts.members.organisation import OrganisationSummary
from services.contracts.members.person import PersonSummary

NoteText = Annotated[Prose, Field(min_length=1)]

_TEXT = ["Prefers to be called in the morning; asks for the rating rules in English."]


class NoteCreate(Input):
    """A new note. Its author is the caller."""

    about: About
    text: NoteText = Field(description="For colleagues only; no partner ever sees it.", examples=_TEXT)
    pinned: Flag = Field(False, description="Kept on top.")


class NoteUpdate(Input):
    """What changes; left out keeps."""

    text: NoteText | MISSING = Field(MISSING, examples=_TEXT)
    pinned: Flag | MISSING = MISSING


class Note(Output):
    """A note."""

    id: UUID
    about: About
    text: str
    pinned: bool
    author: Author
    organisation: OrganisationSummary | None | MISSING = Field(
        MISSING, description="With `expand=organisation`; null when the note is about a person."
    )
    person: PersonSummary | None | MISSING = Field(
        MISSING, description="With `expand=person`; null when the note is about an organisation."
    )
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
