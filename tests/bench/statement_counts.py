"""How many SQL statements a request takes, counted in PostgreSQL's own log."""

import os
import re
import time
from collections.abc import Mapping

import httpx
import psycopg

from tests.bench.site import Site
from tests.bench.wrk import Asked

Key = tuple[str, str]
_REQUESTS = 20
_EXECUTED = re.compile(r"\[(\d+)\][^\n]* LOG:  (?:statement|execute [^:]*):(?! ;)")  # ";" is a ping


def count(site: Site, asked: Mapping[Key, Asked], names: Mapping[Key, str]) -> dict[Key, float]:
    """(way, operation) → statements a request. `names` are those that the connections give themselves."""
    with site.superuser() as server:
        server.execute("ALTER SYSTEM SET log_statement = 'all'")
        server.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)
        try:
            return {key: _counted(site, server, one, names[key]) for key, one in asked.items()}
        finally:
            server.execute("ALTER SYSTEM RESET log_statement")
            server.execute("SELECT pg_reload_conf()")


def _counted(site: Site, server: psycopg.Connection, asked: Asked, name: str) -> float:
    with httpx.Client(base_url=asked.base, timeout=20, trust_env=False) as http:
        _send(http, asked, 0)  # statements are prepared once
        before = len(site.log)
        for number in range(_REQUESTS):
            _send(http, asked, number)
        time.sleep(0.2)
        logged = site.log[before:]
    connected = server.execute("SELECT pid::text FROM pg_stat_activity WHERE application_name = %s", (name,)).fetchall()
    ours = {pid for (pid,) in connected}
    return round(sum(1 for said in _EXECUTED.finditer(logged) if said[1] in ours) / _REQUESTS, 1)


def _send(http: httpx.Client, asked: Asked, number: int) -> None:
    unique = os.urandom(6).hex()
    headers = dict(asked.headers)
    if asked.token:
        headers["Authorization"] = f"Bearer {asked.token}"
    if asked.keyed:
        headers["Idempotency-Key"] = f"bench-{unique}"
    body = asked.body.replace("{n}", unique) or None
    path = asked.paths[number % len(asked.paths)]
    http.request(asked.method, path, content=body and body.encode(), headers=headers).raise_for_status()
