"""The whole system on one page: what runs on one machine, and with what."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.network import reachable_host
from deploy.local.processes import Program
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import GROUPS, SERVICES, LocalSettings

REPOSITORY = Path(__file__).resolve().parents[2]
WORKERS_STAND_BACK = 10
"""Niceness of workers: what they do can wait a moment, and nobody waits for it who waits for an answer."""

GATEWAY_GOES_BEFORE = -5
"""Niceness of the gateway, where it may be had: on a machine with too much to do, whoever is refused must be told so at
once, and every answer passes through here."""


@dataclass(frozen=True)
class Programs:
    """Every program but PostgreSQL."""

    prepare: Program
    """Brings the databases to the newest schema and makes the administrator; runs once, before the others."""
    services: list[Program]
    workers: list[Program]
    gateway: Program


def programs(
    settings: LocalSettings,
    secrets: SecretFiles,
    database_urls: Mapping[str, str],
    owner_urls: Mapping[str, str] | None = None,
) -> Programs:
    """What a stack runs, with everything each program is told. `owner_urls` is for the migrations alone."""
    common = _common(settings)

    def program(name: str, module: str, **environment: str) -> Program:
        return Program(
            name=name,
            command=[sys.executable, "-m", module],
            environment=common | environment,
            log=settings.var.logs / f"{name}.log",
            directory=REPOSITORY,
        )

    def group(name: str) -> dict[str, str]:
        return {"DATABASE_URL": database_urls[name], "CURSOR_SECRET": secrets.cursor_secret(name)}

    def of_service(name: str) -> dict[str, str]:
        return {"SERVICE_SECRET": secrets.service_secret(name)}

    def web(name: str, module: str, host: str, **environment: str) -> Program:
        port = settings.ports[name]
        built = program(name, module, HOST=host, PORT=str(port), **group(name), **environment)
        return built.listening((reachable_host(host), port))

    gateway = {
        "SIGNING_KEYS": secrets.signing_keys(),
        "SERVICE_SECRETS": json.dumps(secrets.service_secrets()),
    }
    all_databases = {f"DATABASE_URL_{name.upper()}": database_urls[name] for name in GROUPS}
    all_databases |= {f"DATABASE_OWNER_URL_{name.upper()}": url for name, url in (owner_urls or {}).items()}
    return Programs(
        prepare=program(
            "prepare",
            "deploy.local.prepare",
            VAR=str(settings.var.root),
            **gateway,
            **group("gateway"),
            **all_databases,
        ),
        services=[
            # Only the gateway is for others; services listen on this machine alone.
            web(name, f"services.{name}.main", "127.0.0.1", **of_service(name))
            for name in SERVICES
        ],
        workers=[
            replace(worker, niceness=WORKERS_STAND_BACK, tells_ready=True)
            for worker in (
                *[
                    program(
                        f"{name}-worker",
                        f"services.{name}.worker",
                        SERVICE_SECRET=secrets.service_secret(name),
                        **group(name),
                    )
                    for name in SERVICES
                ],
                program("gateway-worker", "gateway.worker", **gateway, **group("gateway")),
            )
        ],
        gateway=replace(web("gateway", "gateway.main", settings.host, **gateway), niceness=GATEWAY_GOES_BEFORE),
    )


def _common(settings: LocalSettings) -> dict[str, str]:
    """What every program is told: the operator's own variables, but for those that are for one program."""
    ours = (
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "HOST",
        "PORT",
        "VAR",
        "BACKUPS",
        "SERVICE_SECRET",
        "CURSOR_SECRET",
        "SIGNING_KEYS",
    )
    passed = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    reached = {f"{name.upper()}_URL": f"http://127.0.0.1:{settings.ports[name]}" for name in SERVICES}
    return {
        "ENVIRONMENT": "local",
        "PUBLIC_URL": settings.public_url,
        "FILES_URL": settings.var.files.as_uri(),
        **passed,
        **reached,
        "GATEWAY_URL": settings.public_url,
        "PYTHONUNBUFFERED": "1",
    }
