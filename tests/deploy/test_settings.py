"""What the environment may say, and what it is answered when it may not."""

from typing import Any

import pytest

from deploy.local.settings import VARIABLES, LocalSettings
from deploy.reference import pages
from deploy.refusal import Refusal


def test_has_defaults() -> None:
    settings = LocalSettings.read({"PORT": "", "HOST": ""})
    assert settings.ports == {"gateway": 8000, "members": 8001, "events": 8002, "liaison": 8003}
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.own_groups == ("members", "events", "liaison", "gateway")


@pytest.mark.parametrize("port", ["http", "0", "-1", "65533", "80.5", "٨٠٠٠"])
def test_refuses_a_port_that_is_none(port: str) -> None:
    with pytest.raises(Refusal, match=f"PORT={port} is not from 1 to 65532"):
        LocalSettings.read({"PORT": port})


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:9000"),
        ("::", "http://[::1]:9000"),
        ("fd00::7", "http://[fd00::7]:9000"),
        ("crm.example.org", "http://crm.example.org:9000"),
    ],
)
def test_says_where_it_is_reached(host: str, url: str) -> None:
    assert LocalSettings.read({"HOST": host, "PORT": "9000"}).public_url == url


def test_starts_no_database_for_a_service_that_was_given_one() -> None:
    settings = LocalSettings.read({"DATABASE_URL_EVENTS": "postgresql://events:secret@db/events"})
    assert settings.own_groups == ("members", "liaison", "gateway")
    assert "secret" not in repr(settings)


def test_refuses_another_kind_of_database() -> None:
    with pytest.raises(Refusal, match=r"^DATABASE_URL_MEMBERS must begin with postgresql://\.$"):
        LocalSettings.read({"DATABASE_URL_MEMBERS": "mysql://root:secret@db/members"})


class Asked(dict[str, str]):
    """An environment that keeps what it was asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def get(self, key: str, default: Any = None) -> Any:
        self.names.append(key)
        return super().get(key, default)


def test_reads_what_the_reference_tells_of_and_nothing_else() -> None:
    environment = Asked()
    LocalSettings.read(environment)
    assert sorted(environment.names) == sorted(variable.name for variable in VARIABLES)
    rows = [line for line in pages()["settings.md"].splitlines() if line.startswith("| `")]
    for name in environment.names:
        assert any(row.startswith(f"| `{name}` |") for row in rows), name
