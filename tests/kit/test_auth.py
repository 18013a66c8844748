"""Who calls: only what the gateway signed counts."""

import asyncio
import base64
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, OKPKey
from starlette.requests import Request

from services.contracts.scopes import SCOPES
from services.kit.auth import ANONYMOUS, AUDIENCE, ISSUER, Caller, TokenAuthenticator
from services.kit.errors import Forbidden, Unauthenticated, Unavailable
from tests.kit.sample import a_book
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


def b64(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**given: Any) -> dict[str, Any]:
    now = int(time.time())
    standard = {"iss": ISSUER, "aud": AUDIENCE, "sub": "user:x", "kind": "staff", "scope": " ".join(SCOPES)}
    return {k: v for k, v in {**standard, "iat": now, "exp": now + 300, **given}.items() if v is not None}


def signed(signer: Signer, **given: Any) -> str:
    return jwt.encode({"alg": "Ed25519", "kid": "test"}, claims(**given), signer.key, algorithms=["Ed25519"])


async def test_a_signed_token_is_a_caller(library: Api, signer: Signer) -> None:
    assert (await library.as_(signed(signer)).get("/v1/books")).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"exp": "never"},
        {"exp": float("nan")},
        {"aud": "another-audience"},
        {"aud": None},
        {"iss": "somebody-else"},
        {"iss": None},
        {"sub": None},
        {"kind": None},
        {"kind": "administrator"},
        {"kind": "anonymous"},
        {"nbf": int(time.time()) + 600},
        {"iat": int(time.time()) + 600},
        {"org": "not-a-uuid"},
    ],
    ids=lambda given: next(iter(given)),  # not the values: each process of a run has its own time
)
async def test_a_token_with_a_claim_that_is_wrong_is_none(library: Api, signer: Signer, given: dict[str, Any]) -> None:
    assert_problem(await library.as_(signed(signer, **given)).get("/v1/books"), Unauthenticated)


async def test_clocks_may_differ_by_a_few_seconds(library: Api, signer: Signer) -> None:
    ahead = signed(signer, iat=int(time.time()) + 3)
    assert (await library.as_(ahead).get("/v1/books")).status_code == 200


async def test_a_token_is_refused_once_it_has_expired(library: Api, signer: Signer) -> None:
    caller = library.as_(signed(signer, exp=int(time.time()) + 2))
    assert (await caller.get("/v1/books")).status_code == 200
    await asyncio.sleep(2.1)
    assert_problem(await caller.get("/v1/books"), Unauthenticated)


def forged(signer: Signer) -> dict[str, str]:
    public = signer.public.as_dict(private=False)["keys"][0]
    stranger = OKPKey.generate_key("Ed25519", {"kid": "test"})
    raw_public = base64.urlsafe_b64decode(f"{public['x']}=")
    payload = b64(claims())
    good = signed(signer)
    head, body, signature = good.split(".")
    return {
        "alg none": f"{b64({'alg': 'none'})}.{payload}.",
        "alg None": f"{b64({'alg': 'None', 'kid': 'test'})}.{payload}.{signature}",
        "no alg": f"{b64({'kid': 'test'})}.{payload}.{signature}",
        "HS256 with the public key": jwt.encode(
            {"alg": "HS256", "kid": "test"}, claims(), OctKey.import_key(raw_public), algorithms=["HS256"]
        ),
        "HS256 with the JWK": jwt.encode(
            {"alg": "HS256", "kid": "test"},
            claims(),
            OctKey.import_key(json.dumps(public, separators=(",", ":")).encode()),
            algorithms=["HS256"],
        ),
        "another key of the same id": jwt.encode(
            {"alg": "Ed25519", "kid": "test"}, claims(), stranger, algorithms=["Ed25519"]
        ),
        "a key of its own": jwt.encode(
            {"alg": "Ed25519", "jwk": stranger.as_dict(private=False)}, claims(), stranger, algorithms=["Ed25519"]
        ),
        "other claims": f"{head}.{b64({**claims(), 'sub': 'user:other'})}.{signature}",
        "no signature": f"{head}.{body}.",
        "cut off": good[:-4],
        "with more": good + "A",
        "empty": "",
        "dots": "...",
        "words": "let me in",
        "a list as header": f"{b64([])}.{payload}.{signature}",
        "a number as header": f"{b64(1)}.{payload}.{signature}",
        "broken header": f"{b64(b'{')}.{payload}.{signature}",
        "not ascii": "é.é.é",
        "deep": f"{b64(b'[' * 5000)}.{payload}.{signature}",
    }


async def test_nothing_else_is_a_token(library: Api, signer: Signer) -> None:
    for what, token in forged(signer).items():
        reply = await library.as_(None).get("/v1/books", headers={"Authorization": b"Bearer " + token.encode()})
        assert reply.status_code == 401, what
        assert_problem(reply, Unauthenticated)


async def test_signed_claims_that_are_no_object_are_no_caller(library: Api, signer: Signer) -> None:
    from joserfc import jws

    for payload in (b"[]", b"1", b"null", b'"x"', b"{"):
        token = jws.serialize_compact({"alg": "Ed25519", "kid": "test"}, payload, signer.key, algorithms=["Ed25519"])
        assert_problem(await library.as_(token).get("/v1/books"), Unauthenticated)


@pytest.mark.parametrize("scheme", ["Basic", "Token", "bearertoken", "Negotiate"])
async def test_another_scheme_is_refused(library: Api, signer: Signer, scheme: str) -> None:
    reply = await library.as_(None).get("/v1/books", headers={"Authorization": f"{scheme} {signed(signer)}"})
    assert_problem(reply, Unauthenticated)


async def test_without_a_token_only_public_operations_answer(library: Api) -> None:
    nobody = library.as_(None)
    for path in ("/v1/books", f"/v1/books/{uuid4()}", "/v1/members/changes"):
        assert_problem(await nobody.get(path), Unauthenticated)
    assert_problem(await nobody.post("/v1/books", a_book()), Unauthenticated)
    assert (await nobody.get("/livez")).status_code == 200


async def test_identity_headers_from_outside_change_nothing(library: Api) -> None:
    headers = {"X-User": "user:x", "X-Scope": "members:read", "X-On-Behalf-Of": "user:x", "X-Forwarded-User": "root"}
    assert_problem(await library.as_(None).get("/v1/books", headers=headers), Unauthenticated)


async def test_a_scope_that_is_missing_is_named(library: Api, signer: Signer) -> None:
    clerk = library.as_(signer.staff("events:read"))
    assert "members:read" in assert_problem(await clerk.get("/v1/books"), Forbidden)["detail"]
    assert "members:write" in assert_problem(await clerk.post("/v1/books", a_book()), Forbidden)["detail"]
    almost = library.as_(signer.staff("members:reads", "members", "*"))
    assert_problem(await almost.get("/v1/books"), Forbidden)


async def test_a_service_asks_with_its_scopes_for_the_rows_of_another(library: Api, signer: Signer) -> None:
    mine = uuid4()
    own = await library.made("/v1/books", a_book(organisation_id=str(mine)))
    other = await library.made("/v1/books", a_book())
    partner = {"X-On-Behalf-Of": signer.partner(mine, "events:read")}
    service = library.as_(signer.service("events", "members:read"))
    assert (await service.get(f"/v1/books/{own['id']}", headers=partner)).status_code == 200
    assert (await service.get(f"/v1/books/{other['id']}", headers=partner)).status_code == 404
    assert (await service.get(f"/v1/books/{other['id']}")).status_code == 200
    without = library.as_(signer.service("events"))
    whole = {"X-On-Behalf-Of": signer.staff()}
    assert_problem(await without.get(f"/v1/books/{own['id']}", headers=whole), Forbidden)


async def test_a_user_cannot_act_for_another(library: Api, signer: Signer) -> None:
    mine = uuid4()
    other = await library.made("/v1/books", a_book())
    for borrowed in (signer.staff(), signer.service("events", "members:read"), "nonsense"):
        partner = library.as_(signer.partner(mine))
        reply = await partner.get(f"/v1/books/{other['id']}", headers={"X-On-Behalf-Of": borrowed})
        assert reply.status_code == 404
    clerk = library.as_(signer.staff("events:read"))
    assert_problem(await clerk.get("/v1/books", headers={"X-On-Behalf-Of": signer.staff()}), Forbidden)


async def test_a_service_cannot_act_for_somebody_unproven(library: Api, signer: Signer) -> None:
    service = library.as_(signer.service("events", "members:read"))
    for origin in ("nonsense", signed(Signer.new()), signed(signer, exp=int(time.time()) - 60)):
        reply = await service.get("/v1/books", headers={"X-On-Behalf-Of": origin})
        assert_problem(reply, Unauthenticated)


async def test_a_token_to_act_for_somebody_counts_beside_its_service_and_for_what_it_says(
    library: Api, signer: Signer
) -> None:
    acting = signer.token("user:x", "staff", ["members:read"], act={"sub": "service:members"})
    assert_problem(await library.as_(acting).get("/v1/books"), Unauthenticated)
    beside = {"X-On-Behalf-Of": acting}
    other = library.as_(signer.service("events", "members:read"))
    assert_problem(await other.get("/v1/books", headers=beside), Unauthenticated)
    service = library.as_(signer.service("members", "members:read", "members:write"))
    assert (await service.get("/v1/books", headers=beside)).status_code == 200
    assert_problem(await service.post("/v1/books", a_book(), headers=beside), Forbidden)
    writing = signer.token("user:x", "staff", ["members:read", "members:write"], act={"sub": "service:members"})
    made = await service.post("/v1/books", a_book(), headers={"X-On-Behalf-Of": writing})
    (change,) = await library.items("/v1/members/changes", resource_id=made.json()["id"])
    assert (change["actor"], change["via"]) == ("user:x", "service:members")


# -- the gateway's keys ------------------------------------------------------------------------------------------------


class Keys:
    """The gateway's keys, and how often they were asked for."""

    def __init__(self, *signers: Signer) -> None:
        self.signers = list(signers)
        self.asked = 0
        self.down = False

    async def __call__(self) -> KeySet:
        self.asked += 1
        await asyncio.sleep(0.02)
        if self.down:
            raise Unavailable("The gateway's keys cannot be read.")
        return KeySet([key for signer in self.signers for key in signer.public.keys])


def bearing(token: str) -> Request:
    return Request({"type": "http", "headers": [(b"authorization", f"Bearer {token}".encode())]})


def a_signer(kid: str) -> Signer:
    return Signer(OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig"}))


def signed_by(signer: Signer) -> str:
    return jwt.encode(
        {"alg": "Ed25519", "kid": signer.key.kid}, claims(sub=f"user:{uuid4()}"), signer.key, algorithms=["Ed25519"]
    )


async def test_a_new_key_of_the_gateway_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = a_signer("old"), a_signer("new")
    keys = Keys(old)
    authenticate = TokenAuthenticator(keys)
    assert (await authenticate(bearing(signed_by(old)))).kind == "staff"
    keys.signers.append(new)
    authenticate._fetched_at -= 10  # some seconds go by
    assert (await authenticate(bearing(signed_by(new)))).kind == "staff"
    assert keys.asked == 2


async def test_unknown_keys_make_it_ask_once_in_a_while_only() -> None:
    keys = Keys(a_signer("old"))
    authenticate = TokenAuthenticator(keys)
    strangers = [signed_by(a_signer(f"stranger {n}")) for n in range(30)]
    for _ in range(2):
        replies = await asyncio.gather(*[authenticate(bearing(t)) for t in strangers], return_exceptions=True)
        assert all(isinstance(reply, Unauthenticated) for reply in replies)
    assert keys.asked <= 2
    authenticate._fetched_at -= 10
    await asyncio.gather(*[authenticate(bearing(token)) for token in strangers], return_exceptions=True)
    assert keys.asked <= 3


async def test_while_the_gateway_is_away_its_old_keys_serve() -> None:
    old = a_signer("old")
    keys = Keys(old)
    authenticate = TokenAuthenticator(keys)
    await authenticate(bearing(signed_by(old)))
    keys.down = True
    authenticate._fetched_at -= 10
    with pytest.raises(Unauthenticated):
        await authenticate(bearing(signed_by(a_signer("new"))))
    assert (await authenticate(bearing(signed_by(old)))).kind == "staff"


async def test_without_keys_it_says_so_and_not_that_the_token_is_bad() -> None:
    keys = Keys()
    keys.down = True
    with pytest.raises(Unavailable):
        await TokenAuthenticator(keys)(bearing(signed_by(a_signer("old"))))


async def test_all_who_wait_for_a_gateway_that_hangs_are_told_together() -> None:
    asked = 0

    async def hangs() -> KeySet:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.3)
        raise Unavailable("The gateway's keys cannot be read.")

    authenticate = TokenAuthenticator(hangs)
    began = time.perf_counter()
    crowd = [authenticate(bearing(signed_by(a_signer(f"key {n}")))) for n in range(20)]
    told = await asyncio.gather(*crowd, return_exceptions=True)
    assert {type(one) for one in told} == {Unavailable}
    assert time.perf_counter() - began < 1
    assert asked == 1
    with pytest.raises(Unavailable):  # who comes later asks anew: the gateway may be back
        await authenticate(bearing(signed_by(a_signer("late"))))
    assert asked == 2


async def test_who_leaves_while_the_keys_are_fetched_takes_nothing_from_the_others() -> None:
    old = a_signer("old")
    keys, asked = Keys(old), asyncio.Event()

    async def slow() -> KeySet:
        asked.set()
        await asyncio.sleep(0.1)
        return await keys()

    authenticate = TokenAuthenticator(slow)
    leaves, stays = (asyncio.create_task(authenticate(bearing(signed_by(old)))) for _ in range(2))
    await asked.wait()
    leaves.cancel()
    assert (await stays).kind == "staff"


async def test_no_credential_is_nobody() -> None:
    assert await TokenAuthenticator(Keys())(Request({"type": "http", "headers": []})) is ANONYMOUS


async def test_a_kept_token_costs_no_second_look() -> None:
    old = a_signer("old")
    authenticate = TokenAuthenticator(Keys(old))
    token = signed_by(old)
    first: Caller = await authenticate(bearing(token))
    assert await authenticate(bearing(token)) is first
