"""What can be read of subject files: the alliance's own affair."""

from uuid import UUID

from sqlalchemy import false

from services.contracts.members.subject_file import SubjectFile, SubjectFileState
from services.kit.filters import any_of, created_and_updated
from services.kit.person_copies import kept_from_abroad
from services.kit.reading import EVERY_ROW, Resource, Rule, Sort
from services.members.features.transfer import not_agreed
from services.members.tables.subject_file import SubjectFileRow

subject_files = Resource(
    name="subject file",
    path="/v1/subject-files",
    model=SubjectFile,
    row=SubjectFileRow,
    filters={
        "person_id": any_of(SubjectFileRow.person_id, UUID, "About any of these persons.", identifies=True),
        "state": any_of(SubjectFileRow.state, SubjectFileState, "Any of these states."),
        "requested_by": any_of(SubjectFileRow.requested_by, str, "Asked for by any of these, such as `user:<id>`."),
        **created_and_updated(SubjectFileRow),
    },
    facets=("state", "requested_by"),
    sorts={"created_at": Sort(SubjectFileRow.created_at), "updated_at": Sort(SubjectFileRow.updated_at)},
    rules=(Rule("partner", lambda caller: caller.kind == "partner", false()), EVERY_ROW),
    leaves_out=(kept_from_abroad(not_agreed(SubjectFileRow.person_id)),),
)
