"""Files in and out: an import rehearsed, stored and taken back; people from a vCard; JSON lines and vCards."""

import asyncio
from pathlib import Path

from deploy.demo.gateway import Gateway, Json
from deploy.demo.once import TAG, Advance
from deploy.demo.reserved import email
from deploy.demo.shown.waiting import until

_OVER = ("done", "checked", "failed", "proposed", "cancelled")
_TRIED = """编号,单位名称,类型,国家,城市
TRY-001,试点山地营地（演示） Trial Mountain Camp (demo),酒店,中国,六盘水
TRY-002,Trial Ridge Association (demo),Association,France,Grenoble
TRY-003,,酒店,中国,安顺
"""
_CARDS = "".join(
    f"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:demo-{key}\r\nN:{family};{given};;;\r\nFN:{given} {family}\r\n"
    f"EMAIL:{email(key)}\r\nADR:;;;{city};;;{country}\r\nEND:VCARD\r\n"
    for key, family, given, city, country in (
        ("card-1", "Lindqvist", "Astrid", "Åre", "Sweden"),
        ("card-2", "Okonkwo", "Chidi", "Jos", "Nigeria"),
    )
)


async def show_files(gateway: Gateway, folder: Path, advance: Advance) -> list[str]:
    """Import and export; the files of exports go into the folder."""
    said = [await _rehearsed_and_taken_back(gateway), await _people_of_cards(gateway)]
    advance(2)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    for path, format, params, name in (
        ("/v1/counterparts", "jsonl", {"kind": "embassy", "fields": "names,represents"}, "embassies.jsonl"),
        ("/v1/persons", "vcard", {"tag": TAG, "country": "NP"}, "people-in-nepal.vcf"),
    ):
        content = await gateway.file(f"{path}/export", format=format, **params)
        await asyncio.to_thread((folder / name).write_bytes, content)
        rows = content.count(b"BEGIN:VCARD") if format == "vcard" else content.count(b"\n")
        said.append(f"Exported as {format}: {rows} of {path.rpartition('/')[2]}, {folder / name}")
        advance(1)
    return said


async def _rehearsed_and_taken_back(gateway: Gateway) -> str:
    sent = await gateway.post_file(
        "/v1/imports", _TRIED.encode(), "text/csv", resource="organisations", filename="tried.csv", dry_run="true"
    )
    path = f"/v1/imports/{sent['id']}"
    rehearsed = await until(gateway, path, _OVER)
    await gateway.post(f"{path}/runs", {})
    stored = await until(gateway, path, ("done", "failed"))
    await gateway.post(f"{path}/undos", {})
    undone = await until(gateway, path, ("undone",))
    return (
        f"Import rehearsed: {_told(rehearsed)}; stored: {_told(stored)}; "
        f"taken back: {undone['counts']['undone']} undone, {undone['counts']['kept']} kept"
    )


async def _people_of_cards(gateway: Gateway) -> str:
    sent = await gateway.post_file(
        "/v1/imports", _CARDS.encode(), "text/vcard", resource="persons", filename="people.vcf"
    )
    done = await until(gateway, f"/v1/imports/{sent['id']}", _OVER)
    return f"People from a vCard: {_told(done)}"


def _told(found: Json) -> str:
    counts = found["counts"]
    return ", ".join(f"{counts[name]} {name}" for name in ("created", "matched", "rejected") if counts[name])
