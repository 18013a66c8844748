"""The demo's way in: the public API at the gateway, as any partner would call it."""

import asyncio
import hashlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

PAGE_LIMIT = 200
_PATIENCE = 240.0  # seconds a call is repeated for; a rate limit is counted by the minute
_LONGEST_WAIT = 65.0
_PATIENCE_WITH_NOBODY = 20.0  # seconds, when nothing listens at the address

Json = dict[str, Any]


class Refused(Exception):
    """The API refused a call; the message is its problem document's, shortened."""

    def __init__(self, call: str, status: int, problem: Json) -> None:
        said = problem.get("detail") or problem.get("title") or "no reason given"
        errors = "; ".join(f"{error['pointer']}: {error['detail']}" for error in (problem.get("errors") or [])[:3])
        super().__init__(f"{call} was answered {status}: {said}" + (f" ({errors})" if errors else ""))
        self.status = status
        self.problem = problem


class Unreachable(Exception):
    """Nothing answers at the address, or it stays busy."""


class Gateway:
    """Calls with one credential. A write's key is made of its content, so saying it again does nothing."""

    def __init__(self, base_url: str, key: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx.Timeout(60, connect=5),
            transport=transport,
        )

    def with_key(self, key: str) -> "Gateway":
        """Calls to the same gateway with another credential."""
        return Gateway(str(self._http.base_url), key)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def rows(self, path: str, **params: str | Sequence[str]) -> AsyncIterator[Json]:
        """Every row of a list, page by page."""
        cursor: str | None = None
        while True:
            paging: Json = {"limit": PAGE_LIMIT} | ({"cursor": cursor} if cursor else {})
            page = (await self._call("GET", path, params={**params, **paging})).json()
            for row in page["items"]:
                yield row
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def get(self, path: str) -> Json:
        """One record."""
        found: Json = (await self._call("GET", path)).json()
        return found

    async def file(self, path: str, **params: str) -> bytes:
        """A file, whole."""
        return (await self._call("GET", path, params=params)).content

    async def post(self, path: str, body: Mapping[str, Any]) -> Json:
        """Create, once however often it is said."""
        made: Json = (await self._call("POST", path, body=body)).json()
        return made

    async def post_about(self, path: str, step: str, body: Mapping[str, Any]) -> Json:
        """Take a step with a record as it stands now."""
        current = await self._call("GET", path)
        taken = await self._call("POST", f"{path}/{step}", body=body, headers={"If-Match": current.headers["ETag"]})
        result: Json = taken.json()
        return result

    async def remove(self, path: str) -> None:
        """Delete a record, whatever state it is in."""
        await self._call("DELETE", path, headers={"If-Match": "*"})

    async def bulk(self, path: str, items: Sequence[Mapping[str, Any]]) -> list[Json]:
        """Create up to 1,000 in one call, each for itself; the results stand in the order of the items."""
        body = {"atomic": False, "items": list(items)}
        results: list[Json] = (await self._call("POST", f"{path}/bulk", body=body)).json()["results"]
        return sorted(results, key=lambda result: int(result["index"]))

    async def change(self, path: str, patch: Mapping[str, Any]) -> Json:
        """Merge-patch a record as it stands now."""
        current = await self._call("GET", path)
        changed = await self._call("PATCH", path, body=patch, headers={"If-Match": current.headers["ETag"]})
        result: Json = changed.json()
        return result

    async def put_file(self, path: str, content: bytes, media_type: str, file_name: str) -> Json:
        """Send a file, whatever was there before."""
        headers = {"Content-Type": media_type, "If-Match": "*"}
        sent = await self._call("PUT", path, params={"file_name": file_name}, content=content, headers=headers)
        result: Json = sent.json()
        return result

    async def post_file(self, path: str, content: bytes, media_type: str, **params: str) -> Json:
        """Send a file to be worked on, once however often it is said."""
        sent = await self._call("POST", path, params=params, content=content, headers={"Content-Type": media_type})
        result: Json = sent.json()
        return result

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Json | None = None,
        body: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        sent = dict(headers or {})
        if body is not None:
            content = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
            sent["Content-Type"] = "application/json" if method == "POST" else "application/merge-patch+json"
        if method == "POST":
            sent["Idempotency-Key"] = hashlib.sha256(f"{path}\n".encode() + (content or b"")).hexdigest()[:40]
        began = time.monotonic()
        for attempt in itertools.count():
            wait, patience = min(2.0**attempt / 4, 8.0), _PATIENCE
            try:
                reply = await self._http.request(method, path, params=params, content=content, headers=sent)
            except httpx.TransportError as error:
                problem = type(error).__name__
                if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                    patience = _PATIENCE_WITH_NOBODY
            else:
                if not _worth_repeating(reply):
                    return _accepted(method, path, reply)
                problem = f"answered {reply.status_code}"
                if reply.headers.get("Retry-After", "").isdigit():
                    wait = min(max(wait, float(reply.headers["Retry-After"])), _LONGEST_WAIT)
            if time.monotonic() + wait > began + patience:
                break
            await asyncio.sleep(wait)
        raise Unreachable(f"{self._http.base_url} was tried for {patience:.0f} s: {method} {path}, {problem}.")


def _worth_repeating(reply: httpx.Response) -> bool:
    # 409 with Retry-After is a call with the same Idempotency-Key still under way.
    return reply.status_code in (429, 502, 503, 504) or (reply.status_code == 409 and "Retry-After" in reply.headers)


def _accepted(method: str, path: str, reply: httpx.Response) -> httpx.Response:
    if reply.is_success:
        return reply
    problem = reply.json() if "json" in reply.headers.get("Content-Type", "") else {"title": reply.reason_phrase}
    raise Refused(f"{method} {path}", reply.status_code, problem)
