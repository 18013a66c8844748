"""An upstream that answers at once: the same record to everybody, and the document of members."""

import os
from pathlib import Path

from starlette.types import Receive, Scope, Send

_FOLDER = Path(os.environ.get("UPSTREAM_FILES", "."))
_FILES = {name: (_FOLDER / name).read_bytes() for name in ("record.json", "openapi.json") if (_FOLDER / name).exists()}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer."""
    if scope["type"] == "lifespan":
        for word in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{word}.complete"})
        return
    body = _FILES["openapi.json" if scope["path"] == "/openapi.json" else "record.json"]
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
