"""Where each group's database is, for commands, and bringing them to the newest schema.

What speaks to databases is imported where it is needed: a command that finds no stack says so at once.
"""

import os
from collections.abc import Iterable
from typing import LiteralString

from deploy.local.settings import LocalSettings
from deploy.refusal import Refusal

ANSWERS_WITHIN = 5  # seconds

# In one transaction, so that nothing is ever open that is closed again.
_PERMISSIONS: tuple[LiteralString, ...] = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT SELECT, USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
    "REVOKE UPDATE, DELETE ON audit FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON audit_link FROM {role}",
)

PACKAGES = {
    "members": "services.members",
    "events": "services.events",
    "liaison": "services.liaison",
    "gateway": "gateway",
}


def url_of(group: str) -> str:
    """`DATABASE_URL_<GROUP>` when it is given, otherwise the database of the stack that runs in `VAR`."""
    settings = LocalSettings.read(os.environ)
    if group in settings.database_urls:
        check_reachable(group, settings.database_urls[group])
        return settings.database_urls[group]
    if not settings.var.socket.exists() or not any(settings.var.socket.iterdir()):
        raise Refusal(
            f"No stack runs in VAR={settings.var.root}: run `make up`, set VAR to what it was started with, or give "
            f"DATABASE_URL_{group.upper()}."
        )
    # Imported here: in production neither PostgreSQL nor what runs it is installed.
    from deploy.local.postgres import Postgres
    from deploy.local.secret_files import SecretFiles

    return Postgres(settings.var, SecretFiles(settings.var.secrets)).url(group)


def owner_url_of(group: str) -> str:
    """As the role that owns the tables: `DATABASE_OWNER_URL_<GROUP>`, or the running stack's own. Where neither is, but
    a database was given, its role is both: then only triggers keep the audit log from being changed."""
    settings = LocalSettings.read(os.environ)
    if group in settings.owner_urls:
        return settings.owner_urls[group]
    url = url_of(group)
    if group in settings.database_urls:
        return url
    from deploy.local.postgres import Postgres
    from deploy.local.secret_files import SecretFiles

    return Postgres(settings.var, SecretFiles(settings.var.secrets)).owner_url(group)


def check_reachable(group: str, url: str) -> None:
    """Refuse, without the password, when a database that was given does not answer."""
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=ANSWERS_WITHIN).close()
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        reason = " ".join(str(error).split())
        raise Refusal(f"DATABASE_URL_{group.upper()} is unreachable: {reason}") from None


def migrate(groups: Iterable[str]) -> None:
    """Bring the databases of these groups to the newest schema."""
    found = {PACKAGES[group]: (owner_url_of(group), url_of(group)) for group in groups}

    from sqlalchemy import make_url

    from services.kit.migrate import upgrade

    for package, (owner_url, url) in found.items():
        if not is_current(package, owner_url):
            upgrade(package, owner_url)
        permit(owner_url, make_url(url).username or "")


def permit(owner_url: str, role: str) -> None:
    """Let a service's role work with the tables that another one owns: rows, not what they are; of the audit log it
    reads, and adds to it."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(owner_url, connect_timeout=ANSWERS_WITHIN) as connection:
        if connection.info.user == role:
            return
        for statement in _PERMISSIONS:
            connection.execute(sql.SQL(statement).format(role=sql.Identifier(role)))


def is_current(package: str, url: str) -> bool:
    """Whether there is nothing to migrate; known without importing the package, for a quick start."""
    import psycopg
    from alembic.script import ScriptDirectory

    from services.kit.migrate import config

    head = ScriptDirectory.from_config(config(package, url)).get_current_head()
    try:
        with psycopg.connect(url, connect_timeout=ANSWERS_WITHIN) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except psycopg.errors.UndefinedTable:
        return False
    return found == [(head,)]
