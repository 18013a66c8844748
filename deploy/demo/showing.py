"""What one gets out of the demo alliance: facets and a search, and lists as files, asked for as anyone would ask."""

import asyncio
import csv
import io
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineWorkbook

from deploy.demo.gateway import Gateway
from deploy.demo.once import Advance

SEARCHED = "mountain"
_MOST_SHOWN = 5
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Exported:
    """A list that is taken away as a file."""

    path: str
    segment: str
    """By its English name (deploy/demo/segments.py)."""
    format: str
    params: dict[str, str]
    file: str


EXPORTS = (
    Exported(
        "/v1/organisations",
        "Members in the Himalaya",
        "csv",
        {"fields": "names,kind,country,city,tags", "sort": "country,name"},
        "members-in-the-himalaya.csv",
    ),
    Exported(
        "/v1/persons",
        "People who are registered themselves",
        "xlsx",
        {"fields": "names,email,country", "expand": "affiliations", "sort": "name"},
        "people-who-are-registered.xlsx",
    ),
)


async def show(gateway: Gateway, folder: Path, advance: Advance) -> list[str]:
    """Ask, and write the files into the folder, over those of an earlier run. Answers what was found, a line each."""
    ids = {str(row["names"].get("en")): str(row["id"]) async for row in gateway.rows("/v1/segments")}
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    said = []
    for one in EXPORTS:
        await _filled(gateway, ids[one.segment])
        content = await gateway.file(f"{one.path}/export", format=one.format, segment=ids[one.segment], **one.params)
        place = folder / one.file
        await asyncio.to_thread(place.write_bytes, content)
        said.append(f"Exported: {one.segment}, {rows_of(content, one.format)} rows, {place}")
        advance(1)
    counted = await gateway.get("/v1/organisations?status=active&facets=kind,country&limit=1&fields=names")
    for name in ("kind", "country"):
        values = counted["facets"][name]["values"][:_MOST_SHOWN]
        said.append(f"Organisations by {name}: " + ", ".join(f"{one['value']} {one['count']}" for one in values))
        advance(1)
    hits = Counter(hit["kind"] for hit in (await gateway.get(f"/v1/search?q={SEARCHED}"))["items"])
    said.append(f"First found for {SEARCHED!r}: " + ", ".join(f"{kind} {count}" for kind, count in hits.most_common()))
    advance(1)
    return said


async def _filled(gateway: Gateway, segment: str) -> None:
    """Return once somebody is in the segment: members hears of registrations a little after events."""
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        if (await gateway.get(f"/v1/segments/{segment}/members?limit=1&fields=names"))["items"]:
            return
        await asyncio.sleep(0.5)


def rows_of(content: bytes, format: str) -> int:
    """How many records a file holds, below its header."""
    if format == "csv":
        return sum(1 for _ in csv.reader(io.StringIO(content.decode("utf-8-sig")))) - 1
    return len(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()) - 1
