"""Names are mirrored: a contract, its feature, its tests, its rows."""

from pathlib import Path

import pytest

from tests.shape.house import ROOT, SERVICES, imported, modules

ROOMS = {"routes.py", "actions.py", "queries.py"}


def plural(name: str) -> str:
    """`membership_type` → `membership_types`, `entry` → `entries`, `series` → `series`."""
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return name if name.endswith("s") else f"{name}s"


def features(service: str) -> list[Path]:
    return sorted(path.parent for path in (ROOT / "services" / service / "features").glob("*/routes.py"))


def contracts(service: str) -> list[str]:
    found = (ROOT / "services/contracts" / service).glob("*.py")
    return sorted(path.stem for path in found if path.stem != "__init__")


@pytest.mark.parametrize("service", SERVICES)
def test_every_feature_has_a_contract_of_its_name(service: str) -> None:
    shared = [path.stem for path in (ROOT / "services/contracts").glob("*.py")]
    named = {name for contract in [*contracts(service), *shared] for name in (contract, plural(contract))}
    # A feature without a contract of its own speaks something else than JSON.
    strangers = [folder for folder in features(service) if folder.name not in named]
    for folder in strangers:
        used = {module for _, path in modules(folder.relative_to(ROOT).as_posix()) for module in imported(path)}
        assert not any(module.startswith(f"services.contracts.{service}.{folder.name[:-1]}") for module in used)
        assert any("media_type" in path.read_text() for path in folder.glob("*.py")), folder.name


@pytest.mark.parametrize("service", SERVICES)
def test_every_contract_is_spoken_by_a_feature(service: str) -> None:
    spoken = {module for _, path in modules(f"services/{service}/features") for module in imported(path)}
    unspoken = {name for name in contracts(service) if f"services.contracts.{service}.{name}" not in spoken}
    by_others = {module for _, path in modules(f"services/contracts/{service}") for module in imported(path)}
    assert {name for name in unspoken if f"services.contracts.{service}.{name}" not in by_others} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_feature_has_its_tests(service: str) -> None:
    for folder in features(service):
        tests = ROOT / "tests" / service / folder.name
        assert list(tests.glob("test_*.py")), f"tests/{service}/{folder.name} has no tests"


@pytest.mark.parametrize("service", SERVICES)
def test_no_tests_are_left_of_a_feature_that_is_gone(service: str) -> None:
    folders = {path.name for path in (ROOT / "tests" / service).iterdir() if list(path.glob("test_*.py"))}
    assert folders - {folder.name for folder in features(service)} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_feature_is_named_in_the_app(service: str) -> None:
    named = imported(ROOT / "services" / service / "app.py")
    for folder in features(service):
        assert f"services.{service}.features.{folder.name}.routes" in named


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_rooms(service: str) -> None:
    root = ROOT / "services" / service
    for room in (
        "__init__.py",
        "app.py",
        "main.py",
        "worker.py",
        "features",
        "tables/__init__.py",
        "migrations/env.py",
    ):
        assert (root / room).exists(), f"services/{service}/{room}"


def test_tests_are_named_as_tests() -> None:
    folders = [ROOT / "tests" / name for name in (*SERVICES, "gateway", "kit", "shape", "deploy")]
    hidden = [
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in folder.rglob("*.py")
        if not path.name.startswith("test_") and "\nasync def test_" in path.read_text()
    ]
    assert hidden == []
