"""What can be read of notes, and by whom."""

from uuid import UUID

from sqlalchemy import false, func

from services.contracts.members.about import Subject
from services.contracts.members.note import Note
from services.kit.filters import any_of, created_and_updated, flag
from services.kit.person_copies import kept_from_abroad
from services.kit.reading import Resource, Rule, Sort
from services.kit.search import has_words
from services.members.features.about import about_of, records_of, seen_with_its_record
from services.members.features.transfer import not_agreed
from services.members.tables.note import NoteRow

# Notes are what colleagues say among themselves.
NO_PARTNER = Rule("partner", lambda caller: caller.kind == "partner", false())

notes = Resource(
    name="note",
    path="/v1/notes",
    model=Note,
    row=NoteRow,
    fields={
        "about": about_of(NoteRow),
        "author": func.jsonb_build_object("subject", NoteRow.author, "name", NoteRow.author_name),
    },
    filters={
        "organisation_id": any_of(NoteRow.organisation_id, UUID, "About any of these organisations."),
        "person_id": any_of(NoteRow.person_id, UUID, "About any of these persons.", identifies=True),
        "author": any_of(NoteRow.author, Subject, "By any of these, such as `user:<id>`."),
        "pinned": flag(NoteRow.pinned, "Pinned, or not."),
        "q": has_words(NoteRow.folded),
        **created_and_updated(NoteRow),
    },
    sorts={
        "pinned": Sort(NoteRow.pinned),
        "created_at": Sort(NoteRow.created_at),
        "updated_at": Sort(NoteRow.updated_at),
    },
    facets=("author", "pinned"),
    expandable=records_of(NoteRow),
    rules=(NO_PARTNER, Rule("staff", lambda _: True, seen_with_its_record(NoteRow))),
    leaves_out=(kept_from_abroad(not_agreed(NoteRow.person_id)),),
)
