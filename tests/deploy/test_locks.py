"""The locks pin every package by hash, and name no place to fetch it from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[2]


def pinned(lock: str) -> dict[str, str]:
    lines = (REPOSITORY / lock).read_text().splitlines()
    found = [Requirement(line.rstrip(" \\")) for line in lines if line and line[0] not in " #"]
    return {canonicalize_name(one.name): str(one.specifier) for one in found}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_has_hashes_and_no_address(lock: str) -> None:
    text = (REPOSITORY / lock).read_text()
    for entry in re.split(r"\n(?=[a-zA-Z])", text)[1:]:
        assert "==" in entry.splitlines()[0]
        assert "--hash=sha256:" in entry
    assert not re.search(r"index-url|find-links|https?://|file:|@ ", text)


def test_the_locks_agree() -> None:
    assert pinned("requirements.lock").items() <= pinned("requirements-dev.lock").items()


def test_everything_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    production = [Requirement(text) for text in project["project"]["dependencies"]]
    development = [
        Requirement(text)
        for group in (
            project["project"]["optional-dependencies"]["local"],
            project["dependency-groups"]["dev"],
        )
        for text in group
    ]
    for lock, wanted in (
        ("requirements.lock", production),
        ("requirements-dev.lock", production + development),
    ):
        versions = pinned(lock)
        for one in wanted:
            assert versions[canonicalize_name(one.name)].removeprefix("==") in one.specifier, one
