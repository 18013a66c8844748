"""Secrets are made once, and only their owner can read them."""

import json
import stat

from deploy.local.secret_files import SecretFiles
from deploy.local.settings import Var


def test_makes_each_secret_once_for_its_owner_only(var: Var) -> None:
    secrets = SecretFiles(var.secrets)
    secrets.make_all()
    made = {path.name: path.read_text() for path in var.secrets.iterdir()}
    assert {"signing-keys.json", "service-members", "service-events", "service-liaison"} <= made.keys()
    assert stat.S_IMODE(var.secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in var.secrets.iterdir()} == {0o600}

    secrets.make_all()
    assert {path.name: path.read_text() for path in var.secrets.iterdir()} == made
    assert len(set(made.values())) == len(made)


def test_makes_keys_the_gateway_can_sign_with(var: Var) -> None:
    (key,) = json.loads(SecretFiles(var.secrets).signing_keys())
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    assert key["d"]
    assert key["kid"]


def test_takes_back_rights_that_someone_gave(var: Var) -> None:
    secrets = SecretFiles(var.secrets)
    kept = secrets.database_password("members")
    secrets.path("database-members").chmod(0o644)
    assert secrets.database_password("members") == kept
    assert stat.S_IMODE(secrets.path("database-members").stat().st_mode) == 0o600
