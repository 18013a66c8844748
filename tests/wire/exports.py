"""Every list of a service as a file, and with all its facets: what is new is included by itself."""

import csv
import io
import zipfile
from typing import Any

from tests.wire.api import Api
from tests.wire.facets import check_counts


def lists(api: Api) -> dict[str, dict[str, Any]]:
    """Path of a list that has no place in its address → its export as the document has it."""
    paths = api.app.openapi()["paths"]
    exports = {path: item["get"] for path, item in paths.items() if path.endswith("/export") and "{" not in path}
    return {path.removesuffix("/export"): said for path, said in exports.items()}


def choices(said: dict[str, Any], name: str) -> list[str]:
    """The values of a parameter of an operation."""
    for parameter in said["parameters"]:
        if parameter["name"] == name:
            schema = parameter["schema"].get("items", parameter["schema"])
            found: list[str] = schema.get("enum") or [schema["const"]]
            return found
    return []


async def check_files(api: Api) -> None:
    """Each list comes in each of its forms, with everything embedded."""
    assert lists(api)
    for path, said in lists(api).items():
        expand = choices(said, "expand")
        records = (await api.get(f"{path}/export", params={"format": "jsonl", "expand": expand})).text.splitlines()
        for form in choices(said, "format"):
            reply = await api.get(f"{path}/export", params={"format": form, "expand": expand})
            assert reply.status_code == 200, f"{path} as {form}: {reply.text}"
            if form == "csv":
                rows = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"), newline=""), strict=True))
                assert len({len(row) for row in rows}) == 1
                assert len(rows) > len(records)
            elif form == "xlsx":
                assert zipfile.ZipFile(io.BytesIO(reply.content)).testzip() is None
            elif form == "vcard":
                assert reply.content.count(b"END:VCARD\r\n") == len(records)


async def check_facets(api: Api) -> None:
    """Each list counts all its facets at once, and as many rows as their filters find."""
    paths = api.app.openapi()["paths"]
    for path in lists(api):
        await check_counts(api, path, choices(paths[path]["get"], "facets"))
