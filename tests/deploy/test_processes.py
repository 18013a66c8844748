"""A program is kept running, told to stop, and made to."""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.processes import Process, keep_bounded, turn_over
from deploy.refusal import Refusal
from tests.deploy.conftest import Eventually, MakeProgram

SLEEPS = "import time; print('here', flush=True); time.sleep(60)"
IGNORES_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPS
FAILS = "import sys; sys.exit('no such table')"


async def test_restarts_a_killed_child_and_says_so(
    program: MakeProgram, eventually: Eventually, capfd: pytest.CaptureFixture[str]
) -> None:
    process = Process(program(SLEEPS))
    process.start()
    await eventually(lambda: process.pid is not None)
    first = process.pid
    assert first

    os.kill(first, signal.SIGKILL)
    await eventually(lambda: process.pid not in (None, first))

    assert process.restarts == 1
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "child was ended by SIGKILL; restarting in 0.5 s" in lines[0]
    await process.stop(5)


async def test_restarts_more_slowly_each_time(
    program: MakeProgram,
    eventually: Eventually,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "FIRST_PAUSE", 0.1)
    process = Process(program(FAILS))
    process.start()
    await eventually(lambda: process.restarts >= 3)
    await process.stop(5)
    said = capfd.readouterr().err
    assert [f"{pause:.1f} s" in said for pause in (0.1, 0.2, 0.4)] == [True] * 3


async def test_gives_up_on_a_program_that_fails_at_its_start(program: MakeProgram) -> None:
    process = Process(program(FAILS))
    process.start()

    async def never() -> bool:
        return False

    with pytest.raises(Refusal, match="child fails at its start: no such table"):
        await process.until_ready(never, within=20)
    await process.stop(5)


async def test_stops_without_starting_another(program: MakeProgram, eventually: Eventually) -> None:
    process = Process(program(SLEEPS))
    process.start()
    await eventually(lambda: process.pid is not None)
    await process.stop(5)
    assert process.pid is None
    assert process.restarts == 0


async def test_insists_when_a_program_does_not_stop(program: MakeProgram, eventually: Eventually) -> None:
    process = Process(program(IGNORES_SIGTERM))
    process.start()
    await eventually(lambda: process.program.log.exists() and "here" in process.program.log.read_text())
    began = time.monotonic()
    await process.stop(0.5)
    assert process.pid is None
    assert time.monotonic() - began < 3


async def test_stops_between_two_restarts(program: MakeProgram, eventually: Eventually) -> None:
    process = Process(program(FAILS))
    process.start()
    await eventually(lambda: process.restarts == 2)
    began = time.monotonic()
    await process.stop(5)
    assert time.monotonic() - began < 0.5


async def test_tries_again_when_a_program_cannot_be_started(
    program: MakeProgram, eventually: Eventually, capfd: pytest.CaptureFixture[str]
) -> None:
    made = program(SLEEPS)
    process = Process(replace(made, command=["/nonexistent/python"]))
    process.start()
    await eventually(lambda: process.restarts == 1)
    await process.stop(5)
    assert "could not be started (No such file or directory)" in capfd.readouterr().err


async def test_a_program_that_tells_when_it_is_ready_is_waited_for_each_time(
    program: MakeProgram, eventually: Eventually, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    tells = (
        f"import os, pathlib, time\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)\n"
        "os.write(int(os.environ['READY_FD']), b'\\n'); time.sleep(60)"
    )
    process = Process(replace(program(tells), tells_ready=True, niceness=7))
    process.start()
    try:
        await eventually(lambda: process.pid is not None)
        assert process.pid is not None
        assert not await process.has_told_ready()
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == 0, "who is starting is waited for"
        go.touch()
        await process.until_ready(process.has_told_ready, within=10)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == 7
        go.unlink()
        os.kill(process.pid, signal.SIGKILL)
        await eventually(lambda: process.restarts == 1 and process.pid is not None)
        assert not await process.has_told_ready()
    finally:
        await process.stop(within=5)


def test_keeps_the_last_logs(tmp_path: Path) -> None:
    log = tmp_path / "members.log"
    for run in range(6):
        turn_over(log)
        log.write_text(f"run {run}")
    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == {
        "members.log": "run 5",
        "members.log.1": "run 4",
        "members.log.2": "run 3",
        "members.log.3": "run 2",
    }


def test_cuts_a_log_that_grew_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_LIMIT", 100)
    log = tmp_path / "members.log"
    with log.open("ab") as held_by_the_process:
        held_by_the_process.write(b"x" * 101)
        held_by_the_process.flush()
        keep_bounded(log)
        held_by_the_process.write(b"next")
    assert log.read_text() == "next"
    assert len((tmp_path / "members.log.1").read_text()) == 101


@pytest.mark.skipif(sys.platform != "linux", reason="other systems share time between processes, not sessions")
@pytest.mark.parametrize("niceness", [7] if os.geteuid() else [7, -5])
async def test_a_program_that_stands_back_or_goes_before_does_so_in_its_session_too(
    program: MakeProgram, eventually: Eventually, niceness: int
) -> None:
    process = Process(replace(program(SLEEPS), niceness=niceness))
    process.start()
    try:
        await eventually(lambda: process.pid is not None)
        assert process.pid is not None
        pid = process.pid
        await eventually(lambda: os.getpriority(os.PRIO_PROCESS, pid) == niceness)
        group = Path(f"/proc/{pid}/autogroup")
        assert not group.exists() or group.read_text().split()[-2:] == ["nice", str(niceness)]
    finally:
        await process.stop(within=5)
