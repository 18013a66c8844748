"""Clients that public generators make of the document, checked strictly and put to work."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from tests.api.tools import DOCUMENT, HERE, OUT, npx, run
from tests.wire.stack import Stack


def typescript(stack: Stack, key: str) -> None:
    """Generate the TypeScript client, compile it in strict mode, and let it work."""
    npx("openapi-typescript", str(DOCUMENT), "--output", str(OUT / "schema.d.ts"))
    shutil.copy(HERE / "clients" / "scenario.ts", OUT / "scenario.ts")
    npx("tsc", "--project", "clients/tsconfig.json")
    run("node", str(OUT / "js" / "scenario.js"), BASE_URL=stack.url, API_KEY=key)


def python(stack: Stack, key: str) -> None:
    """Generate the Python client, check it strictly, and let it work."""
    tools = OUT / "venv" / "bin"
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    settings = _files_are_bytes(json.loads(DOCUMENT.read_text()))
    run(
        str(tools / "openapi-python-client"), "generate", "--path", str(DOCUMENT), "--meta", "none", "--overwrite",
        "--config", str(settings), "--output-path", str(OUT / "alliance_client"), "--fail-on-warning",
        PATH=path,
    )  # fmt: skip
    shutil.copy(HERE / "clients" / "scenario.py", OUT / "scenario.py")
    npx("pyright", "--project", "clients/pyrightconfig.json", "--pythonpath", str(tools / "python"))
    run(str(tools / "python"), str(OUT / "scenario.py"), BASE_URL=stack.url, API_KEY=key)


def _files_are_bytes(document: dict[str, Any]) -> Path:
    """The generator's settings: what it has no name for, files of every sort, are bytes to a client."""
    kinds = {
        kind
        for item in document["paths"].values()
        for operation in item.values()
        for holder in (operation.get("requestBody", {}), *operation["responses"].values())
        for kind in holder.get("content", {})
        if not kind.endswith(("/json", "+json")) and kind != "multipart/form-data"
    }
    settings = OUT / "python.json"
    settings.write_text(
        json.dumps({"content_type_overrides": dict.fromkeys(sorted(kinds), "application/octet-stream")})
    )
    return settings
