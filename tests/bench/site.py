"""A running system as the measurements need it: its databases, its processes, and callers towards each of them."""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import psycopg

from deploy.local.postgres import SUPERUSER
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import Var, owner_of
from gateway.tokens import Signer
from services.contracts.scopes import SCOPES
from services.kit.auth import Caller
from tests.wire.stack import Stack

SERVICES = ("members", "events", "liaison")


@dataclass(frozen=True)
class Site:
    """A stack, and a key that may do everything."""

    stack: Stack
    key: str

    @classmethod
    def of(cls, stack: Stack) -> "Site":
        """Make the key."""
        return cls(stack, stack.key())

    def url(self, service: str) -> str:
        """Where a service listens."""
        return f"http://127.0.0.1:{self.stack.port + 1 + SERVICES.index(service)}"

    def database(self, group: str, role: str | None = None) -> str:
        """The address of a service's database; as its own role, or another."""
        var = Var(self.stack.var)
        password = SecretFiles(var.secrets).database_password(role or group)
        return f"postgresql://{role or group}:{password}@/{group}?host={quote(str(var.socket), safe='/')}"

    @property
    def owner(self) -> str:
        """The members' database as the role that owns its tables."""
        return self.database("members", owner_of("members"))

    def superuser(self) -> psycopg.Connection:
        """A connection that may change the server's settings."""
        return psycopg.connect(self.database("postgres", SUPERUSER), autocommit=True)

    @property
    def log(self) -> str:
        """What PostgreSQL has logged."""
        return (Var(self.stack.var).logs / "postgres.log").read_text(errors="replace")

    @cached_property
    def gateway_environment(self) -> Mapping[str, str]:
        """Of the running gateway."""
        return psutil.Process(self.stack.pids()["gateway"]).environ()

    def token(self) -> str:
        """What the gateway passes on for a key of the office that holds all scopes. Lasts five minutes."""
        signer = Signer(json.loads(self.gateway_environment["SIGNING_KEYS"]))
        return signer.internal_token(Caller("key:00000000-0000-7000-8000-000000000001", "staff", frozenset(SCOPES)))

    def gateway(self) -> httpx.Client:
        """Calls the gateway with the key."""
        return httpx.Client(
            base_url=self.stack.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=60, trust_env=False
        )

    def memory(self) -> dict[str, float]:
        """Megabytes of each process now; what several share, such as PostgreSQL's buffers, counts by parts."""
        return {
            name: round(sum(_held(p) for p in [psutil.Process(pid), *_below(pid)]) / 1e6, 1)
            for name, pid in sorted(self.stack.pids().items())
            if psutil.pid_exists(pid)
        }


def _below(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (AttributeError, psutil.AccessDenied):  # not Linux, or another user's process
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def machine(site: Site) -> dict[str, Any]:
    """What the figures were taken on."""
    with site.superuser() as server:
        postgres = str((server.execute("SHOW server_version").fetchone() or ("?",))[0])
    return {
        "cores": psutil.cpu_count(),
        "processor": _processor(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "postgres": postgres,
        "load_before": psutil.getloadavg()[0],
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = [line for line in told.read_text().splitlines() if line.startswith("model name")] if told.exists() else []
    return lines[0].partition(":")[2].strip() if lines else platform.processor()
