"""Creating organisations."""

from uuid import uuid4

from services.contracts.members.organisation import Organisation
from services.kit.errors import Forbidden, IdempotencyKeyReused, Invalid, Unauthenticated, UnsupportedMediaType
from services.members.features.organisations.actions import IdentifierTaken
from tests.factories.members import an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_creates_and_answers_with_the_record(members: Api) -> None:
    reply = await members.post("/v1/organisations", an_organisation(names={"en": "Nepal Tourism Board"}, country="NP"))
    assert reply.status_code == 201, reply.text
    made = Organisation.model_validate(reply.json())
    assert made.names == {"en": "Nepal Tourism Board"}
    assert reply.headers["location"] == f"/v1/organisations/{made.id}"
    read = await members.get(reply.headers["location"])
    assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])


async def test_puts_valid_phones_in_e164_and_keeps_the_rest(members: Api) -> None:
    phones = [{"number": "0851-8555 0123"}, {"number": "ask reception"}]
    made = await members.made("/v1/organisations", an_organisation(phones=phones))
    assert [(p["number"], p["valid"]) for p in made["phones"]] == [("+8685185550123", True), ("ask reception", False)]


async def test_refuses_an_identifier_that_another_holds(members: Api) -> None:
    mine = [{"scheme": "wikidata", "value": f"Q{uuid4().int % 10**9}"}]
    await members.made("/v1/organisations", an_organisation(identifiers=mine))
    reply = await members.post("/v1/organisations", an_organisation(identifiers=mine))
    assert_problem(reply, IdentifierTaken)


async def test_refuses_an_unknown_field(members: Api) -> None:
    assert_problem(await members.post("/v1/organisations", an_organisation(colour="red")), Invalid, pointer="/colour")


async def test_needs_a_credential_and_the_scope(members: Api, signer: Signer) -> None:
    assert_problem(await members.as_(None).post("/v1/organisations", an_organisation()), Unauthenticated)
    reader = members.as_(signer.staff("members:read"))
    assert_problem(await reader.post("/v1/organisations", an_organisation()), Forbidden)


async def test_refuses_another_media_type(members: Api) -> None:
    reply = await members.post("/v1/organisations", None, headers={"Content-Type": "text/plain", "Content-Length": "2"})
    assert_problem(reply, UnsupportedMediaType)


async def test_a_repeated_key_answers_the_same_bytes_and_makes_one(members: Api) -> None:
    new, key = an_organisation(names={"en": f"Once {uuid4()}"}), {"Idempotency-Key": uuid4().hex}
    first = await members.post("/v1/organisations", new, headers=key)
    again = await members.post("/v1/organisations", new, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await members.items("/v1/organisations", q=new["names"]["en"])) == 1
    assert_problem(await members.post("/v1/organisations", an_organisation(), headers=key), IdempotencyKeyReused)


async def test_a_dry_run_stores_nothing(members: Api) -> None:
    reply = await members.post("/v1/organisations?dry_run=true", an_organisation())
    assert (reply.status_code, reply.headers["dry-run"]) == (201, "true")
    assert (await members.get(f"/v1/organisations/{reply.json()['id']}")).status_code == 404


async def test_writes_one_change(members: Api) -> None:
    made = await members.made("/v1/organisations", an_organisation())
    changes = await members.items("/v1/members/changes", resource_id=made["id"])
    assert [change["type"] for change in changes] == ["members.organisation.created"]
    assert changes[0]["after"]["names"] == made["names"]
