"""Subject files over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.members.subject_file import SubjectFile
from services.kit.audit import audited
from services.kit.downloads import Attachment, RangeNotSatisfiable, Wanted, described, send
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, CurrentRuntime, Routes, WriteSession, answer
from services.members.features.persons.actions import PersonMergedAway
from services.members.features.persons.queries import persons
from services.members.features.subject_files import actions
from services.members.features.subject_files.queries import subject_files

SENSITIVE = ("persons:sensitive",)
_PURPOSE = "subject_file"
"""What is read for a subject file is read for that: nobody states another purpose."""
routes = Routes("/v1/subject-files", tag="Privacy")
routes.reads(subject_files, scope="privacy:read")

of_person = Routes("/v1/persons/{id}/subject-files", tag="Privacy")


@of_person.post("", scope="privacy:write", besides=SENSITIVE, response=SubjectFile, refuses=[PersonMergedAway])
async def make_subject_file(id: UUID, session: WriteSession, caller: CurrentCaller) -> Response:
    """Make a subject file.

    Everything held about the person in all services, as JSON and as a page to read in Chinese and English, with who
    used it and what for. It is ready within seconds when every service answers, and removed after seven days. Also
    needs persons:sensitive.
    """
    row = await actions.ask(session, caller, id)
    return await answer(session, caller, subject_files, row.id, 201)


@routes.get(
    "/{id}/content",
    scope="privacy:write",
    besides=SENSITIVE,
    response_class=Response,
    responses=described("application/zip"),
    refuses=[NotFound, actions.SubjectFileNotReady, RangeNotSatisfiable],
)
async def download_subject_file(id: UUID, wanted: Wanted, runtime: CurrentRuntime, caller: CurrentCaller) -> Response:
    """Download a subject file.

    A ZIP archive for the person concerned. Each download stands in the audit log. Also needs persons:sensitive.
    """
    found = await subject_files.one(runtime.read, caller, id)
    if found is None:
        raise NotFound("There is no subject file with this id, or it is not yours to see.")
    record = SubjectFile.model_validate_json(found.body)
    if record.state != "ready" or record.size is None:
        raise actions.SubjectFileNotReady(f"It is {record.state}.")
    async with runtime.database.transaction() as session:
        await audited(
            session,
            caller,
            action="subject_files.downloaded",
            resource="person",
            about=[record.person_id],
            fields=persons.sensitive,
            purpose=_PURPOSE,
        )
    file = Attachment(
        name=actions.file_of(id),
        file_name=f"subject-file-{record.created_at:%Y-%m-%d}.zip",
        media_type="application/zip",
        size=record.size,
        tag=f'"1.{record.sha256}"',
    )
    return await send(runtime.files, file, wanted)
