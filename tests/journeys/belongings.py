"""Everything that can belong to one organisation, in all services, to see who is shown what of it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.factories.events import a_registration, open_event
from tests.factories.liaison import a_contact, a_counterpart, a_follow_up, an_interaction
from tests.factories.members import (
    a_designation,
    a_document,
    a_membership,
    a_membership_type,
    a_note,
    a_person,
    a_relation,
    a_site,
    an_affiliation,
    an_organisation,
)
from tests.journeys.alliance import EVENT_YEAR, a_key
from tests.journeys.callers import Caller

DECISION = {"effective_on": "2027-06-30"}


@dataclass(frozen=True)
class Belongings:
    """An organisation and what hangs on it."""

    organisation: str
    mark: str
    """A word in every name and text of it."""
    ids: dict[str, list[str]]
    """Collection → the records in it."""
    code: str
    """Of a registration, for the door."""

    def one(self, path: str) -> str:
        """The first record of a collection."""
        return self.ids[path][0]


async def everything_of_one(office: Caller, public_admission: str) -> Belongings:
    """An organisation with records in every collection that has any of an organisation's."""
    mark = f"m{uuid4().hex[:10]}"
    names = {"en": f"Of {mark}"}
    ids: dict[str, list[str]] = {}

    async def made(path: str, body: dict[str, Any]) -> dict[str, Any]:
        record = await office.made(path, body)
        ids.setdefault(path, []).append(record["id"])
        return record

    organisation = (await made("/v1/organisations", an_organisation(names=names)))["id"]
    branch = await office.made("/v1/organisations", an_organisation(names={"en": "A branch"}, parent_id=organisation))
    await made("/v1/organisation-relations", a_relation(organisation, branch["id"], note=mark))
    person = await made("/v1/persons", a_person(names=names, email=f"{mark}@example.org"))
    await made("/v1/affiliations", an_affiliation(person["id"], organisation, role=names))
    kind = await office.made("/v1/membership-types", a_membership_type(code=f"type-{uuid4().hex[:12]}"))
    membership = await made("/v1/memberships", a_membership(organisation, kind["id"], terms=EVENT_YEAR, note=mark))
    await office.made(f"/v1/memberships/{membership['id']}/resignations", {**DECISION, "reason": mark})
    for path in ("/v1/membership-terms", "/v1/membership-decisions"):
        ids[path] = [one["id"] for one in await office.items(path, organisation_id=organisation)]

    site = await made("/v1/sites", a_site(organisation, names=names))
    await made("/v1/designations", a_designation(site["id"], label=names))
    shared = await made("/v1/documents", a_document(organisation, title=names, shared=True))
    # What no partner is shown, not even of itself.
    internal = await office.made("/v1/documents", a_document(organisation, title={"en": "Internal"}))
    await office.made("/v1/notes", a_note(organisation, text="Internal"))
    for document in (shared, internal):
        await _file(office, document["id"], mark)
    ids["/v1/document-versions"] = [
        one["id"] for one in await office.items("/v1/document-versions", document_id=shared["id"])
    ]

    event, admission = await open_event(office, names=names, visibility="invited", admission={"names": names})
    ids["/v1/events"], ids["/v1/admission-types"] = [event], [admission]
    codes = []
    for number, at in enumerate((public_admission, admission)):
        participant = {"names": names, "email": f"{mark}-{number}@example.org"}
        new = a_registration(at, organisation_id=organisation, participant=participant)
        codes.append((await made("/v1/registrations", new))["code"])
    await made("/v1/check-ins", {"code": codes[0]})

    counterpart = (await made("/v1/counterparts", a_counterpart(names=names, organisation_id=organisation)))["id"]
    await made("/v1/contacts", a_contact(counterpart, names=names))
    await made("/v1/interactions", an_interaction(counterpart, subject=names))
    await made("/v1/follow-ups", a_follow_up(counterpart, subject=names))
    ids["/v1/api-keys"] = [(await a_key(office, "events:read", organisation=organisation))["id"]]
    return Belongings(organisation, mark, ids, codes[1])


async def _file(office: Caller, document: str, text: str) -> None:
    reply = await office.request(
        "PUT",
        f"/v1/documents/{document}/content",
        params={"file_name": "paper.txt"},
        content=text.encode(),
        headers={"If-Match": "*", "Content-Type": "text/plain"},
    )
    assert reply.status_code == 200, reply.text
