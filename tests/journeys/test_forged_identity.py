"""Nobody gets in by claiming to be somebody: not at the gateway, and not at a service's own port."""

import json
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from gateway.front import CredentialInAddress
from services.contracts.scopes import INTERNAL, SCOPES
from services.kit.auth import AUDIENCE, ISSUER
from services.kit.errors import Unauthenticated
from tests.factories.members import an_organisation
from tests.journeys.alliance import a_key, an_organisation_of
from tests.journeys.callers import Caller
from tests.wire.api import assert_problem
from tests.wire.stack import Stack

PATHS = {"members": "/v1/organisations", "events": "/v1/registrations", "liaison": "/v1/interactions"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ports(stack: Stack, office: Caller) -> dict[str, Caller]:
    """Each service at its own port, without a credential."""
    return {name: office.at(f"http://127.0.0.1:{stack.port + 1 + place}") for place, name in enumerate(PATHS)}


def _claims(**given: Any) -> dict[str, Any]:
    """What a token of the gateway for someone who may do everything says."""
    now = int(time.time())
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": f"user:{uuid4()}",
        "kind": "staff",
        "scope": " ".join([*SCOPES, INTERNAL]),
        "iat": now,
        "exp": now + 300,
        **given,
    }


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def forged(stack: Stack, office: Caller) -> dict[str, str]:
    """Tokens that are none, by what is wrong with them."""
    published = (await office.get("/.well-known/jwks.json")).json()["keys"][0]
    other = OKPKey.generate_key("Ed25519", {"kid": published["kid"]})
    as_secret = OctKey.import_key(published["x"])
    kept = json.loads((stack.var / "secrets" / "signing-keys.json").read_text())[0]
    ours = OKPKey.import_key({**kept, "alg": "Ed25519"})

    def signed(key: Any, algorithm: str, **given: Any) -> str:
        return jwt.encode({"alg": algorithm, "kid": published["kid"]}, _claims(**given), key, algorithms=[algorithm])

    # The way these are made makes good tokens too: each is refused for what is wrong with it.
    good = office.at(f"http://127.0.0.1:{stack.port + 1}", signed(ours, "Ed25519"))
    assert (await good.get(PATHS["members"])).status_code == 200
    unsigned = signed(other, "Ed25519").split(".")
    head = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    return {
        "not signed": f"{head}.{unsigned[1]}.",
        "not signed, with a signature": f"{head}.{unsigned[1]}.{unsigned[2]}",
        "another key": signed(other, "Ed25519"),
        "the public key as a secret": signed(as_secret, "HS256"),
        "another audience": signed(ours, "Ed25519", aud="somewhere-else"),
        "another issuer": signed(ours, "Ed25519", iss="somebody-else"),
        "expired": signed(ours, "Ed25519", iat=0, exp=int(time.time()) - 60),
        "a kind there is not": signed(ours, "Ed25519", kind="root"),
    }


async def test_a_service_answers_only_tokens_that_the_gateway_signed_for_it(
    stack: Stack, ports: dict[str, Caller], forged: dict[str, str], master_key: str
) -> None:
    signed_in = await _access_token(stack, ports["members"])
    for name, service in ports.items():
        for what, token in {**forged, "none": None, "an API key": master_key, "an access token": signed_in}.items():
            caller = service.as_(token)
            assert_problem(await caller.get(PATHS[name]), Unauthenticated)
            assert (await caller.post(PATHS[name], {})).status_code == 401, what
            if name != "members":  # which nobody tells anything
                assert (await caller.post("/internal/inbox", {})).status_code == 401, what
        assert (await service.get("/livez")).status_code == 200


async def _access_token(stack: Stack, caller: Caller) -> str:
    password = (stack.var / "secrets" / "administrator-password").read_text().strip()
    credentials = {"email": "admin@alliance.example", "password": password}
    reply = await caller.at(stack.url).post("/v1/sessions", credentials)
    return str(reply.json()["access_token"])


async def test_the_gateway_takes_no_token_of_the_inside(stack: Stack, office: Caller, forged: dict[str, str]) -> None:
    secret = (stack.var / "secrets" / "service-events").read_text().strip()
    inside = await office.as_(None).post("/internal/tokens", {"service": "events", "secret": secret})
    assert inside.status_code == 200
    for token in (*forged.values(), inside.json()["token"]):
        for path in ("/v1/me", *PATHS.values()):
            assert_problem(await office.as_(token).get(path), Unauthenticated)
    guessed = await office.as_(None).post("/internal/tokens", {"service": "events", "secret": "guessed"})
    assert_problem(guessed, Unauthenticated)


async def test_headers_that_claim_an_identity_change_nothing(stack: Stack, office: Caller, master_key: str) -> None:
    own, other = await an_organisation_of(office), await an_organisation_of(office)
    narrow = await a_key(office, "members:read", organisation=own)
    secret = (stack.var / "secrets" / "service-events").read_text().strip()
    inside = (await office.as_(None).post("/internal/tokens", {"service": "events", "secret": secret})).json()["token"]
    claims = {
        "X-On-Behalf-Of": inside,
        "X-User": "admin@alliance.example",
        "X-User-Id": f"user:{uuid4()}",
        "X-Forwarded-User": "admin@alliance.example",
        "X-Remote-User": "admin@alliance.example",
        "X-Scopes": " ".join(SCOPES),
        "X-Organisation-Id": other,
        "Cookie": f"session={inside}; Authorization=Bearer {master_key}",
        "Proxy-Authorization": f"Bearer {master_key}",
        "X-Authorization": f"Bearer {master_key}",
        "Forwarded": "for=127.0.0.1",
        "X-HTTP-Method-Override": "DELETE",
    }
    for token, expected in ((None, 401), (narrow["key"], 404)):
        caller = office.as_(token)
        for name, value in claims.items():
            reply = await caller.request("GET", f"/v1/organisations/{other}", headers={name: value})
            assert reply.status_code == expected, name
        assert (await caller.request("GET", f"/v1/organisations/{other}", headers=claims)).status_code == expected
    mine = await office.as_(narrow["key"]).request("GET", f"/v1/organisations/{own}", headers=claims)
    assert (mine.status_code, mine.json()["id"]) == (200, own)
    refused = await office.as_(narrow["key"]).request(
        "POST", "/v1/organisations", json=an_organisation(), headers=claims
    )
    assert refused.status_code == 403


@pytest.mark.parametrize("name", ["access_token", "api_key", "token", "key", "Authorization", "ACCESS%5FTOKEN"])
async def test_a_credential_in_the_address_is_refused(office: Caller, master_key: str, name: str) -> None:
    for caller in (office, office.as_(None)):
        reply = await caller.get(f"/v1/organisations?{name}={master_key}")
        assert_problem(reply, CredentialInAddress)
        assert master_key not in reply.text


async def test_two_credentials_at_once_are_refused(office: Caller, master_key: str) -> None:
    headers = httpx.Headers([("Authorization", f"Bearer {master_key}"), ("Authorization", f"Bearer {master_key}")])
    assert (await office.as_(None).request("GET", "/v1/organisations", headers=headers)).status_code == 400
