"""Subject files: asked for, made of everything, sent to those who may, and on record."""

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from services.contracts.members.subject_file import SubjectFile
from services.kit.errors import Forbidden, NotFound
from services.kit.mentions import mentions_of, sought
from services.members.features.erasures.holdings import PROSE
from services.members.features.erasures.keys import keys_of
from services.members.features.subject_files.actions import SubjectFileNotReady, held_here
from services.members.features.subject_files.archive import archive
from services.members.tables.person import PersonRow
from tests.factories.members import a_consent, a_note, a_person, a_segment, an_affiliation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


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
    async with members.runtime.database.transaction() as session:
        keys = await keys_of(session, await session.get_one(PersonRow, made["id"]))
        held = await held_here(session, keys)
    mentions = {"events": {"series": ["01976b1e-7c3a-7000-8000-000000000001"]}}
    content = archive({"members": held, "events": {"registration": []}}, mentions, datetime.now(UTC))
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        whole = json.loads(file.read("members.json"))
        page = file.read("readable.html").decode()
    assert whole["person"][0]["diet"] == "素食"
    assert (len(whole["affiliation"]), len(whole["consent"])) == (1, 1)
    assert [one["segment_id"] for one in whole["list_entry"]] == [segment["id"]]
    assert [(one["action"], one["purpose"]) for one in whole["audit"]][:1] == [("persons.read", "catering")]
    assert all("about" not in one for one in whole["audit"])
    assert "林&lt;晓&gt;山" in page
    assert "素食" in page
    assert "无 Nothing" in page
    assert "01976b1e-7c3a-7000-8000-000000000001" in page


async def test_tells_where_free_text_names_somebody(members: Api, organisation: dict[str, Any]) -> None:
    written = ["Spoke with WANG XIULAN% today", "与王秀兰谈过", "Wang Xiulan, no percent", "谈王岚"]
    notes = [await members.made("/v1/notes", a_note(organisation["id"], text=text)) for text in written]
    names = sought(["Wang Xiulan%", "王秀兰", "Li", " 王 "])
    assert names == ["Wang Xiulan%", "王秀兰"]
    async with members.runtime.database.transaction() as session:
        found = await mentions_of(session, PROSE, names)
    assert found == {"note": [UUID(note["id"]) for note in notes[:2]]}
