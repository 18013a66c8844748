"""What is asked, in each way: through the service, through the gateway, and of what stands beside them."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from tests.bench.pgbench import pgbench, statements
from tests.bench.programs import Program
from tests.bench.site import Site
from tests.bench.tools import found
from tests.bench.wrk import Asked, Load

COUNTRY = "NP"
READS = ("one", "first", "deep", "filtered", "sorted", "search")
WRITES = ("create", "patch", "register")
WORDS = ("Annapurna", "Jura", "Lodge", "梵净山", "张家界", "guilin", "Goschenen Trails", "户外运动俱乐部", "4711")
"""Names as people search for them: frequent and rare, Chinese, pinyin, without accents."""
BARE, PGBENCH, NAIVE = "bare ASGI handler", "pgbench, same SQL", "FastAPI with ORM"
SERVICE, GATEWAY = "service", "gateway"
_AT = "@new.example.org"
"""By which what was created is found again."""
_NAMES = '{"zh": "梵净山旅游集团{n}", "en": "Annapurna Lodge {n}"}'
_NEW = (
    f'{{"names": {_NAMES}, "kind": "hotel", "country": "NP", "city": "Pokhara", "website": "https://new.example.org", '
    f'"emails": ["office-{{n}}{_AT}"], "phones": [{{"number": "+97761465000"}}], "tags": ["mountain"]}}'
)
_CHANGED = '{"city": "Pokhara {n}", "tags": ["mountain", "council"]}'
_SEAT = (
    '{"admission_type_id": "%s", "participant": {"names": {"zh": "何青山", "en": "He Qingshan {n}"}, '
    '"email": "participant-{n}@example.org", "country": "CN"}}'
)
_JSON = (("Content-Type", "application/json"),)


@dataclass(frozen=True)
class Places:
    """Records to ask for."""

    id: str
    deep: str
    """The id after which the deep page begins, four fifths down."""
    cursor: str
    """The same, as the service says it."""
    written: tuple[str, ...]
    """Records to change."""
    admission: str
    """What to register for; its seats don't run out."""


def queries(places: Places) -> dict[str, list[str]]:
    """List operation → the service's query strings."""
    return {
        "first": [""],
        "deep": [f"cursor={places.cursor}"],
        "filtered": [f"country={COUNTRY}"],
        "sorted": ["sort=name"],
        "search": [f"q={quote(word)}" for word in WORDS],
    }


def find_places(site: Site, rows: int) -> Places:
    """Read on to the deep page as a client would; make an event."""
    with site.gateway() as http:
        first = _get(http, "/v1/organisations?limit=1")["items"][0]["id"]
        cursor, page = None, {}
        for _ in range(max(1, rows * 4 // 5 // 200)):
            after = f"&cursor={cursor}" if cursor else ""
            page = _get(http, f"/v1/organisations?limit=200&fields=id{after}")
            cursor = page["next_cursor"]
        deep = page["items"][-1]["id"]
        # A cursor is good for any limit and any choice of fields.
        return Places(first, deep, str(cursor), tuple(_some_ids(http)), "")


def _some_ids(http: httpx.Client) -> list[str]:
    ids: list[str] = []
    cursor = ""
    for _ in range(5):
        page = _get(http, f"/v1/organisations?limit=200&fields=id&sort=-created_at{cursor}")
        ids += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    return ids


def remove_created(site: Site) -> None:
    """Delete what `create` made: what is measured next is to find as many organisations as it is told."""
    with site.gateway() as http:
        while True:
            page = _get(http, "/v1/organisations?limit=200&fields=id,emails&sort=-created_at")["items"]
            made = [one["id"] for one in page if any(email.endswith(_AT) for email in one["emails"])]
            for id in made:
                http.delete(f"/v1/organisations/{id}", headers={"If-Match": "*"}).raise_for_status()
            if not made:
                return


def open_event(site: Site) -> str:
    """A published event; the id of its admission type."""
    with site.gateway() as http:
        at = {"time_zone": "Asia/Makassar"}
        event = _post(
            http,
            "/v1/events",
            {
                "names": {"zh": "测试活动", "en": "Measured Event"},
                "format": "on_site",
                "starts": {"local": "2037-05-29T09:00", **at},
                "ends": {"local": "2037-05-29T17:30", **at},
                "country": "ID",
            },
        )
        tag = http.get(f"/v1/events/{event['id']}").headers["etag"]
        http.patch(
            f"/v1/events/{event['id']}", json={"status": "published"}, headers={"If-Match": tag}
        ).raise_for_status()
        kind = {"event_id": event["id"], "names": {"en": "Delegate"}, "price": {"amount": 120000, "currency": "CNY"}}
        return str(_post(http, "/v1/admission-types", kind)["id"])


def ours(site: Site, way: str, operation: str, places: Places) -> Asked:
    """An operation through the service or the gateway."""
    process = "events" if operation == "register" else "members"
    direct = way == SERVICE
    base = site.url(process) if direct else site.stack.url
    token = site.token() if direct else site.key
    pid = site.stack.pids()[process if direct else "gateway"]
    if operation == "one":
        return Asked(base, (f"/v1/organisations/{places.id}",), token, pid=pid)
    if operation == "create":
        return Asked(base, ("/v1/organisations",), token, "POST", _NEW, _JSON, keyed=True, pid=pid)
    if operation == "patch":
        paths = tuple(f"/v1/organisations/{id}" for id in places.written)
        return Asked(base, paths, token, "PATCH", _CHANGED, (*_JSON, ("If-Match", "*")), pid=pid)
    if operation == "register":
        body = _SEAT % places.admission
        return Asked(base, ("/v1/registrations",), token, "POST", body, _JSON, keyed=True, pid=pid)
    paths = tuple(f"/v1/organisations?{query}".rstrip("?") for query in queries(places)[operation])
    return Asked(base, paths, token, pid=pid)


def bare(program: Program, operation: str, places: Places) -> Asked | None:
    """The same of the bare handler, which can read and does not search."""
    value = {"first": "", "sorted": "", "deep": f"?value={places.deep}", "filtered": f"?value={COUNTRY}"}
    if operation == "one":
        return Asked(program.url, (f"/one/{places.id}",), pid=program.pid)
    return Asked(program.url, (f"/{operation}{value[operation]}",), pid=program.pid) if operation in value else None


def naive(program: Program, operation: str, places: Places, rows: int) -> Asked:
    """The same of the usual service: pages by offset, search by ILIKE."""
    base, pid = program.url, program.pid
    reads = {
        "one": (f"/one/{places.id}",),
        "first": ("/page",),
        "deep": (f"/page?offset={rows * 4 // 5}",),
        "filtered": (f"/page?country={COUNTRY}",),
        "sorted": ("/page?sort=name",),
        "search": tuple(f"/page?q={quote(word)}" for word in WORDS),
    }
    if operation in reads:
        return Asked(base, reads[operation], pid=pid)
    if operation == "create":
        return Asked(base, ("/organisations",), None, "POST", _NEW, _JSON, pid=pid)
    if operation == "register":
        return Asked(base, ("/registrations",), None, "POST", _SEAT % places.admission, _JSON, pid=pid)
    ids = httpx.get(f"{base}/written", timeout=20).json()
    return Asked(base, tuple(f"/organisations/{id}" for id in ids), None, "PATCH", _CHANGED, _JSON, pid=pid)


def by_pgbench(site: Site, places: Places, *, seconds: float) -> dict[str, Load]:
    """The reads as SQL alone; nothing where pgbench is not here."""
    if not found("pgbench"):
        return {}
    asked = {name: given[0].encode() for name, given in queries(places).items()}
    sql = asyncio.run(statements(places.id, places.deep, asked))
    return {name: pgbench(text, site.database("members"), seconds=seconds) for name, text in sql.items()}


def _get(http: httpx.Client, path: str) -> Any:
    reply = http.get(path)
    reply.raise_for_status()
    return reply.json()


def _post(http: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    reply = http.post(path, json=body)
    reply.raise_for_status()
    return reply.json()
