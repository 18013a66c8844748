"""`alliance secrets`: a fresh set of secrets for production, as files for Compose, Kubernetes and psql."""

import json
import secrets
from pathlib import Path

from deploy.local.secret_files import SecretFiles, new_signing_keys
from deploy.local.settings import GROUPS, SERVICES, owner_of
from deploy.refusal import Refusal

DATABASES = """\
-- Each group's database, its role, and the role that owns its tables; a role can connect to no other database.
-- Run it once, as a superuser, with psql.
{roles}
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
"""
ROLE = """\
CREATE ROLE {name} LOGIN PASSWORD '{password}';
CREATE ROLE {owner} LOGIN PASSWORD '{owner_password}';
CREATE DATABASE {name} OWNER {owner};
REVOKE ALL ON DATABASE {name} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {name};
"""


def write(directory: Path, database_host: str) -> list[Path]:
    """Write a file a process group, with what it alone needs, and the SQL that makes the databases."""
    if directory.exists() and any(directory.iterdir()):
        raise Refusal(f"{directory} is not empty; secrets are not overwritten.")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(f"Cannot write to {directory}: {error.strerror}.") from error

    passwords = {group: secrets.token_urlsafe(32) for group in GROUPS}
    owners = {group: secrets.token_urlsafe(32) for group in GROUPS}
    services = {service: secrets.token_urlsafe(32) for service in SERVICES}
    urls = {group: f"postgresql://{group}:{passwords[group]}@{database_host}/{group}" for group in GROUPS}
    lines: dict[str, dict[str, str]] = {
        group: {"DATABASE_URL": urls[group], "CURSOR_SECRET": secrets.token_urlsafe(32)} for group in GROUPS
    }
    for service, secret in services.items():
        lines[service]["SERVICE_SECRET"] = secret
    lines["gateway"] |= {
        "SIGNING_KEYS": new_signing_keys(),
        "SERVICE_SECRETS": json.dumps(services, separators=(",", ":")),
    }
    lines["migrate"] = {f"DATABASE_URL_{group.upper()}": url for group, url in urls.items()} | {
        f"DATABASE_OWNER_URL_{group.upper()}": f"postgresql://{owner_of(group)}:{password}@{database_host}/{group}"
        for group, password in owners.items()
    }
    lines["postgres"] = {"POSTGRES_PASSWORD": secrets.token_urlsafe(32)}

    kept = SecretFiles(directory)
    for name, values in lines.items():
        kept.write(f"{name}.env", "\n".join(f"{key}={value}" for key, value in values.items()))
    roles = "\n".join(
        ROLE.format(name=group, password=passwords[group], owner=owner_of(group), owner_password=owners[group])
        for group in GROUPS
    )
    kept.write("databases.sql", DATABASES.format(roles=roles).rstrip())
    return sorted(directory.iterdir())
