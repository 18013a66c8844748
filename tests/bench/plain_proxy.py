"""A proxy as one writes it in ten lines with httpx: the upstream is `UPSTREAM`."""

import os
from typing import Any

import httpx
from starlette.types import Receive, Scope, Send

_client = httpx.AsyncClient(base_url=os.environ.get("UPSTREAM", ""), timeout=10)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass a request without a body on, and the answer back."""
    if scope["type"] == "lifespan":
        for word in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{word}.complete"})
        await _client.aclose()
        return
    passed: list[Any] = [(name, value) for name, value in scope["headers"] if name != b"host"]
    answer = await _client.request(scope["method"], scope["path"], headers=passed)
    kept = [(name, value) for name, value in answer.headers.raw if name.lower() not in (b"connection", b"date")]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
    await send({"type": "http.response.body", "body": answer.content})
