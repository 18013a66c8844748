"""What members holds about persons, and how each kind of record is forgotten."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.subject import SubjectKeys
from services.kit.auth import Caller
from services.kit.changes import save_all
from services.kit.db import now
from services.kit.mentions import Prose
from services.kit.subjects import ERASED, Holding
from services.members.features.documents.files import remove_files
from services.members.features.erasures.keys import is_of, own
from services.members.features.imports.forgetting import EMPTY
from services.members.features.imports.samples import forget_samples
from services.members.features.merges.forgetting import forget_images
from services.members.tables.affiliation import AffiliationRow
from services.members.tables.consent import ConsentRow
from services.members.tables.document import DocumentRow, DocumentVersionRow
from services.members.tables.duplicate import DuplicateCandidateRow, MatchKeyRow
from services.members.tables.facts import AttendanceFactRow
from services.members.tables.imports import ImportLineRow
from services.members.tables.merge import MergeRow
from services.members.tables.note import NoteRow
from services.members.tables.organisation import OrganisationRow
from services.members.tables.organisation_relation import OrganisationRelationRow
from services.members.tables.person import PersonRow
from services.members.tables.segment import SegmentEntryRow
from services.members.tables.site import SiteRow

_READ = ["persons:read"]


async def remove(session: AsyncSession, caller: Caller, rows: Sequence[Any], _: SubjectKeys) -> None:
    """Records that tell who somebody is however they are worded: a role in an organisation is one."""
    for row in rows:
        await session.delete(row)
    if rows:
        await save_all(session, caller, f"members.{rows[0].__tablename__}.deleted", rows, required_scopes=_READ)
        await forget_images(session, [row.id for row in rows])


async def remove_documents(
    session: AsyncSession, caller: Caller, rows: Sequence[DocumentRow], keys: SubjectKeys
) -> None:
    """With every version, and their files right after the commit."""
    ids = select(DocumentVersionRow.id).where(DocumentVersionRow.document_id.in_([row.id for row in rows]))
    files = [str(id) for id in await session.scalars(ids)]
    await remove(session, caller, rows, keys)
    if files:
        await remove_files.defer(session, ids=files)


def _of_person(keys: SubjectKeys) -> ColumnElement[bool]:
    return is_of(keys.person_id)


def _own(keys: SubjectKeys) -> Select[UUID]:
    return own(keys.person_id)


def _versions_of(keys: SubjectKeys) -> ColumnElement[bool]:
    theirs = select(DocumentRow.id).where(DocumentRow.person_id == keys.person_id)
    return DocumentVersionRow.document_id.in_(theirs)


async def _forget_person(session: AsyncSession, caller: Caller, rows: Sequence[PersonRow], keys: SubjectKeys) -> None:
    """The row stays, empty, for what refers to it; nobody sees it any more."""
    for row in rows:
        row.names, row.name_parts, row.titles, row.salutations = ERASED, {}, None, None
        row.family_name = row.given_name = row.email = row.wechat = row.country = row.address = None
        row.birth_date = row.diet = row.health = row.passport = None
        row.languages, row.other_emails, row.phones, row.tags = [], [], [], []
        row.channels, row.private_channels, row.identifiers = [], [], []
        row.custom = row.private_custom = None
        row.erased_at = now()
        row.settle()
    await save_all(session, caller, "members.person.erased", rows, required_scopes=_READ)
    ids = list(await session.scalars(_own(keys)))
    await session.execute(delete(SegmentEntryRow).where(SegmentEntryRow.person_id.in_(ids)))
    # Events tells of it as well; whatever it is asked first, nobody is found by it from now on.
    came = AttendanceFactRow.person_id.in_(ids)
    await session.execute(update(AttendanceFactRow).where(came).values(person_id=None))
    await session.execute(delete(MatchKeyRow).where(MatchKeyRow.record_id.in_(ids)))
    pair = DuplicateCandidateRow
    await session.execute(delete(pair).where(pair.left_id.in_(ids) | pair.right_id.in_(ids)))
    # A merge of theirs can be undone no more: what it was is gone.
    merge = MergeRow.winner_id.in_(ids) | MergeRow.loser_id.in_(ids)
    await session.execute(update(MergeRow).where(merge).values(images=[], fields=[], dropped={}))
    await forget_images(session, ids)
    # A sample does not say whose it is: those of a file that named them go, right after the commit.
    lines = ImportLineRow.record_id.in_(ids)
    imports = await session.scalars(select(ImportLineRow.import_id).where(lines).distinct())
    if files := [str(id) for id in imports]:
        await forget_samples.defer(session, ids=files)
    await session.execute(update(ImportLineRow).where(lines).values(EMPTY))


HOLDINGS: Sequence[Holding] = (
    Holding("affiliation", AffiliationRow, lambda keys: AffiliationRow.person_id == keys.person_id, remove),
    Holding("note", NoteRow, lambda keys: NoteRow.person_id == keys.person_id, remove),
    Holding("document", DocumentRow, lambda keys: DocumentRow.person_id == keys.person_id, remove_documents),
    Holding("document_version", DocumentVersionRow, _versions_of, None),
    Holding("consent", ConsentRow, lambda keys: ConsentRow.person_id == keys.person_id, remove),
    Holding(
        "person",
        PersonRow,
        lambda keys: _of_person(keys) & PersonRow.erased_at.is_(None),
        _forget_person,
    ),
    Holding("list_entry", SegmentEntryRow, lambda keys: SegmentEntryRow.person_id.in_(_own(keys)), None),
    Holding("attendance", AttendanceFactRow, lambda keys: AttendanceFactRow.person_id.in_(_own(keys)), None),
    Holding("imported_row", ImportLineRow, lambda keys: ImportLineRow.record_id.in_(_own(keys)), None),
)
"""In the order in which they are forgotten: first what refers to others."""

PROSE: Sequence[Prose] = (
    Prose("organisation", OrganisationRow, (OrganisationRow.description,)),
    Prose("organisation_relation", OrganisationRelationRow, (OrganisationRelationRow.note,)),
    Prose("site", SiteRow, (SiteRow.description,)),
    Prose("note", NoteRow, (NoteRow.text,)),
    Prose("document", DocumentRow, (DocumentRow.title,)),
)
"""Texts that may name a person who is not whom the record is about."""
