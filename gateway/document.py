"""The one OpenAPI document: the services' documents and the gateway's own, merged and kept.

A service that is down keeps its last known part. Two schemas of one name are shared when they are the same; otherwise
the later service's (in the order of `table.SERVICES`) gets the service's name in front.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

import httpx
import structlog

from gateway.callers import SIGNED_IN
from gateway.document_headers import say_headers
from gateway.document_refusals import say_refusals
from gateway.document_sharing import share
from gateway.operations import Operations
from gateway.table import SERVICES, service_of
from services.contracts.scopes import SCOPES
from services.kit.app import VERSION
from services.kit.errors import Problem, problems_page
from services.kit.http import new_client

_FETCH_SECONDS: Final = 2.0
_MOST_BYTES: Final = 16 * 1024 * 1024
_WHILE_MISSING: Final = 1.0
_OTHERWISE: Final = 3.0
"""A service's document changes while it runs: with its custom fields. It costs a 304 to ask."""

DESCRIPTION: Final = """\
The records and work of an alliance's secretariat: members, events and liaison.

Sign in at `POST /v1/sessions`, or ask an administrator for an API key, and send the credential as
`Authorization: Bearer …`. Lists are paged by cursor, writes of one record need `If-Match`, creations take an
`Idempotency-Key`, every write but signing in takes `dry_run=true`, and every failure is a problem (RFC 9457) whose
`type` leads to a page that says what to do.
"""

GATEWAY: Final = "gateway"

log = structlog.get_logger(__name__)
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Merged:
    operations: Operations
    problems: dict[str, dict[str, Any]]
    body: bytes
    etag: str


class Documents:
    """The merged document, kept fresh."""

    def __init__(self, urls: Mapping[str, str], own: Callable[[], Document], public_url: str) -> None:
        self._own = own
        self._public_url = public_url.rstrip("/")
        self._clients = {name: new_client(url, connections=2) for name, url in urls.items()}
        self._known: dict[str, Document] = {}
        self._digests: dict[str, bytes] = {}
        self._tags: dict[str, str] = {}
        self._unread: set[str] = set()
        self._one_at_a_time = asyncio.Lock()
        self._keep(self._merged({}))

    @property
    def missing(self) -> list[str]:
        """Services none of whose documents could be taken up yet."""
        return [name for name in self._clients if name not in self._known]

    def version_of(self, service: str) -> str | None:
        """The version a service's document states."""
        document = self._known.get(service)
        return None if document is None else str(document.get("info", {}).get("version", "")) or None

    async def keep_fresh(self) -> None:
        """Read the documents again and again, until cancelled."""
        while True:
            try:
                await self.refresh()
            except Exception as error:  # nobody awaits this loop: whatever it is, it must not end it unseen
                log.error("documents_not_refreshed", exc_info=error)
            await asyncio.sleep(_WHILE_MISSING if self.missing else _OTHERWISE)

    async def refresh(self) -> None:
        """Read every service's document once; merge anew when any has changed."""
        async with self._one_at_a_time:
            read = await asyncio.gather(*(self._read(name) for name in self._clients))
            if changed := {name: new for name, new in zip(self._clients, read, strict=True) if new is not None}:
                await self._take(changed)

    async def close(self) -> None:
        """Close the pools."""
        for client in self._clients.values():
            await client.aclose()

    async def _take(self, changed: Mapping[str, Document]) -> None:
        """Merge services' new documents; one that cannot be merged leaves everything as it was."""
        try:
            # It takes a second: in a thread, requests go on meanwhile.
            merged = await asyncio.to_thread(self._merged, {**self._known, **changed})
        except Exception as error:  # a document may be malformed in any way; the others must still count
            if len(changed) == 1:
                log.error(
                    "document_not_merged", service=next(iter(changed)), exc_info=error
                )  # once: its digest is known
                return
            for name, document in changed.items():
                await self._take({name: document})
            return
        self._known.update(changed)
        self._keep(merged)

    async def _read(self, name: str) -> Document | None:
        """A service's document, if it can be read and is another than last time."""
        try:
            async with asyncio.timeout(_FETCH_SECONDS):
                body, tag = await _read_bounded(self._clients[name], self._tags.get(name, ""))
                if body is None or self._digests.get(name) == (digest := hashlib.sha256(body).digest()):
                    self._unread.discard(name)
                    return None
                document = json.loads(body)
                if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
                    raise ValueError("not an OpenAPI document")
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            if name not in self._unread:
                self._unread.add(name)  # told once, not every second
                log.warning("document_not_read", service=name, reason=type(error).__name__)
            return None
        self._unread.discard(name)
        self._digests[name] = digest
        self._tags[name] = tag
        return document

    def _merged(self, known: Mapping[str, Document]) -> _Merged:
        parts: dict[str, Document] = {name: known[name] for name in SERVICES if name in known}
        whole = merge({**parts, GATEWAY: self._own()}, self._public_url)
        body = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        return _Merged(Operations.of(parts), whole["x-problems"], body, etag)

    def _keep(self, merged: _Merged) -> None:
        self.operations, self.problems = merged.operations, merged.problems
        self.body, self.etag = merged.body, merged.etag


async def _read_bounded(client: httpx.AsyncClient, tag: str) -> tuple[bytes | None, str]:
    """The document and its ETag; none when it still has the ETag given."""
    body = bytearray()
    async with client.stream("GET", "/openapi.json", headers={"If-None-Match": tag} if tag else {}) as response:
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return None, tag
        response.raise_for_status()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _MOST_BYTES:
                raise ValueError("too large")
        return bytes(body), response.headers.get("ETag", "")


def merge(parts: Mapping[str, Document], public_url: str) -> Document:
    """One document out of the services' and, under `GATEWAY`, the gateway's own."""
    merged: Document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Alliance CRM",
            "version": VERSION,
            "description": DESCRIPTION,
            "contact": {"name": "Alliance CRM", "url": f"{public_url}/"},
            "license": {"name": "Proprietary", "identifier": "LicenseRef-Proprietary"},
        },
        "servers": [_server(public_url)],
        "security": [{"bearer": []}],
        "tags": [],
        "paths": {},
        "components": {"securitySchemes": {}},
        "x-problems": {**problems_page(Problem.known.values())},
        "x-scopes": dict(SCOPES),
    }
    for service, part in parts.items():
        _add(merged, service, _signed_in_only(part) if service == GATEWAY else part)
    say_refusals(merged)
    say_headers(merged)
    share(merged)
    merged["x-problems"] = dict(sorted(merged["x-problems"].items()))
    return merged


def _server(public_url: str) -> Document:
    # Without TLS it runs on one machine, and is wherever the document was read from.
    if public_url.startswith("https://"):
        return {"url": public_url, "description": "The production gateway.", "x-internal": False}
    return {"url": "/", "description": "The local gateway, where this document came from.", "x-internal": True}


def _add(merged: Document, service: str, part: Document) -> None:
    paths = {path: item for path, item in part["paths"].items() if _belongs(path, service)}
    components = {kind: dict(found) for kind, found in part.get("components", {}).items()}
    renamed = _collisions(merged["components"], components, service)
    paths, components = _renamed(paths, renamed), _renamed(components, renamed)
    for path, item in paths.items():
        if path in merged["paths"]:
            log.warning("path_described_twice", path=path, service=service)
            continue
        merged["paths"][path] = item
    for kind, found in components.items():
        target = merged["components"].setdefault(kind, {})
        for name, value in found.items():
            target.setdefault(renamed.get(f"#/components/{kind}/{name}", f"/{name}").rsplit("/", 1)[1], value)
    described = {tag["name"]: tag for tag in part.get("tags", [])}
    known = {tag["name"] for tag in merged["tags"]}
    for item in paths.values():
        for operation in item.values():
            for name in operation.get("tags", []) if isinstance(operation, dict) else []:
                if name not in known:
                    known.add(name)
                    merged["tags"].append(described.get(name, {"name": name, "description": _about(name, service)}))
    for slug, problem in part.get("x-problems", {}).items():
        merged["x-problems"].setdefault(slug, problem)


def _belongs(path: str, service: str) -> bool:
    """Whether a path reaches this service through the gateway."""
    owner = service_of(path)
    if service == GATEWAY:
        return owner is None
    if owner != service:
        if path.startswith("/v1/"):
            log.warning("path_not_in_table", path=path, service=service)
        return False
    return True


def _collisions(taken: Document, components: Document, service: str) -> dict[str, str]:
    """References that must change, because their name stands for something else already."""
    renamed: dict[str, str] = {}
    while True:
        current = _renamed(components, renamed)
        before = len(renamed)
        for kind, found in current.items():
            for name, value in found.items():
                reference = f"#/components/{kind}/{name}"
                other = taken.get(kind, {}).get(name)
                if other is not None and other != value and reference not in renamed:
                    renamed[reference] = f"#/components/{kind}/{service.capitalize()}{name}"
        if len(renamed) == before:
            return renamed


def _renamed(value: Any, renamed: Mapping[str, str]) -> Any:
    """A copy with its references changed."""
    if isinstance(value, dict):
        return {key: _renamed(inner, renamed) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, renamed) for inner in value]
    if isinstance(value, str) and renamed:
        return renamed.get(value, value)
    return value


def _signed_in_only(own: Document) -> Document:
    """The gateway's document, with "any valid credential" said as OpenAPI says it: the scheme without a scope."""
    own = deepcopy(own)
    for item in own["paths"].values():
        for operation in item.values():
            if operation.get("x-scope") == SIGNED_IN:
                del operation["x-scope"]
                operation["security"] = [{"bearer": []}]
    return own


def _about(tag: str, service: str) -> str:
    return f"{tag}, answered by {service}." if service != GATEWAY else f"{tag}, answered by the gateway itself."
