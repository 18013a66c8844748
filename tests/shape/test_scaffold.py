"""`make new`: what it writes is as good as what people write, and works once the edits it names are made."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.refusal import Refusal
from deploy.scaffold import remaining, singular_of, words_of, write
from tests.shape.house import ROOT
from tests.wire.postgres import Server

SERVICE, FEATURE = "members", "hiking_routes"
NOT_COPIED = shutil.ignore_patterns("__pycache__", ".*_cache", "data", "var", "*.egg-info")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree, to write in."""
    root = tmp_path_factory.mktemp("tree")
    for folder in ("services", "gateway", "deploy", "tests"):
        shutil.copytree(ROOT / folder, root / folder, ignore=NOT_COPIED)
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def run(root: Path, *command: str, **env: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(root), **env}
    done = subprocess.run(
        [sys.executable, *command], cwd=root, env=environment, capture_output=True, text=True, timeout=570, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text, f"{path.name} has no {before!r}"
    path.write_text(text.replace(before, after, 1))


@pytest.fixture(scope="module")
def written(copy: Path) -> list[Path]:
    """The files of a new feature, after the edits that `make new` asks for."""
    written = write(copy, SERVICE, FEATURE)
    words = words_of(SERVICE, FEATURE)
    todo = remaining(words)
    lines = [line.strip() for line in todo.splitlines() if line.strip().startswith(("from ", '"'))]
    row_import, routes_import, gateway_line = lines
    edit(copy / f"services/{SERVICE}/tables/__init__.py", "\nmetadata = ", f"{row_import}\n\nmetadata = ")
    edit(copy / f"services/{SERVICE}/tables/__init__.py", "__all__ = [", f'__all__ = [\n    "{words["Class"]}Row",')
    edit(copy / f"services/{SERVICE}/app.py", "\nSERVICE = ", f"{routes_import}\n\nSERVICE = ")
    app = (copy / f"services/{SERVICE}/app.py").read_text()
    (copy / f"services/{SERVICE}/app.py").write_text(re.sub(r"features=\[", f"features=[{FEATURE}, ", app, count=1))
    edit(copy / "gateway/table.py", '    "members": "members",', f'    "members": "members",\n    {gateway_line}')
    return written


def test_a_new_feature_passes_every_check(copy: Path, written: list[Path], server: Server) -> None:
    _migrate(copy, server, SERVICE)
    edited = [copy / f"services/{SERVICE}/{name}" for name in ("app.py", "tables/__init__.py")]
    run(copy, "-m", "ruff", "check", "--quiet", "--fix", *map(str, edited))  # the order the edits were put in
    run(copy, "-m", "ruff", "check", *map(str, [*written, *edited]))
    run(copy, "-m", "ruff", "format", "--check", *map(str, written))
    command = ["-m", "pytest", "-p", "no:cacheprovider", "-q", f"tests/{SERVICE}/{FEATURE}"]
    assert re.search(r"\d+ passed", run(copy, *command, TEST_DATABASE_URL=server.url))


@pytest.mark.types
def test_a_new_feature_has_its_types(copy: Path, written: list[Path]) -> None:
    cache = f"--cache-dir={ROOT / '.mypy_cache'}"  # what `make types` has learnt is not learnt again
    run(copy, "-m", "mypy", cache, *[str(path.relative_to(copy)) for path in written])


def _migrate(root: Path, server: Server, service: str) -> None:
    url = server.new()
    try:
        code = (
            "import sys; from services.kit import migrate; package, url = sys.argv[1:]; "
            "migrate.upgrade(package, url); migrate.revise(package, url, 'Add it'); "
            "migrate.upgrade(package, url); migrate.check(package, url)"
        )
        run(root, "-c", code, f"services.{service}", url)
    finally:
        server.drop(url)


def test_words_follow_from_the_plural() -> None:
    assert words_of("members", "hiking_routes")["Class"] == "HikingRoute"
    assert words_of("members", "offices")["a_word"] == "an office"
    for plural, singular in [
        ("sites", "site"),
        ("galleries", "gallery"),
        ("branches", "branch"),
        ("boxes", "box"),
        ("case_studies", "case_study"),
        ("series", "series"),
    ]:
        assert singular_of(plural) == singular


@pytest.mark.parametrize("feature", ["site", "Sites", "hiking-routes", "../sites", "", "sites ", "1sites", "glass"])
def test_a_name_that_is_no_plural_is_refused(copy: Path, feature: str) -> None:
    with pytest.raises(Refusal, match="plural"):
        write(copy, "members", feature)


def test_what_is_there_is_not_written_over(copy: Path) -> None:
    with pytest.raises(Refusal, match="exists already"):
        write(copy, "members", "organisations")
    with pytest.raises(Refusal, match="There is no service"):
        write(copy, "kit", "sites")
