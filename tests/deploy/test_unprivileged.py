"""The user that PostgreSQL runs as when we are root, made by whoever needs it first."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
AT_ONCE = 6

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("userdel") is None, reason="only root makes users, with useradd"
)


@pytest.fixture
def name() -> Iterator[str]:
    """Of a user that is not there before and not afterwards."""
    name = f"alliance-{uuid4().hex[:8]}"
    yield name
    subprocess.run(["userdel", name], check=False, capture_output=True)


def test_processes_that_need_it_at_once_agree_on_one(name: str) -> None:
    # They all start looking when the last of them is ready to.
    code = (
        "import sys; from deploy.local.unprivileged import unprivileged_user; "
        "print(flush=True); sys.stdin.readline(); print(unprivileged_user(sys.argv[1]).pw_uid)"
    )
    command = [sys.executable, "-c", code, name]
    asking = [
        subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(AT_ONCE)
    ]
    for one in asking:
        assert one.stdout
        assert one.stdout.readline() == "\n"
    for one in asking:
        assert one.stdin
        one.stdin.write("\n")
        one.stdin.flush()
    told = [one.communicate(timeout=60)[0].strip() for one in asking]
    assert told == [str(pwd.getpwnam(name).pw_uid)] * AT_ONCE
