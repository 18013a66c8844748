"""Questions to another service: a deadline, retries of what is safe, a breaker, and what travels along."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from joserfc import jwt
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from services.contracts.base import Output
from services.kit import http
from services.kit.auth import ALGORITHMS
from services.kit.errors import BadGateway, GatewayTimeout, NotFound, Unavailable
from services.kit.http import Authorise, CircuitBreaker, Peer
from tests.kit.live import Answer, free_port, gateway, says, served
from tests.wire.callers import Signer


class Answered(Output):
    """What the callee says."""

    word: str


class Callee:
    """Answers in the order it is told to, the last for ever, and remembers what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append((scope["method"], scope["path"], headers))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await answer(scope, receive, send)


GOOD = says(200, b'{"word": "yes", "unknown": 1}')
DOWN = says(503)


async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(30)


def after(seconds: float, answer: Answer) -> Answer:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(seconds)
        await answer(scope, receive, send)

    return app


async def stops_halfway(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
    await send({"type": "http.response.body", "body": b'{"wo', "more_body": True})
    await asyncio.sleep(30)


@asynccontextmanager
async def asking(callee: Callee, signer: Signer) -> AsyncIterator[Peer]:
    async with served(gateway(signer)) as gate, served(callee) as address:
        authorise = Authorise(gate, "members", "a secret")
        await authorise()
        peer = Peer("events", address, authorise)
        try:
            yield peer
        finally:
            await peer.close()
            await authorise.close()


async def test_asks_and_reads_the_answer_tolerantly(signer: Signer) -> None:
    callee = Callee(GOOD)
    async with asking(callee, signer) as peer:
        assert (await peer.get("/v1/word", Answered, on="2026-05-29")).word == "yes"
    ((method, path, headers),) = callee.asked
    assert (method, path) == ("GET", "/v1/word")
    assert headers["authorization"].startswith("Bearer ey")
    assert 0 < int(headers["x-deadline"]) <= 1500


@pytest.mark.parametrize("answer", [hangs, stops_halfway, after(1.2, DOWN)], ids=["hangs", "halfway", "slow failures"])
async def test_gives_up_at_its_deadline_retries_included(signer: Signer, answer: Answer) -> None:
    async with asking(Callee(answer), signer) as peer:
        began = time.monotonic()
        with pytest.raises((GatewayTimeout, Unavailable)):
            await peer.get("/v1/word", Answered)
        assert time.monotonic() - began < http.DEFAULT_DEADLINE + 0.5


async def test_takes_no_longer_than_the_request_being_served_has_left(signer: Signer) -> None:
    callee = Callee(hangs)
    async with asking(callee, signer) as peer:
        mark = http.deadline.set(time.monotonic() + 0.4)
        try:
            began = time.monotonic()
            with pytest.raises(GatewayTimeout):
                await peer.get("/v1/word", Answered)
            assert time.monotonic() - began < 0.9
        finally:
            http.deadline.reset(mark)
    assert int(callee.asked[0][2]["x-deadline"]) <= 400


async def test_a_question_is_repeated_while_it_fails(signer: Signer) -> None:
    callee = Callee(DOWN, DOWN, GOOD)
    async with asking(callee, signer) as peer:
        assert (await peer.get("/v1/word", Answered)).word == "yes"
    assert len(callee.asked) == 3


async def test_a_question_is_asked_three_times_at_most(signer: Signer) -> None:
    callee = Callee(DOWN)
    async with asking(callee, signer) as peer:
        with pytest.raises(Unavailable):
            await peer.get("/v1/word", Answered)
    assert len(callee.asked) == 3


class Told(BaseModel):
    """What is told."""

    word: str = "once"


@pytest.mark.parametrize("answer", [DOWN, says(500), hangs], ids=["503", "500", "hangs"])
async def test_what_is_told_is_told_once(signer: Signer, answer: Answer) -> None:
    callee = Callee(answer)
    async with asking(callee, signer) as peer:
        with pytest.raises((Unavailable, GatewayTimeout)):
            await peer.post("/internal/inbox", Told(), within=0.5)
    assert [method for method, _, _ in callee.asked] == ["POST"]


@pytest.mark.parametrize(
    ("status", "problem"), [(404, NotFound), (403, BadGateway), (422, BadGateway), (400, BadGateway)]
)
async def test_a_refusal_is_final(signer: Signer, status: int, problem: type[Exception]) -> None:
    callee = Callee(says(status))
    async with asking(callee, signer) as peer:
        for _ in range(7):  # and it opens no breaker
            with pytest.raises(problem):
                await peer.get("/v1/word", Answered)
    assert len(callee.asked) == 7


@pytest.mark.parametrize(
    "answer", [says(200, b"<html>"), says(200, b'{"other": 1}'), says(302, b"", {"Location": "/"})]
)
async def test_an_answer_that_makes_no_sense_is_a_bad_gateway(signer: Signer, answer: Answer) -> None:
    async with asking(Callee(answer), signer) as peer:
        with pytest.raises(BadGateway):
            await peer.get("/v1/word", Answered)


async def test_the_request_id_the_trace_and_the_caller_travel_along(signer: Signer) -> None:
    callee, parent = Callee(GOOD), f"00-{'a' * 32}-{'b' * 16}-01"
    async with asking(callee, signer) as peer:
        marks = [http.request_id.set("request-1"), http.traceparent.set(parent)]
        try:
            await peer.get("/v1/word", Answered, on_behalf_of="a token")
        finally:
            http.request_id.reset(marks[0])
            http.traceparent.reset(marks[1])
    headers = callee.asked[0][2]
    assert (headers["x-request-id"], headers["traceparent"]) == ("request-1", parent)
    assert headers["x-on-behalf-of"] == "a token"


async def test_acts_for_somebody_until_they_may_not_call_any_more(signer: Signer) -> None:
    callee, barred = Callee(GOOD), set[str]()
    async with served(gateway(signer, barred=barred)) as gate, served(callee) as address:
        authorise = Authorise(gate, "members", "a secret")
        peer = Peer("liaison", address, authorise)
        for subject in ("user:a", "user:b", "user:a"):
            await peer.tell("PATCH", "/v1/word", "{}", headers={}, acting_for=subject)
        sent = [
            jwt.decode(asked[2]["x-on-behalf-of"], signer.public, algorithms=ALGORITHMS).claims
            for asked in callee.asked
        ]
        assert [(one["sub"], one["act"]) for one in sent] == [
            (subject, {"sub": "service:members"}) for subject in ("user:a", "user:b", "user:a")
        ]
        barred.add("user:a")
        authorise.forget()  # as seconds later
        with pytest.raises(http.MayNotCall):
            await peer.tell("PATCH", "/v1/word", "{}", headers={}, acting_for="user:a")
        assert len(callee.asked) == 3
        await peer.close()
        await authorise.close()


async def test_a_refused_token_refuses_nothing_that_was_told(signer: Signer) -> None:
    async with asking(Callee(says(401)), signer) as peer:
        with pytest.raises(Unavailable):
            await peer.tell("PATCH", "/v1/word", "{}", headers={}, acting_for="user:a")


async def test_nobody_listening_is_unavailable_at_once(signer: Signer) -> None:
    async with served(gateway(signer)) as gate:
        authorise = Authorise(gate, "members", "a secret")
        peer = Peer("events", f"http://127.0.0.1:{free_port()}", authorise)
        began = time.monotonic()
        with pytest.raises((Unavailable, GatewayTimeout)):
            await peer.get("/v1/word", Answered)
        assert time.monotonic() - began < 1.5
        await peer.close()
        await authorise.close()


async def test_the_breaker_opens_and_recovers(signer: Signer) -> None:
    callee = Callee(*[DOWN] * 5, GOOD)
    async with asking(callee, signer) as peer:
        peer._breaker = CircuitBreaker(threshold=5, rest=2.0)
        for _ in range(2):
            with pytest.raises(Unavailable):
                await peer.get("/v1/word", Answered)
        asked = len(callee.asked)
        assert asked == 5
        with pytest.raises(Unavailable, match="does not answer"):
            await peer.get("/v1/word", Answered)
        assert len(callee.asked) == asked, "it was asked while the circuit was open"
        await asyncio.sleep(2.1)
        assert (await peer.get("/v1/word", Answered)).word == "yes"
        assert (await peer.get("/v1/word", Answered)).word == "yes"


async def test_a_breaker_that_rested_lets_one_call_try() -> None:
    breaker = CircuitBreaker(threshold=1, rest=0.05)
    breaker.record(ok=False)
    with pytest.raises(Unavailable):
        breaker.check("events")
    await asyncio.sleep(0.06)
    breaker.check("events")
    with pytest.raises(Unavailable):
        breaker.check("events")
    breaker.record(ok=True)
    breaker.check("events")


async def test_without_a_gateway_there_is_no_token() -> None:
    authorise = Authorise(f"http://127.0.0.1:{free_port()}", "members", "a secret")
    with pytest.raises(Unavailable):
        await authorise()
    with pytest.raises(Unavailable):
        await authorise.keys()
    await authorise.close()


@pytest.mark.parametrize("answer", [says(401), says(200, b"<html>"), says(200, b"{}"), says(200, b"[]"), hangs])
async def test_a_gateway_that_makes_no_sense_gives_no_token(answer: Answer) -> None:
    async with served(answer) as gate:
        authorise = Authorise(gate, "members", "a secret")
        with pytest.raises(Unavailable):
            await authorise()
        await authorise.close()


async def test_one_token_serves_many_calls(signer: Signer) -> None:
    asked = 0
    plain = gateway(signer)

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal asked
        asked += scope["type"] == "http"
        await plain(scope, receive, send)

    async with served(counting) as gate:
        authorise = Authorise(gate, "members", "a secret")
        tokens = await asyncio.gather(*[authorise() for _ in range(10)])
        assert (len(set(tokens)), asked) == (1, 1)
        await authorise.close()


async def test_a_token_ends_when_the_clock_is_set_past_its_end(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    plain = gateway(signer)

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal asked
        asked += scope["type"] == "http"
        await plain(scope, receive, send)

    async with served(counting) as gate:
        authorise = Authorise(gate, "members", "a secret")
        await authorise()
        clock = time.time
        monkeypatch.setattr(time, "time", lambda: clock() + 300)
        await authorise()
        assert asked == 2, "every other service would refuse the first token now"
        await authorise.close()


async def test_a_refused_token_is_asked_anew_once(signer: Signer) -> None:
    refusals = 1

    async def refuses_first(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal refusals
        refusals -= 1
        await (says(401) if refusals >= 0 else GOOD)(scope, receive, send)

    callee = Callee(refuses_first)
    async with asking(callee, signer) as peer:
        assert (await peer.get("/v1/word", Answered)).word == "yes"
        assert len(callee.asked) == 2
        refusals = 2
        with pytest.raises(BadGateway):
            await peer.get("/v1/word", Answered)
