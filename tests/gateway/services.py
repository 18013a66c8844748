"""A small but real service to stand behind the gateway: it tells what reached it."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from typing import Any

Reply = Callable[[dict[str, Any]], tuple[int, Any]]


class Echo:
    """Answers with the request as it arrived, or what a test puts in `replies`; keeps every request it saw."""

    def __init__(self, document: dict[str, Any] | None = None) -> None:
        self.document = document
        self.seen: list[dict[str, Any]] = []
        self.replies: dict[str, Reply] = {}
        self.delay = 0.0
        self.told = 0
        """How often the whole document was sent."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        if scope["path"] == "/openapi.json":
            await self._tell(scope, send)
            return
        size, pieces = 0, 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size += len(message.get("body", b""))
            pieces += 1
            if not message.get("more_body"):
                break
        request = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode(),
            "headers": [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]],
            "size": size,
            "pieces": pieces,
        }
        self.seen.append(request)
        await asyncio.sleep(self.delay)
        reply = self.replies.get(scope["path"], _as_it_came)
        status, body = reply(request)
        await _answer(send, status, body)

    async def _tell(self, scope: Any, send: Any) -> None:
        """The document, unless the asker holds it."""
        if self.document is None:
            await _answer(send, 404, {})
            return
        tag = f'"{hashlib.sha256(json.dumps(self.document).encode()).hexdigest()[:12]}"'.encode()
        if dict(scope["headers"]).get(b"if-none-match") == tag:
            await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", tag)]})
            await send({"type": "http.response.body", "body": b""})
            return
        self.told += 1
        await _answer(send, 200, self.document, tag)

    def headers(self) -> dict[str, str]:
        """The headers of the last request."""
        return dict(self.seen[-1]["headers"])


def _as_it_came(request: dict[str, Any]) -> tuple[int, Any]:
    return 200, request


async def _answer(send: Any, status: int, body: Any, tag: bytes = b'"1.abc"') -> None:
    content = json.dumps(body).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
        (b"etag", tag),
        (b"connection", b"x-private"),
        (b"x-private", b"hop"),
        (b"set-cookie", b"a=b"),
        (b"x-request-id", b"of-the-service"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def document(service: str, **paths: str | None) -> dict[str, Any]:
    """A small OpenAPI document: path → scope, None for public."""
    return {
        "openapi": "3.1.0",
        "info": {"title": service, "version": "1.2.3"},
        "paths": {
            path: {
                "get": {
                    "summary": path,
                    "tags": [service],
                    "security": [] if scope is None else [{"bearer": [scope]}],
                    "responses": {"200": {"description": "ok"}},
                }
            }
            for path, scope in paths.items()
        },
    }
