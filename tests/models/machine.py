"""What the machines have in common: calls to an app that lives in an event loop, each write in one of several ways."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from copy import deepcopy
from typing import Any, ClassVar, Generic, Literal, TypeVar
from uuid import uuid4

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.wire.api import Api

STEPS = 14  # of a sequence, at most
ANSWERS_WITHIN = 60.0  # seconds

Way = Literal["once", "twice", "rehearsed"]
ways = st.sampled_from(["once", "once", "twice", "rehearsed"])
"""How a write is made: once; again with the same Idempotency-Key; as a dry run, which changes nothing."""

Model = TypeVar("Model")
T = TypeVar("T")


class Machine(RuleBasedStateMachine, Generic[Model]):
    """A service and its model, side by side. Each rule does the same to both and compares what they answer; at the end
    of a sequence everything there is must be the same."""

    api: ClassVar[Api]
    loop: ClassVar[asyncio.AbstractEventLoop]
    model: Model

    def __init__(self) -> None:
        super().__init__()
        self._stale: dict[str, str] = {}

    def compare(self) -> None:
        """Look at everything, in the service and in the model."""
        raise NotImplementedError

    def teardown(self) -> None:
        if sys.exc_info()[0] is None and hasattr(self, "model"):
            self.compare()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the app's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(ANSWERS_WITHIN)

    def made(self, path: str, body: Any) -> dict[str, Any]:
        """A record to start from."""
        return self.call(self.api.made(path, body))

    def read(self, path: str) -> dict[str, Any]:
        """A record as it is now."""
        reply = self.call(self.api.get(path))
        assert reply.status_code == 200, reply.text
        record: dict[str, Any] = reply.json()
        return record

    def post(self, way: Way, path: str, body: Any, does: Callable[[Model], int]) -> httpx.Response:
        """Make a POST; `does` is what it does to a model, and the status it answers with."""
        key = {"Idempotency-Key": uuid4().hex}
        rehearsed = way == "rehearsed"
        reply = self.call(self.api.post(_as(path, rehearsed), body, headers=key))
        self._settle(reply, rehearsed, does)
        if way == "twice":
            again = self.call(self.api.post(path, body, headers=key))
            if reply.is_success:
                assert (again.status_code, again.content) == (reply.status_code, reply.content)
                assert again.headers["Idempotency-Replayed"] == "true"
            else:  # nothing is kept of what was refused
                assert again.status_code == reply.status_code, again.text
        return reply

    def patch(self, way: Way, path: str, body: Any, does: Callable[[Model], int]) -> httpx.Response:
        """Make a PATCH from the state that the record has now."""
        rehearsed = way == "rehearsed"
        tag = self.call(self.api.get(path)).headers["etag"]
        reply = self.call(self.api.patch(_as(path, rehearsed), body, if_match=tag))
        self._settle(reply, rehearsed, does)
        if reply.is_success and not rehearsed and reply.headers["etag"] != tag:
            self._stale[path] = tag
            if way == "twice":
                self.refuse_stale(path, body)
        return reply

    def delete(self, way: Way, path: str, does: Callable[[Model], int]) -> httpx.Response:
        """Make a DELETE from the state that the record has now."""
        rehearsed = way == "rehearsed"
        tag = self.call(self.api.get(path)).headers["etag"]
        reply = self.call(self.api.delete(_as(path, rehearsed), if_match=tag))
        self._settle(reply, rehearsed, does)
        if reply.is_success and not rehearsed:
            self._stale.pop(path, None)
        return reply

    def refuse_stale(self, path: str, body: Any) -> None:
        """Whoever read an earlier state is refused, and nothing happens."""
        if path in self._stale:
            reply = self.call(self.api.patch(path, body, if_match=self._stale[path]))
            assert reply.status_code == 412, reply.text

    def _settle(self, reply: httpx.Response, rehearsed: bool, does: Callable[[Model], int]) -> None:
        expected = does(deepcopy(self.model) if rehearsed else self.model)
        assert reply.status_code == expected, reply.text
        assert (reply.headers.get("Dry-Run") == "true") == (rehearsed and reply.is_success)


def _as(path: str, rehearsed: bool) -> str:
    return f"{path}?dry_run=true" if rehearsed else path


Kind = TypeVar("Kind", bound=Machine[Any])


def bound(machine: type[Kind], api: Api) -> type[Kind]:
    """A kind of machine that works with an app of the running loop."""
    return type(machine.__name__, (machine,), {"api": api, "loop": asyncio.get_running_loop()})


async def hold(machine: type[Machine[Any]], api: Api, sequences: int) -> None:
    """Run so many sequences; fails with the shortest that the service and the model disagree on."""
    chosen = settings(
        max_examples=sequences,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, bound(machine, api), settings=chosen)
