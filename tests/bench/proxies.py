"""The gateway on one core in front of an upstream that answers at once, beside nginx and a plain httpx proxy."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.programs import Program, module, nginx, uvicorn
from tests.bench.tools import found
from tests.bench.wrk import Asked, Load, middle, wrk

PROXY_CORE, OTHER_CORE = 0, 1
"""The proxy has a core for itself; the upstream and wrk share the other one."""


@dataclass(frozen=True)
class Proxied:
    """What one proxy reached."""

    name: str
    rate: float
    p99_ms: float
    alone_p50_ms: float
    """At concurrency 1, the upstream's own time included."""
    added_p50_ms: float


def measure(
    environment: Mapping[str, str], key: str, path: str, record: bytes, document: bytes, *, seconds: float
) -> list[Proxied]:
    """`environment` is a running gateway's; `document` the members' OpenAPI document, from which it learns scopes."""
    with tempfile.TemporaryDirectory(prefix="alliance-bench-") as name, ExitStack() as opened:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker is another user
        for file, content in (("record.json", record), ("openapi.json", document)):
            (folder / file).write_bytes(content)
        upstream = opened.enter_context(_upstream(folder))
        proxies: dict[str, Asked] = {"nothing (the upstream itself)": Asked(upstream.url, (path,))}
        if found("nginx"):
            passing = (
                f"upstream behind {{ server {upstream.url.removeprefix('http://')}; keepalive 64; "
                f"keepalive_requests 10000000; }} server {{ listen 127.0.0.1:{{port}}; location / {{ "
                'proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection ""; } }'
            )
            own = folder / "proxy"
            own.mkdir()
            proxies["nginx"] = Asked(opened.enter_context(nginx(passing, own, core=PROXY_CORE)).url, (path,))
        plain = opened.enter_context(
            uvicorn("tests.bench.plain_proxy:app", core=PROXY_CORE, environment={"UPSTREAM": upstream.url})
        )
        proxies["a plain httpx proxy"] = Asked(plain.url, (path,))
        ours = {**environment, "MEMBERS_URL": upstream.url}
        gateway = opened.enter_context(module("gateway.main", ours, core=PROXY_CORE))
        proxies["gateway"] = Asked(gateway.url, (path,), token=key)
        return _compared(proxies, seconds)


def _compared(proxies: dict[str, Asked], seconds: float) -> list[Proxied]:
    busy: dict[str, list[Load]] = {name: [] for name in proxies}
    alone: dict[str, list[Load]] = {name: [] for name in proxies}
    for asked in proxies.values():
        wrk(asked, seconds=1, core=OTHER_CORE)
    for _ in range(2):  # in turn, so that noise meets them alike
        for name, asked in proxies.items():
            busy[name].append(wrk(asked, seconds=seconds, core=OTHER_CORE))
            alone[name].append(wrk(asked, seconds=seconds, connections=1, core=OTHER_CORE))
    direct = middle(alone[next(iter(proxies))]).p50_ms
    return [
        Proxied(
            name,
            middle(busy[name]).rate,
            middle(busy[name]).p99_ms,
            middle(alone[name]).p50_ms,
            middle(alone[name]).p50_ms - direct,
        )
        for name in proxies
    ]


@contextmanager
def _upstream(folder: Path) -> Iterator[Program]:
    if found("nginx"):
        serving = (
            f"server {{ listen 127.0.0.1:{{port}}; root {folder}; default_type application/json; "
            "open_file_cache max=9; location = /openapi.json { } location / { rewrite ^ /record.json break; } }"
        )
        own = folder / "upstream"
        own.mkdir()
        with nginx(serving, own, core=OTHER_CORE) as program:
            yield program
    else:
        with uvicorn(
            "tests.bench.trivial:app", core=OTHER_CORE, environment={"UPSTREAM_FILES": str(folder)}
        ) as program:
            yield program
