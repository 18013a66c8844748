"""Nothing is left running, even when the supervisor itself is killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from deploy.local.settings import Var
from tests.deploy.conftest import Eventually

SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from deploy.local.processes import Process, Program
from deploy.local.settings import Var
from deploy.local.state import State, hold

async def main():
    var = Var(Path(sys.argv[1]))
    lock, state, processes = hold(var), State(var), []
    for name, source in (("polite", "import time; time.sleep(60)"), ("stubborn", sys.argv[2])):
        command = [sys.executable, "-c", source]
        program = Program(name=name, command=command, environment={}, log=var.logs / name)
        processes.append(Process(program, changed=lambda: state.tell(processes)))
        processes[-1].start()
    await asyncio.sleep(60)

asyncio.run(main())
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(60)"


async def test_a_killed_supervisor_leaves_nothing_running(tmp_path: Path, eventually: Eventually) -> None:
    var = Var(tmp_path)
    var.make()

    def running() -> list[psutil.Process]:
        try:
            pids = [one["pid"] for one in json.loads(var.state.read_text())]
        except FileNotFoundError:
            return []
        return [psutil.Process(pid) for pid in pids if pid and psutil.pid_exists(pid)]

    with subprocess.Popen([sys.executable, "-c", SUPERVISOR, str(tmp_path), STUBBORN]) as supervisor:
        await eventually(lambda: len(running()) == 2)
        children = running()
        warden = [child for child in psutil.Process(supervisor.pid).children() if child not in children]
        assert len(warden) == 1
        os.kill(supervisor.pid, signal.SIGKILL)
        supervisor.wait()

    await eventually(lambda: not any(is_alive(one) for one in (*children, *warden)))


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
