"""Subject files: asked for, made of everything, sent to those who may, and on record."""

import io
import json
import zipfile
from typing import Any
from uuid import UUID, uuid4

from services.contracts.members.subject_file import SubjectFile
from services.contracts.subject import SubjectRecords
from services.kit.errors import Forbidden, NotFound
from services.kit.mentions import MOST_TOLD, mentions_of, sought
from services.kit.subjects import held_about
from services.members.features.documents.files import file_of as document_file
from services.members.features.erasures.holdings import HOLDINGS, PROSE
from services.members.features.erasures.keys import keys_of
from services.members.features.subject_files.actions import SubjectFileNotReady
from services.members.features.subject_files.archive import write
from services.members.tables.person import PersonRow
from tests.factories.members import a_consent, a_document, a_note, a_person, a_segment, an_affiliation
from tests.members.contract import exactly
from tests.members.documents.sending import PDF, PNG, sent
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def held_here(members: Api, person_id: str, **most: int) -> SubjectRecords:
    """What members holds about somebody."""
    async with members.runtime.database.transaction() as session:
        keys = await keys_of(session, await session.get_one(PersonRow, person_id))
        return await held_about(session, "members", HOLDINGS, keys, **most)


def nothing(service: str) -> SubjectRecords:
    """A service that holds nothing."""
    return SubjectRecords(service=service, records={"registration": []})


async def written(
    members: Api, held: dict[str, SubjectRecords], mentions: dict[str, dict[str, list[str]]] | None = None, **most: int
) -> zipfile.ZipFile:
    """The archive, opened."""
    content = io.BytesIO()
    await write(content, members.runtime.files, held, mentions or {}, **most)
    return zipfile.ZipFile(content)


async def test_is_asked_for_once_the_scopes_are_there(
    members: Api, person: dict[str, Any], organisation: dict[str, Any], signer: Signer
) -> None:
    path = f"/v1/persons/{person['id']}/subject-files"
    made = await members.made(path, None)
    read = exactly(SubjectFile, (await members.get(f"/v1/subject-files/{made['id']}")).content)
    assert (read.state, str(read.person_id)) == ("waiting", person["id"])
    assert_problem(await members.get(f"/v1/subject-files/{made['id']}/content"), SubjectFileNotReady)
    clerk = members.as_(signer.staff("persons:read", "privacy:read", "privacy:write"))
    assert_problem(await clerk.post(path), Forbidden)
    assert_problem(await clerk.get(f"/v1/subject-files/{made['id']}/content"), Forbidden)
    await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    partner = members.as_(signer.partner(organisation["id"]))
    assert_problem(await partner.post(path), Forbidden)
    assert_problem(await partner.get(f"/v1/subject-files/{made['id']}"), NotFound)
    assert_problem(await members.post(f"/v1/persons/{uuid4()}/subject-files"), NotFound)
    (entry,) = await members.items("/v1/members/audit", action="subject_files.requested", about=person["id"])
    assert entry["about"] == [person["id"]]


async def test_holds_everything_and_can_be_read(members: Api, organisation: dict[str, Any]) -> None:
    made = await members.made("/v1/persons", a_person(names={"zh": "林<晓>山"}, email=None, diet="素食", tags=["x"]))
    await members.made("/v1/affiliations", an_affiliation(made["id"], organisation["id"]))
    await members.made("/v1/consents", a_consent(made["id"]))
    segment = await members.made("/v1/segments", a_segment(resource="persons"))
    assert (await members.post(f"/v1/segments/{segment['id']}/entries", {"ids": [made["id"]]})).status_code < 300
    await members.get(f"/v1/persons/{made['id']}", params={"purpose": "catering"})
    held = {"members": await held_here(members, made["id"]), "events": nothing("events")}
    mentions = {"events": {"series": ["01976b1e-7c3a-7000-8000-000000000001"]}}
    with await written(members, held, mentions) as file:
        whole = json.loads(file.read("members.json"))
        page = file.read("readable.html").decode()
        assert json.loads(file.read("left_out.json")) == {"records": {}, "mentions": {}, "files": []}
    assert whole["person"][0]["diet"] == "素食"
    assert (len(whole["affiliation"]), len(whole["consent"])) == (1, 1)
    assert [one["segment_id"] for one in whole["list_entry"]] == [segment["id"]]
    assert [(one["action"], one["purpose"]) for one in whole["audit"]][:1] == [("persons.read", "catering")]
    assert all("about" not in one for one in whole["audit"])
    assert "林&lt;晓&gt;山" in page
    assert "素食" in page
    assert "无 Nothing" in page
    assert "01976b1e-7c3a-7000-8000-000000000001" in page


async def test_holds_every_version_of_the_files_of_documents(members: Api, person: dict[str, Any]) -> None:
    about = {"resource": "person", "id": person["id"]}
    document = await members.made("/v1/documents", a_document("", about=about, sensitive=True))
    assert (await sent(members, document["id"], PDF, name="护照 ../scan.pdf")).status_code == 200
    assert (await sent(members, document["id"], PNG, name="scan.png")).status_code == 200
    held = {"members": await held_here(members, person["id"])}
    versions = sorted(held["members"].records["document_version"], key=lambda one: int(one["number"]))
    assert [one["media_type"] for one in versions] == ["application/pdf", "image/png"]
    first, second = (f"documents/{document['id']}/{name}" for name in ("1-scan.pdf", "2-scan.png"))
    with await written(members, held) as file:
        assert (file.read(first), file.read(second)) == (PDF, PNG)
        assert "image/png" in file.read("readable.html").decode()
    await members.runtime.files.delete(document_file(UUID(versions[0]["id"])))
    with await written(members, held, most_bytes=len(PNG) - 1) as file:
        assert not [name for name in file.namelist() if name.startswith("documents/")]
        assert json.loads(file.read("left_out.json"))["files"] == [
            {"file": first, "size": len(PDF), "reason": "missing"},
            {"file": second, "size": len(PNG), "reason": "too_large"},
        ]
        assert second in file.read("readable.html").decode()


async def test_says_what_is_not_listed(members: Api, person: dict[str, Any]) -> None:
    about = {"resource": "person", "id": person["id"]}
    for _ in range(3):
        await members.made("/v1/notes", a_note("", about=about))
    held = await held_here(members, person["id"], most=2)
    assert (len(held.records["note"]), held.cut) == (2, {"note": 3})
    assert (await held_here(members, person["id"], most=3)).cut == {}, "all are told"
    named = {"members": {"note": [str(uuid4()) for _ in range(MOST_TOLD)], "site": [str(uuid4())]}}
    with await written(members, {"members": held}, named) as file:
        told = json.loads(file.read("left_out.json"))
        page = file.read("readable.html").decode()
    assert (told["records"], told["mentions"]) == ({"members": {"note": 3}}, {"members": ["note"]})
    assert "2 are listed, of 3 or more" in page
    assert f"the first {MOST_TOLD} are listed" in page


async def test_tells_where_free_text_names_somebody(members: Api, organisation: dict[str, Any]) -> None:
    written = ["Spoke with WANG XIULAN% today", "与王秀兰谈过", "Wang Xiulan, no percent", "谈王岚"]
    notes = [await members.made("/v1/notes", a_note(organisation["id"], text=text)) for text in written]
    names = sought(["Wang Xiulan%", "王秀兰", "Li", " 王 "])
    assert names == ["Wang Xiulan%", "王秀兰"]
    async with members.runtime.database.transaction() as session:
        found = await mentions_of(session, PROSE, names)
    assert found == {"note": [UUID(note["id"]) for note in notes[:2]]}
