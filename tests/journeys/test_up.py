"""`alliance up` for real: everything is there, is restarted when it dies, stops without a trace and starts again."""

import json
import os
import signal
import stat
import time

from deploy.local import state
from deploy.local.network import is_ready
from deploy.local.prepare import ADMINISTRATOR
from deploy.local.processes import SETTLED_AFTER
from deploy.local.secret_files import ADMINISTRATOR_PASSWORD
from deploy.local.settings import GROUPS, Var
from gateway.keys.secret import SHOWN
from tests.journeys.callers import Caller, eventually
from tests.wire.stack import Stack, left_of

PROCESSES = {"postgres", *GROUPS, *(f"{group}-worker" for group in GROUPS)}
KILLED = ("members", "events-worker", "gateway", "postgres")
PATIENCE = 180
STOPS_WITHIN = 20


def _password(stack: Stack) -> str:
    return (Var(stack.var).secrets / ADMINISTRATOR_PASSWORD).read_text().strip()


async def _whole(stack: Stack) -> None:
    """Every process is there and well."""
    assert await is_ready(("127.0.0.1", stack.port))  # asking is cheaper than the command
    said = stack.alliance("status")
    assert stack.pids().keys() == PROCESSES
    assert all(name in said for name in PROCESSES)


async def test_starts_everything_and_says_so(stack: Stack) -> None:
    assert f"Alliance is up: {stack.url} " in stack.printed
    await _whole(stack)


async def test_makes_an_administrator_who_can_sign_in(stack: Stack, office: Caller) -> None:
    file = Var(stack.var).secrets / ADMINISTRATOR_PASSWORD
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stack.printed.count(_password(stack)) == 1
    await _signs_in(office, _password(stack))


async def _signs_in(office: Caller, password: str) -> None:
    session = await office.as_(None).made("/v1/sessions", {"email": ADMINISTRATOR, "password": password})
    reply = await office.as_(session["access_token"]).get("/v1/organisations?limit=1")
    assert reply.status_code == 200, reply.text


async def test_makes_a_key_that_scripts_can_use(stack: Stack, office: Caller, master_key: str) -> None:
    """The key of the office is what `keys create` printed."""
    assert master_key.startswith("alc_live_")
    assert "\n" not in master_key
    reply = await office.get("/v1/organisations?limit=1")
    assert reply.status_code == 200, reply.text
    assert any("test" in line and master_key[:SHOWN] in line for line in stack.alliance("keys", "list").splitlines())


async def test_prints_the_merged_document(stack: Stack) -> None:
    printed = json.loads(stack.alliance("openapi"))
    assert {"/v1/organisations", "/v1/events", "/v1/counterparts"} <= printed["paths"].keys()


async def test_restarts_what_dies(stack: Stack) -> None:
    def settled() -> bool:
        """Whether none of them waits longer than usual, for it died a moment ago in another test."""
        now, shown = time.time(), state.read(Var(stack.var))
        return all(one.pid and (not one.restarts or now - one.born > SETTLED_AFTER + 1) for one in shown)

    async def all_settled() -> None:
        assert settled()

    async def others_in_their_place() -> None:
        now = stack.pids()
        assert all(now.get(name) not in (None, pid) for name, pid in killed.items())

    await eventually(all_settled, within=PATIENCE)
    before = len(stack.printed)
    killed = {name: stack.pids()[name] for name in KILLED}
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    await eventually(others_in_their_place, within=PATIENCE)
    await eventually(lambda: _whole(stack), within=PATIENCE)
    for name in KILLED:
        assert f"{name} was ended by SIGKILL; restarting in 0.5 s" in stack.printed[before:]


async def test_stops_without_a_trace_and_starts_again_with_its_data(stack: Stack, office: Caller) -> None:
    """What a killed supervisor leaves, which is nothing, is looked at when the journeys end (conftest.py)."""
    password, processes = _password(stack), stack.processes()
    assert {process.pid for process in processes} > set(stack.pids().values())
    assert stack.stop(within=STOPS_WITHIN) == 0
    assert left_of(processes) == []
    stack.start()
    assert _password(stack) == password
    assert stack.printed.count(password) == 1
    await _signs_in(office, password)
    assert (await office.get("/v1/organisations?limit=1")).status_code == 200, "the keys are the same"
