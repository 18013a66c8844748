"""The `alliance` command. What a command needs is imported when it runs, so that each starts fast; and what takes a
second to import, when it is known that there is something to do."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import typer

from deploy.backup.commands import backup, restore
from deploy.refusal import Refusal

app = typer.Typer(
    help="Alliance CRM: run it, look after it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
users = typer.Typer(help="Staff users.", no_args_is_help=True)
keys = typer.Typer(help="API keys for partners and scripts.", no_args_is_help=True)
app.add_typer(users, name="users")
app.add_typer(keys, name="keys")
search = typer.Typer(help="Search keys of names.", no_args_is_help=True)
app.add_typer(search, name="search")
audit = typer.Typer(help="The audit logs.", no_args_is_help=True)
app.add_typer(audit, name="audit")
erasures = typer.Typer(help="Persons who were forgotten.", no_args_is_help=True)
app.add_typer(erasures, name="erasures")

app.command()(backup)
app.command()(restore)

EVERY_SCOPE = "*"
ON_ONE_MACHINE = {"psutil", "deploy.demo"}
"""What an image for production leaves out."""

T = TypeVar("T")


def main() -> None:
    """Run a command; what the operator can mend is one line on standard error."""
    try:
        app()
    except Refusal as refusal:
        sys.exit(f"alliance: {refusal}")
    except ModuleNotFoundError as missing:
        if missing.name not in ON_ONE_MACHINE:
            raise
        sys.exit(f"alliance: This command runs the system on one machine and needs the extra `local` ({missing}).")


def answer(work: Coroutine[Any, Any, T]) -> T:
    """What the gateway answers; what it refuses is one line, as everywhere."""
    from pydantic import ValidationError

    from services.kit.errors import Problem

    try:
        return asyncio.run(work)
    except ValidationError as error:
        raise Refusal("; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors())) from None
    except Problem as problem:
        said = [f"{one.pointer}: {one.detail}" for one in problem.errors or ()] or [problem.detail or problem.title]
        raise Refusal("; ".join(said)) from None


@app.command()
def up() -> None:
    """Start everything on this machine, and stop it with Ctrl-C (HOST, PORT, VAR, DATABASE_URL_<SERVICE>)."""
    from deploy.local.settings import LocalSettings
    from deploy.local.up import up as run

    asyncio.run(run(LocalSettings.read(os.environ)))


@app.command()
def status() -> None:
    """Show each process, its pid and its health."""
    from deploy.local.settings import LocalSettings
    from deploy.local.status import show

    if not asyncio.run(show(LocalSettings.read(os.environ))):
        raise typer.Exit(1)


@app.command()
def migrate(
    groups: Annotated[
        list[str] | None, typer.Argument(help="members, events, liaison, gateway; all by default.")
    ] = None,
) -> None:
    """Bring databases to the newest schema (DATABASE_URL_<SERVICE>, or the running stack's)."""
    from deploy.databases import PACKAGES
    from deploy.databases import migrate as run

    unknown = set(groups or []) - PACKAGES.keys()
    if unknown:
        raise Refusal(f"No such group: {', '.join(sorted(unknown))}. There are {', '.join(PACKAGES)}.")
    run(groups or list(PACKAGES))


@app.command()
def demo() -> None:
    """Load the demo alliance through the public API, starting a stack for it when none is up."""
    from deploy.local.demo import load
    from deploy.local.settings import LocalSettings

    asyncio.run(load(LocalSettings.read(os.environ)))


@app.command()
def openapi() -> None:
    """Print the merged OpenAPI document of the running stack."""
    from deploy.local.network import text_of
    from deploy.local.settings import LocalSettings
    from deploy.local.state import gateway_address

    address = gateway_address(LocalSettings.read(os.environ).var)
    print(asyncio.run(text_of(address, "/openapi.json")))


@app.command()
def secrets(
    directory: Annotated[Path, typer.Argument(help="Where to write them; new or empty.")],
    database_host: Annotated[str, typer.Option(help="Where production's PostgreSQL is: host or host:port.")],
) -> None:
    """Write a fresh set of secrets for production (Compose, Kubernetes)."""
    from deploy.production_secrets import write

    for path in write(directory, database_host):
        print(path)


@users.command("create")
def create_user(
    email: Annotated[str, typer.Option(help="Address to sign in with.")],
    name: Annotated[str, typer.Option(help="Name as colleagues see it.")],
    role: Annotated[list[str], typer.Option(help="A role; may be repeated.")],
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
) -> None:
    """Make a staff user; prints the password when it was made here."""
    from deploy.databases import url_of

    url, given = url_of("gateway"), sys.stdin.readline().rstrip("\n") if password_stdin else None

    from gateway.accounts import create_user as create

    made = answer(create(url, email, name, given, role))
    if made is None:
        raise Refusal(f"A user with the address {email} exists.")
    if given is None:
        print(made)


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(help="A scope; may be repeated. * stands for every scope.")],
    organisation: Annotated[UUID | None, typer.Option(help="The member organisation it is bound to.")] = None,
    expires_in_days: Annotated[int | None, typer.Option(min=1, help="Days until it expires; never by default.")] = None,
    country: Annotated[str | None, typer.Option(help="Where it is used, such as NP; the office's by default.")] = None,
) -> None:
    """Make an API key and print it; it is not shown again."""
    from deploy.databases import url_of
    from services.contracts.scopes import SCOPES

    scopes = sorted(SCOPES) if EVERY_SCOPE in scope else scope
    if unknown := set(scopes) - SCOPES.keys():
        raise Refusal(f"No such scope: {', '.join(sorted(unknown))}. There are {', '.join(SCOPES)}.")
    url = url_of("gateway")
    expires_at = datetime.now(UTC) + timedelta(days=expires_in_days) if expires_in_days else None

    from gateway.accounts import create_key as create

    print(answer(create(url, name, scopes, organisation, expires_at, country)))


@keys.command("list")
def list_keys() -> None:
    """List the API keys, without their secrets."""
    from deploy.databases import url_of

    url = url_of("gateway")

    from rich.console import Console
    from rich.table import Column, Table

    from gateway.accounts import list_keys as find
    from services.contracts.scopes import SCOPES

    whole = Column("id", no_wrap=True, min_width=36)  # to be copied from here, on the narrowest terminal too
    table = Table(whole, "name", "begins with", "expires", "last used", "revoked", "organisation", "scopes", box=None)
    for key in answer(find(url)):
        bound = str(key.organisation_id or "any")
        times = [f"{at:%Y-%m-%d %H:%M}" if at else "–" for at in (key.expires_at, key.last_used_at, key.revoked_at)]
        scopes = "every" if set(key.scopes) >= SCOPES.keys() else " ".join(key.scopes)
        table.add_row(str(key.id), key.name, key.hint, *times, bound, scopes)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[UUID, typer.Argument(help="The id that `alliance keys list` shows.")],
) -> None:
    """Revoke an API key; it stops working within seconds."""
    from deploy.databases import url_of

    url = url_of("gateway")

    from gateway.accounts import revoke_key as revoke

    if not answer(revoke(url, key_id)):
        raise Refusal(f"There is no key {key_id}, or it is revoked already.")


@search.command("rebuild")
def rebuild_search(
    everything: Annotated[bool, typer.Option("--all", help="Also keys that are not outdated.")] = False,
) -> None:
    """Make search keys anew after the rule changed; safe while the services run."""
    from deploy.databases import PACKAGES, url_of

    urls = {group: url_of(group) for group in PACKAGES}

    from services.kit.search_rebuild import rebuild

    for group, package in PACKAGES.items():
        for table, rows in asyncio.run(rebuild(package, urls[group], everything=everything)).items():
            print(f"{group} {table}: {rows}")


@audit.command("verify")
def verify_audit(
    heads: Annotated[
        Path | None, typer.Option(help="Where the ends of the chains are kept: a file on another machine is best.")
    ] = None,
) -> None:
    """Walk the chain of each audit log; names the first bad row. Safe while the services run."""
    from deploy.audit import verify

    for line in verify(heads):
        print(line)


@app.command()
def duplicates(
    file: Annotated[Path, typer.Argument(help="CSV with a heading row, of organisations or persons.")],
    kind: Annotated[
        Literal["organisations", "persons"] | None, typer.Option(help="Told by the columns when left out.")
    ] = None,
    min_score: Annotated[float, typer.Option(min=0, max=1, help="Leave out pairs below this score.")] = 0.6,
) -> None:
    """Print which records of a file are likely the same, with scores and reasons."""
    from deploy.find_duplicates import find_duplicates

    find_duplicates(file, kind, min_score)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX, XLS, ODS, JSON or vCard.", exists=True, dir_okay=False)],
    resource: Annotated[
        Literal["organisations", "persons", "counterparts"], typer.Option(help="What its rows are.")
    ] = "organisations",
    mapping: Annotated[UUID | None, typer.Option(help="A saved mapping of its columns.")] = None,
    reject_invalid: Annotated[bool, typer.Option(help="Reject rows with a value that cannot be taken.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Rehearse only.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Store without asking.")] = False,
    purpose: Annotated[
        str | None, typer.Option(help="What sensitive columns are read for, such as visa_letter.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="The gateway; the running stack's when left out.")] = None,
) -> None:
    """Import a file: shows what its columns become, rehearses, asks, stores. The key is in ALLIANCE_KEY."""
    from rich.console import Console

    from deploy.import_file import KEY, Wish, import_file
    from deploy.local.network import url_at
    from deploy.local.settings import LocalSettings
    from deploy.local.state import gateway_address

    key = os.environ.get(KEY)
    if not key:
        raise Refusal(f"Put an API key into {KEY}: `export {KEY}=$(alliance keys create --name import --scope …)`.")
    address = url or url_at(gateway_address(LocalSettings.read(os.environ).var))
    on_invalid = "reject" if reject_invalid else "leave_out"
    wish = Wish(file, resource, mapping, on_invalid, dry_run, yes, purpose)
    asyncio.run(import_file(address, key, wish, Console()))


@erasures.command("export")
def export_erasures(
    file: Annotated[Path, typer.Argument(help="Where the ledger is kept, apart from the database's backups.")],
) -> None:
    """Write or extend the ledger of erasures: ids and digests, one a line."""
    from deploy.databases import url_of

    url = url_of("members")

    from deploy.erasures import export

    print(f"{export(url, file)} erasures in {file}")


@erasures.command("reapply")
def reapply_erasures(
    file: Annotated[Path, typer.Argument(help="The ledger that `alliance erasures export` wrote.")],
) -> None:
    """After a restore: forget again whoever the ledger names. Safe to repeat."""
    from deploy.databases import url_of

    url = url_of("members")

    from deploy.erasures import reapply

    print(f"{reapply(url, file)} erasures applied; the workers see to the other services")


if __name__ == "__main__":
    main()
