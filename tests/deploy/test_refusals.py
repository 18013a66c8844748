"""What the operator can mend is one line on standard error and an exit code that is not 0."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.settings import Var
from deploy.local.state import hold

REPOSITORY = Path(__file__).resolve().parents[2]
TAKES_LONG = {"sqlalchemy", "fastapi", "alembic"}
"""What a service is made of takes a second to import."""


def refusal(*command: str, **environment: str) -> str:
    """Run the command, which must refuse in one line; what it says."""
    lines = refused(*command, **environment)
    assert len(lines) == 1, lines
    return lines[0]


def refused(*command: str, **environment: str) -> list[str]:
    """Run the command, which must refuse; the lines on its standard error."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", *command],
        env=kept | environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    return done.stderr.splitlines()


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_taken_port(var: Var, free_port: int, place: int) -> None:
    name = ("gateway", "members", "events", "liaison")[place]
    with socket.create_server(("127.0.0.1", free_port + place)):
        said = refusal("up", VAR=str(var.root), PORT=str(free_port))
    assert said.startswith(f"alliance: Port {free_port + place} ({name}) is taken;")


def test_a_port_that_is_none(var: Var) -> None:
    assert refusal("up", VAR=str(var.root), PORT="web").startswith("alliance: PORT=web is not")


def test_a_host_that_is_not_this_machine(var: Var, free_port: int) -> None:
    said = refusal("up", VAR=str(var.root), PORT=str(free_port), HOST="192.0.2.1")
    assert said.startswith(f"alliance: Cannot listen on 192.0.2.1 port {free_port} (gateway)")


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refusal("up", VAR=str(tmp_path / "file" / "var"))
    assert said == f"alliance: Cannot write to VAR={tmp_path}/file/var: Not a directory."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_of_someone_else(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "Permission denied" in refusal("up", VAR=str(tmp_path / "var"))


def test_an_unreachable_database(var: Var, free_port: int) -> None:
    said = refusal(
        "up",
        VAR=str(var.root),
        PORT=str(free_port),
        **{
            f"DATABASE_URL_{name}": f"postgresql://someone:hush@127.0.0.1:{free_port}/crm"
            for name in ("MEMBERS", "EVENTS", "LIAISON", "GATEWAY")
        },
    )
    assert "is unreachable: connection failed:" in said
    assert "Connection refused" in said
    assert "hush" not in said
    assert not var.data.exists()


def test_a_second_start_on_the_same_directory(var: Var, free_port: int) -> None:
    with hold(var):
        said = refusal("up", VAR=str(var.root), PORT=str(free_port))
    assert said == f"alliance: The stack in VAR={var.root} is up already; see `alliance status`."


def test_commands_for_a_stack_that_is_not_up_say_so_before_they_import_what_takes_long(var: Var) -> None:
    for command in (
        ["status"],
        ["openapi"],
        ["migrate"],
        ["backup"],
        ["keys", "create", "--name", "x", "--scope", "*"],
    ):
        lines = refused(*command, VAR=str(var.root), PYTHONPROFILEIMPORTTIME="1")
        (said,) = (line for line in lines if not line.startswith("import time:"))
        assert "No stack runs in" in said
        imported = {line.rpartition("|")[2].strip() for line in lines}
        assert {"typer"} <= imported
        assert not imported & TAKES_LONG, command


def test_a_group_and_a_scope_that_do_not_exist(var: Var) -> None:
    assert refusal("migrate", "finance", VAR=str(var.root)).startswith("alliance: No such group: finance.")
    said = refusal("keys", "create", "--name", "x", "--scope", "moon:read", VAR=str(var.root))
    assert said.startswith("alliance: No such scope: moon:read.")


def test_a_python_that_is_too_old(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("#!/bin/sh\ncase $1 in --version) echo Python 3.9.1;; *) exit 1;; esac\n")
    (tmp_path / "old").chmod(0o755)
    command = ["make", "--no-print-directory", "up", f"PYTHON={tmp_path}/old", f"VENV={tmp_path}/venv"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert f"Alliance needs Python 3.11 or newer; {tmp_path}/old is Python 3.9.1." in done.stderr
