"""Staff sign in, may do what their roles say, and are out within seconds when they are disabled."""

from uuid import uuid4

from services.kit.errors import Forbidden, Unauthenticated
from tests.factories.members import an_organisation
from tests.journeys.callers import Caller, eventually
from tests.wire.api import assert_problem
from tests.wire.stack import Stack

OUT_WITHIN = 5.0


async def _signed_in(door: Caller, email: str, password: str) -> Caller:
    reply = await door.post("/v1/sessions", {"email": email, "password": password})
    assert reply.status_code == 201, reply.text
    return door.as_(reply.json()["access_token"])


async def test_the_first_administrator_signs_in_and_lets_a_viewer_in_and_out_again(
    stack: Stack, office: Caller
) -> None:
    door = office.as_(None)
    password = (stack.var / "secrets" / "administrator-password").read_text().strip()
    administrator = await _signed_in(door, "admin@alliance.example", password)
    me = (await administrator.get("/v1/me")).json()
    assert (me["kind"], me["email"], me["roles"]) == ("staff", "admin@alliance.example", ["administrator"])

    first = "a first password of hers"
    email = f"{uuid4().hex[:12]}@alliance.example"
    new = {"email": email, "name": "林晓", "password": first, "roles": ["viewer"]}
    user = await administrator.made("/v1/users", new)
    viewer = await _signed_in(door, email, first)
    assert (await viewer.get("/v1/me")).json()["roles"] == ["viewer"]
    for path in ("/v1/organisations", "/v1/events", "/v1/counterparts"):
        assert (await viewer.get(path)).status_code == 200

    refused = await viewer.post("/v1/organisations", an_organisation())
    assert "members:write" in assert_problem(refused, Forbidden)["detail"]
    refused = await viewer.post("/v1/users", new)
    assert "users:write" in assert_problem(refused, Forbidden)["detail"]

    assert (await administrator.patch(f"/v1/users/{user['id']}", {"disabled": True})).status_code == 200

    async def out() -> None:
        for path in ("/v1/me", "/v1/organisations"):
            assert_problem(await viewer.get(path), Unauthenticated)

    await eventually(out, within=OUT_WITHIN)
    again = await door.post("/v1/sessions", {"email": email, "password": first})
    assert again.status_code == 401


async def test_a_key_is_made_used_rotated_with_an_overlap_and_revoked(office: Caller) -> None:
    made = await office.post("/v1/api-keys", {"name": "Ticketing", "scopes": ["events:read"]})
    assert made.status_code == 201, made.text
    key = made.json()
    old = office.as_(key["key"])
    assert (await old.get("/v1/events")).status_code == 200
    assert "members:read" in assert_problem(await old.get("/v1/organisations"), Forbidden)["detail"]

    address = f"/v1/api-keys/{key['id']}"
    rotated = (await office.post(f"{address}/rotations", {"overlap_seconds": 60})).json()
    new = office.as_(rotated["key"])
    assert (await new.get("/v1/events")).status_code == 200
    assert (await old.get("/v1/events")).status_code == 200, "the old secret works on while both are in use"

    assert (await office.delete(address)).status_code == 204

    async def refused() -> None:
        for caller in (old, new):
            for path in ("/v1/events", "/v1/me"):
                assert_problem(await caller.get(path), Unauthenticated)

    await eventually(refused, within=OUT_WITHIN)
    assert (await office.get(address)).json()["revoked_at"]
