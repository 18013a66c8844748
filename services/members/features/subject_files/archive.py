"""The archive: a JSON file a service, the files of documents, and a page to read, in Chinese and English."""

import asyncio
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import IO, Any, Final
from uuid import UUID

from services.contracts.subject import SubjectRecords
from services.kit.db import now
from services.kit.files import FileMissing, Files
from services.kit.mentions import MOST_TOLD as MOST_MENTIONS
from services.members.features.documents.files import file_of as document_file

PIECE: Final = 1024 * 1024
MOST_BYTES: Final = 2**30
"""Of files in one archive; those beyond are listed, and can be downloaded one by one."""
Mentioned = Mapping[str, Sequence[str]]
"""Kind of record → ids of those whose free text names the person."""

_SERVICES = {"members": "会员 Members", "events": "活动 Events", "liaison": "联络 Liaison"}
_KINDS = {
    "person": "个人信息 Person",
    "affiliation": "任职 Roles",
    "note": "备注 Notes",
    "document": "文件 Documents",
    "document_version": "文件版本 Versions of documents",
    "consent": "同意记录 Consents",
    "list_entry": "名单 Lists",
    "attendance": "出席 Attendance",
    "imported_row": "导入的行 Rows of imports",
    "audit": "访问记录 Who used it",
    "registration": "报名 Registrations",
    "check_in": "签到 Check-ins",
    "contact": "联系人 Contacts",
    "interaction": "往来 Interactions",
}
_NOT_ALL = "仅列出 {shown} 条，共 {count} 条或更多。{shown} are listed, of {count} or more."
_PAGE = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>个人信息副本 Personal data</title>
<style>body{{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}
table{{border-collapse:collapse;width:100%;margin:0 0 1.5em}}
th,td{{border:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}}
th{{width:14em;font-weight:600}}</style></head><body>
<h1>个人信息副本 Personal data</h1><p>{at}</p>{sections}</body></html>
"""


async def write(
    into: IO[bytes],
    store: Files,
    held: Mapping[str, SubjectRecords],
    mentions: Mapping[str, Mentioned],
    most_bytes: int = MOST_BYTES,
) -> None:
    """Everything that is held, the files of documents included, and where free text names the person, by service.

    What is not in the archive is listed in it: records beyond as many as are told, files that are too large for it or
    that the store does not have.
    """
    at = now()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as file:
        left = await _add_files(file, store, held["members"].records.get("document_version", []), most_bytes)
        left_out = {
            "records": {service: {**told.cut} for service, told in held.items() if told.cut},
            "mentions": {
                service: kinds
                for service, named in mentions.items()
                if (kinds := [kind for kind, ids in named.items() if len(ids) == MOST_MENTIONS])
            },
            "files": left,
        }
        for service, told in held.items():
            file.writestr(f"{service}.json", json.dumps(told.records, ensure_ascii=False, indent=1))
        file.writestr("mentions.json", json.dumps(mentions, ensure_ascii=False, indent=1))
        file.writestr("left_out.json", json.dumps(left_out, ensure_ascii=False, indent=1))
        file.writestr("readable.html", _page(held, mentions, left, at))


def path_of(version: Mapping[str, Any]) -> str:
    """A file in the archive: two of a name do not lie in one another's place, and no name leads out of its folder."""
    name = str(version["file_name"]).replace("/", "_").replace("\\", "_")
    return f"documents/{version['document_id']}/{version['number']}-{name}"


async def _add_files(
    file: zipfile.ZipFile, store: Files, versions: Sequence[Mapping[str, Any]], most_bytes: int
) -> list[dict[str, Any]]:
    """Put the files of documents in, as they are; answers which are not, and why. Not all may have room in memory."""
    left: list[dict[str, Any]] = []
    for version in sorted(versions, key=lambda one: (str(one["document_id"]), int(one["number"]))):
        path, size = path_of(version), int(version["size"])
        if size > most_bytes:
            left.append({"file": path, "size": size, "reason": "too_large"})
            continue
        try:
            pieces = await store.get(document_file(UUID(version["id"])))
        except FileMissing:
            left.append({"file": path, "size": size, "reason": "missing"})
            continue
        with file.open(zipfile.ZipInfo(path, _made(version)), "w", force_zip64=True) as entry:
            async for piece in pieces:
                await asyncio.to_thread(entry.write, piece)
        most_bytes -= size
    return left


def _made(version: Mapping[str, Any]) -> tuple[int, int, int, int, int, int]:
    at = datetime.fromisoformat(version["created_at"])
    return at.year, at.month, at.day, at.hour, at.minute, at.second


def _page(
    held: Mapping[str, SubjectRecords],
    mentions: Mapping[str, Mentioned],
    left: Sequence[Mapping[str, Any]],
    at: datetime,
) -> str:
    sections = []
    for service, told in held.items():
        sections.append(f"<h2>{escape(_SERVICES.get(service, service))}</h2>")
        if not any(told.records.values()):
            sections.append("<p>无 Nothing</p>")
        for kind, rows in told.records.items():
            if rows:
                sections.append(f"<h3>{escape(_KINDS.get(kind, kind))} ({len(rows)})</h3>")
            if kind in told.cut:
                sections.append(f"<p>{_NOT_ALL.format(shown=len(rows), count=told.cut[kind])}</p>")
            sections += [_table(row) for row in rows]
    named = {f"{service}: {kind}": ids for service, kinds in mentions.items() for kind, ids in kinds.items()}
    if named:
        sections.append(f"<h2>正文中提及 Named in free text</h2>{_table(named)}")
    if any(len(ids) == MOST_MENTIONS for ids in named.values()):
        sections.append(f"<p>每类至多列出 {MOST_MENTIONS} 条。Of each kind the first {MOST_MENTIONS} are listed.</p>")
    if left:
        sections.append("<h2>未包含的文件 Files that are not in this archive</h2>")
        sections += [_table(one) for one in left]
    return _PAGE.format(at=escape(f"{at:%Y-%m-%d %H:%M} UTC"), sections="".join(sections))


def _table(row: Mapping[str, Any]) -> str:
    lines = [
        f"<tr><th>{escape(name)}</th><td>{escape(_words(value))}</td></tr>"
        for name, value in row.items()
        if value not in (None, [], {}, "")
    ]
    return f"<table>{''.join(lines)}</table>"


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_words(one)}" for name, one in value.items() if one not in (None, [], {}))
    if isinstance(value, list):
        return "; ".join(map(_words, value))
    return str(value)
