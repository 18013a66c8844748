"""Stops what the supervisor started if the supervisor is killed.

A killed process can't clean up after itself, so another one watches: `python -m deploy.local.warden`. Its
standard input is a pipe from the supervisor, each line a JSON list of the pids that run, in the order to stop
them. When the pipe closes, whatever is on the last list is told to end, and then made to. An orderly stop
ends with an empty list.
"""

import json
import signal
import sys
from contextlib import suppress

import psutil

LEAVE_WITHIN = 5.0  # seconds, for all but the last of the list
LAST_LEAVES_WITHIN = 10.0  # PostgreSQL, which may have to write a checkpoint


def main() -> None:
    """Read lists until the supervisor is gone, then stop what is on the last one."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    watched: dict[int, psutil.Process] = {}
    for line in sys.stdin:
        with suppress(json.JSONDecodeError):  # half a line: the supervisor died while writing it
            watched = _known(json.loads(line), watched)
    stop(list(watched.values()))


def stop(processes: list[psutil.Process]) -> None:
    """Stop processes that are not our children; the last of them, on which the others lean, at the end."""
    _end(processes[:-1], signal.SIGTERM, LEAVE_WITHIN)
    # To PostgreSQL SIGINT is a fast shutdown; SIGTERM would wait for its clients to leave.
    _end(processes[-1:], signal.SIGINT, LAST_LEAVES_WITHIN)


def _end(processes: list[psutil.Process], first: signal.Signals, within: float) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(first)
    _, alive = psutil.wait_procs(processes, within)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, 1)


def _known(pids: list[int], before: dict[int, psutil.Process]) -> dict[int, psutil.Process]:
    """Pids as processes, told apart from later ones of the same number by their time of birth."""
    now: dict[int, psutil.Process] = {}
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            now[pid] = before.get(pid) or psutil.Process(pid)
    return now


if __name__ == "__main__":
    main()
