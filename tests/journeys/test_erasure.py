"""A person is forgotten in every service, with a receipt from each."""

import asyncio
import io
import json
import time
import zipfile
from uuid import uuid4

from tests.factories.liaison import a_contact, a_counterpart
from tests.factories.members import a_document, a_person
from tests.journeys.callers import Caller
from tests.members.documents.sending import PDF, sent


async def test_every_service_confirms_it(office: Caller) -> None:
    address = f"{uuid4().hex}@example.org"
    person = await office.made("/v1/persons", a_person(email=address))
    counterpart = await office.made("/v1/counterparts", a_counterpart())
    contact = await office.made("/v1/contacts", a_contact(counterpart["id"], emails=[address.upper()]))
    about = {"resource": "person", "id": person["id"]}
    document = await office.made("/v1/documents", a_document("", about=about))
    assert (await sent(office, document["id"], PDF, name="a.pdf")).status_code == 200
    file = await office.made(f"/v1/persons/{person['id']}/subject-files", None)
    ends = time.monotonic() + 30
    while file["state"] == "waiting":
        assert time.monotonic() < ends, file
        await asyncio.sleep(0.5)
        file = (await office.get(f"/v1/subject-files/{file['id']}")).json()
    content = (await office.get(f"/v1/subject-files/{file['id']}/content")).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {"members.json", "events.json", "liaison.json", "mentions.json", "left_out.json", "readable.html"}
        scan = f"documents/{document['id']}/1-a.pdf"
        assert set(archive.namelist()) == parts | {scan}
        assert archive.read(scan) == PDF
        liaison = json.loads(archive.read("liaison.json"))
        assert liaison["contact"][0]["id"] == contact["id"]
        assert liaison["audit"] == json.loads(archive.read("events.json"))["audit"] == []
    (told,) = (await office.get("/v1/members/audit?action=subject_files.downloaded&about=" + person["id"])).json()[
        "items"
    ]
    assert (told["purpose"], {"passport", "diet"} - set(told["fields"])) == ("subject_file", set())
    made = await office.made("/v1/erasures", {"person_id": person["id"], "reason": "asked_for"})
    ends = time.monotonic() + 30
    erasure = made
    while erasure["state"] != "done":
        assert time.monotonic() < ends, erasure
        await asyncio.sleep(0.5)
        erasure = (await office.get(f"/v1/erasures/{made['id']}")).json()
    assert {one["service"] for one in erasure["receipts"]} == {"members", "events", "liaison"}
    assert (await office.get(f"/v1/contacts/{contact['id']}")).json()["emails"] == []
    assert (await office.get(f"/v1/persons/{person['id']}")).status_code == 404
