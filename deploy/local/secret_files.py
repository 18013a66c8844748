"""Secrets of a stack: made once, kept in files that only their owner can read."""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.settings import GROUPS, SERVICES

ADMINISTRATOR_PASSWORD = "administrator-password"


@dataclass(frozen=True)
class SecretFiles:
    """A directory with one secret a file."""

    directory: Path

    def path(self, name: str) -> Path:
        """Where a secret is kept."""
        return self.directory / name

    def kept(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> str:
        """Read a secret, after making it if it is the first time."""
        path = self.path(name)
        if not path.exists():
            self.write(name, make())
        path.chmod(0o600)
        return path.read_text().strip()

    def write(self, name: str, secret: str) -> None:
        """Keep a secret; a crash leaves the old file or the new one, never half of one."""
        fresh = self.path(f".{name}.new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path(name))

    def forget(self, name: str) -> None:
        """Remove a secret; the next use makes another."""
        self.path(name).unlink(missing_ok=True)

    def rename(self, name: str, new_name: str) -> None:
        """Keep a secret under another name."""
        self.path(name).replace(self.path(new_name))

    def database_password(self, role: str) -> str:
        """The password of a PostgreSQL role."""
        return self.kept(f"database-{role}")

    def service_secret(self, service: str) -> str:
        """With it a service asks the gateway for a token of its own."""
        return self.kept(f"service-{service}")

    def service_secrets(self) -> Mapping[str, str]:
        """What the gateway knows its services by."""
        return {service: self.service_secret(service) for service in SERVICES}

    def cursor_secret(self, group: str) -> str:
        """Signs the list cursors of one group's processes."""
        return self.kept(f"cursor-{group}")

    def signing_keys(self) -> str:
        """The gateway's private keys for internal tokens, a JSON list of which the first signs."""
        return self.kept("signing-keys.json", new_signing_keys)

    def make_all(self) -> None:
        """Make what is missing, so that a first start fails early if it does."""
        self.signing_keys()
        self.service_secrets()
        for group in GROUPS:
            self.cursor_secret(group)


def new_signing_keys() -> str:
    """A JSON list with one new private Ed25519 key."""
    from joserfc.jwk import OKPKey

    key = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "EdDSA"}, auto_kid=True)
    return json.dumps([key.as_dict(private=True)], separators=(",", ":"))
