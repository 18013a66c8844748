"""`alliance import FILE`: through the public API, as anyone with a key may do it; rehearsed first."""

import asyncio
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.refusal import Refusal

KEY = "ALLIANCE_KEY"
_LOOK_EVERY = 0.5
_WORKING = frozenset({"reading", "checking", "running", "undoing"})
_TOLD = 15
_PATIENCE = 40
"""Times that an answer is asked for again when the gateway is busy or away."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Wish:
    """What to import, and how."""

    file: Path
    resource: str
    mapping_id: UUID | None
    on_invalid: str
    rehearse_only: bool
    yes: bool
    purpose: str | None = None
    """What sensitive columns are read for."""


class Imports:
    """The imports of a gateway, as the holder of a key sees them."""

    def __init__(
        self, base_url: str, key: str, transport: httpx.AsyncBaseTransport | None = None, purpose: str | None = None
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}", **({"Purpose": purpose} if purpose else {})},
            timeout=httpx.Timeout(60, connect=5),
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def send(self, wish: Wish) -> Json:
        """Send the file, to be rehearsed."""
        content = await asyncio.to_thread(wish.file.read_bytes)
        query = {
            "resource": wish.resource,
            "dry_run": "true",
            "filename": wish.file.name[:200],
            "on_invalid": wish.on_invalid,
            **({"mapping_id": str(wish.mapping_id)} if wish.mapping_id else {}),
        }
        key = hashlib.sha256(repr(sorted(query.items())).encode() + content + os.urandom(8)).hexdigest()[:40]
        headers = {"Content-Type": "application/octet-stream", "Idempotency-Key": key}
        return await self._call("POST", "/v1/imports", params=query, content=content, headers=headers)

    async def run(self, id: str) -> Json:
        """Store what was rehearsed."""
        headers = {"Idempotency-Key": f"run-{id}"}
        return await self._call("POST", f"/v1/imports/{id}/runs", json={}, headers=headers)

    async def cancel(self, id: str) -> Json:
        """End it where it stands. Asked once: who breaks off does not wait."""
        reply = await self._http.post(f"/v1/imports/{id}/cancellations", headers={"Idempotency-Key": f"cancel-{id}"})
        return _accepted(reply)

    async def read(self, id: str) -> Json:
        """An import as it is now."""
        return await self._call("GET", f"/v1/imports/{id}")

    async def rows(self, id: str, **query: str) -> list[Json]:
        """The first rows of a kind."""
        page = await self._call("GET", f"/v1/imports/{id}/rows", params={"limit": str(_TOLD), **query})
        items: list[Json] = page["items"]
        return items

    async def save_rejected(self, id: str, beside: Path) -> Path:
        """Keep the rejected rows next to the file."""
        reply = await self._http.get(f"/v1/imports/{id}/rejected-rows")
        if not reply.is_success:
            raise Refusal(_why(reply))
        ending = {"application/json": "json", "text/vcard": "vcf", "text/csv": "csv"}
        media_type = reply.headers.get("content-type", "").partition(";")[0]
        path = beside.with_name(f"{beside.stem}-rejected.{ending.get(media_type, 'xlsx')}")
        await asyncio.to_thread(path.write_bytes, reply.content)
        return path

    async def _call(self, method: str, path: str, **sent: Any) -> Json:
        problem = "nothing answers"
        for attempt in range(_PATIENCE):
            try:
                reply = await self._http.request(method, path, **sent)
            except httpx.TransportError as error:
                problem = type(error).__name__
            else:
                if reply.status_code not in (429, 502, 503, 504):
                    return _accepted(reply)
                problem = f"answered {reply.status_code}"
            await asyncio.sleep(min(0.25 * 2**attempt, 5.0))
        raise Refusal(f"{self._http.base_url}: {problem}.")


def _accepted(reply: httpx.Response) -> Json:
    if reply.is_success:
        body: Json = reply.json()
        return body
    raise Refusal(_why(reply))


def _why(reply: httpx.Response) -> str:
    told = reply.json() if "json" in reply.headers.get("content-type", "") else {}
    said = told.get("detail") or told.get("title") or f"answered {reply.status_code}"
    errors = "; ".join(f"{one['pointer']}: {one['detail']}" for one in (told.get("errors") or [])[:5])
    return f"{said}{f' ({errors})' if errors else ''}"


async def import_file(
    base_url: str, key: str, wish: Wish, console: Console, transport: httpx.AsyncBaseTransport | None = None
) -> None:
    """Rehearse, tell, ask, store, tell. Raises `Refusal` when the file or a call is turned down.

    Broken off (Ctrl-C), it ends the import, too.
    """
    async with Imports(base_url, key, transport, wish.purpose) as imports:
        sent = await imports.send(wish)
        try:
            await _carry_through(imports, sent, wish, console)
        except asyncio.CancelledError:
            await _break_off(imports, sent["id"], console)
            raise


async def _break_off(imports: Imports, id: str, console: Console) -> None:
    try:
        ended = await imports.cancel(id)
    except (Refusal, httpx.TransportError):
        console.print(f"Broken off. Import {id} may go on by itself; look with GET /v1/imports/{id}.")
        return
    if ended["undo_until"] is None:
        console.print("Broken off. Nothing was stored.")
    else:
        stored = ended["counts"]["created"] + ended["counts"]["updated"]
        console.print(f"Broken off. {stored:,} rows are stored; POST /v1/imports/{id}/undos takes them back.")


async def _carry_through(imports: Imports, sent: Json, wish: Wish, console: Console) -> None:
    checked = await _followed(imports, sent["id"], "Rehearsing", console)
    _show_columns(checked, console)
    if checked["state"] in ("failed", "proposed"):
        raise Refusal(checked["problem"]["detail"])
    await _report(imports, checked, "would be ", console)
    taken = checked["counts"]["created"] + checked["counts"]["updated"]
    if wish.rehearse_only or not taken:
        await _keep_rejected(imports, checked, wish, console)
        return
    if not wish.yes and not typer.confirm(f"Store {taken:,} rows?"):
        console.print("Nothing was stored.")
        return
    await imports.run(sent["id"])
    done = await _followed(imports, sent["id"], "Storing", console)
    await _report(imports, done, "", console)
    await _keep_rejected(imports, done, wish, console)
    console.print(f"Import {done['id']} can be taken back until {(done['undo_until'] or '')[:10]}.")


async def _followed(imports: Imports, id: str, title: str, console: Console) -> Json:
    """The import when it works no more; meanwhile a bar grows."""
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("Reading", total=None)
        while True:
            found = await imports.read(id)
            counts, state = found["counts"], found["state"]
            if state == "reading":
                progress.update(bar, completed=counts["read"])
            else:
                progress.update(bar, description=title, total=counts["read"], completed=counts["done"])
            if state not in _WORKING:
                return found
            await asyncio.sleep(_LOOK_EVERY)


def _show_columns(found: Mapping[str, Any], console: Console) -> None:
    file = found["file"]
    how = [file["format"], file["encoding"], file["sheet"] and f"sheet {file['sheet']}"]
    console.print(f"{file['name']}: {', '.join(str(one) for one in how if one)}, {found['counts']['read']:,} rows")
    table = Table("column", "becomes", "because of", "filled", "such as", box=None)
    for column in found["columns"]:
        field = column["field"] or "–"
        order = f" ({column['date_order'].replace('_', ' ')})" if column["date_order"] and column["field"] else ""
        samples = " · ".join(sample.replace("\n", " ")[:24] for sample in column["samples"][:2])
        because = "" if column["because"] == "unknown" else column["because"]
        table.add_row(column["column"][:40], field + order, because, f"{column['filled']:,}", samples)
    console.print(table)
    for note in found["notes"]:
        console.print(f"Note: {note['detail']}")


async def _report(imports: Imports, found: Mapping[str, Any], would: str, console: Console) -> None:
    counts = found["counts"]
    outcomes = ("created", "updated", "matched", "rejected")
    told = ", ".join(f"{counts[outcome]:,} {would}{outcome}" for outcome in outcomes if counts[outcome])
    console.print(f"{told or 'No rows'}; {counts['flagged']:,} with something to look at.")
    shown = await imports.rows(found["id"], outcome="rejected") or await imports.rows(found["id"], flagged="true")
    for row in shown:
        for problem in row["problems"][:3]:
            where = f"{problem['column']}: " if problem["column"] else ""
            value = f" [{problem['value']}]" if problem["value"] else ""
            console.print(f"  row {row['number']}: {where}{problem['detail']}{value}", markup=False)


async def _keep_rejected(imports: Imports, found: Mapping[str, Any], wish: Wish, console: Console) -> None:
    if found["counts"]["rejected"]:
        try:
            path = await imports.save_rejected(found["id"], wish.file)
        except Refusal as refusal:
            console.print(f"The rejected rows were not saved: {refusal}", markup=False)
            return
        console.print(f"The rejected rows are in {path}, with the reason; correct them and import that file.")
