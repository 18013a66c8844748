"""The generated pages say what the code says, and `--check` notices when they do not."""

from pathlib import Path

import pytest

from deploy import reference
from services.contracts.scopes import SCOPES
from tests.shape.house import documented


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reference, "FOLDER", tmp_path / "reference")
    return tmp_path / "reference"


def test_says_the_same_each_time() -> None:
    assert reference.pages() == reference.pages()


def test_writes_what_is_missing_and_then_has_nothing_to_say(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reference.main(["--check"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 5
    assert reference.main([]) == 0
    assert len(list(folder.iterdir())) == 5
    capsys.readouterr()
    assert reference.main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_names_a_page_that_is_stale(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reference.main([])
    page = folder / "scopes.md"
    page.write_text(page.read_text().replace("members:read", "members:raed"))
    capsys.readouterr()
    assert reference.main(["--check"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert reference.main(["--checks"]) == 2


def test_leaves_nothing_out() -> None:
    pages = reference.pages()
    for _, method, path, _ in documented():
        assert f"`{method} {path}`" in pages["operations.md"]
    for scope in SCOPES:
        assert f"`{scope}`" in pages["scopes.md"]
    for page in pages.values():
        assert "None" not in page
        assert " object at 0x" not in page
