"""What a start does before the processes: migrate the databases, and make the administrator once."""

import asyncio
import os
import sys
from secrets import token_urlsafe

from deploy.databases import migrate, url_of
from deploy.local.secret_files import ADMINISTRATOR_PASSWORD, SecretFiles
from deploy.local.settings import GROUPS, LocalSettings

ADMINISTRATOR = "admin@alliance.example"
PENDING = f"{ADMINISTRATOR_PASSWORD}.pending"


async def make_administrator(database_url: str, secrets: SecretFiles) -> None:
    """Make the administrator at the first start, and keep the password.

    The password is kept before the user is made, so a start cut short in between leaves no user whose
    password nobody knows. It gets its final name after, so the next start knows that nothing is left to do.
    """
    if secrets.path(ADMINISTRATOR_PASSWORD).exists():
        return
    from gateway.accounts import create_user

    cut_short = secrets.path(PENDING).exists()
    password = secrets.kept(PENDING, lambda: token_urlsafe(18))
    made = await create_user(database_url, ADMINISTRATOR, "Administrator", password, ["administrator"])
    if made is None and not cut_short:  # the database came with an administrator, who knows the password
        secrets.forget(PENDING)
    else:
        secrets.rename(PENDING, ADMINISTRATOR_PASSWORD)


def check_settings() -> None:
    """Stop with a line a setting when the operator's environment says what no process would take."""
    from pydantic import ValidationError

    from gateway.settings import GatewaySettings

    try:
        GatewaySettings()
    except ValidationError as error:
        sys.exit("; ".join(f"{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors()))


def main() -> None:
    """Check the settings, migrate every database, then make the administrator."""
    check_settings()
    migrate(GROUPS)
    settings = LocalSettings.read(os.environ)
    asyncio.run(make_administrator(url_of("gateway"), SecretFiles(settings.var.secrets)))


if __name__ == "__main__":
    main()
