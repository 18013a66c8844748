"""Callers abroad see contacts who are known to have agreed, and those who are linked to no person."""

from uuid import uuid4

from services.contracts.scopes import SCOPES
from tests.factories.liaison import a_contact, a_counterpart, an_interaction
from tests.wire.api import Api
from tests.wire.callers import Signer
from tests.wire.changes import deliver
from tests.wire.members import decided


async def test_a_decision_in_members_counts_here_wherever_contacts_are_named(liaison: Api, signer: Signer) -> None:
    abroad = liaison.as_(signer.token(f"user:{uuid4()}", "staff", list(SCOPES), abroad=True))
    counterpart = await liaison.made("/v1/counterparts", a_counterpart())
    agreed, unknown = uuid4(), uuid4()
    linked, hidden, unlinked = [
        (await liaison.made("/v1/contacts", a_contact(counterpart["id"], person_id=person)))["id"]
        for person in (str(agreed), str(unknown), None)
    ]
    talk = an_interaction(counterpart["id"], contact_ids=[linked, hidden, unlinked])
    path = f"/v1/interactions/{(await liaison.made('/v1/interactions', talk))['id']}?expand=contacts"

    async def seen() -> tuple[set[str], int]:
        page = (await abroad.get("/v1/contacts", params={"counterpart_id": counterpart["id"], "count": "true"})).json()
        named = {row["id"] for row in (await abroad.get(path)).json()["contacts"]}
        assert named == {row["id"] for row in page["items"]}
        return named, page["left_out"][0]["count"]

    assert await seen() == ({unlinked}, 2)
    await deliver(liaison, signer, decided(agreed, "given"))
    assert await seen() == ({linked, unlinked}, 1)
    assert {row["id"] for row in (await liaison.get(path)).json()["contacts"]} == {linked, hidden, unlinked}
    await deliver(liaison, signer, decided(agreed, "withdrawn"))
    assert await seen() == ({unlinked}, 2)
