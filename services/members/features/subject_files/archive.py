"""The archive: a JSON file a service, and a page that a person can read, in Chinese and English."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

Records = Mapping[str, Sequence[Mapping[str, Any]]]
"""Kind of record → the records."""
Mentioned = Mapping[str, Sequence[str]]
"""Kind of record → ids of those whose free text names the person."""

_SERVICES = {"members": "会员 Members", "events": "活动 Events", "liaison": "联络 Liaison"}
_KINDS = {
    "person": "个人信息 Person",
    "affiliation": "任职 Roles",
    "note": "备注 Notes",
    "document": "文件 Documents",
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
_PAGE = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>个人信息副本 Personal data</title>
<style>body{{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}
table{{border-collapse:collapse;width:100%;margin:0 0 1.5em}}
th,td{{border:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}}
th{{width:14em;font-weight:600}}</style></head><body>
<h1>个人信息副本 Personal data</h1><p>{at}</p>{sections}</body></html>
"""


def archive(held: Mapping[str, Records], mentions: Mapping[str, Mentioned], at: datetime) -> bytes:
    """Everything that is held, and where free text names the person, by service."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for service, records in held.items():
            file.writestr(f"{service}.json", json.dumps(records, ensure_ascii=False, indent=1))
        file.writestr("mentions.json", json.dumps(mentions, ensure_ascii=False, indent=1))
        file.writestr("readable.html", _page(held, mentions, at))
    return written.getvalue()


def _page(held: Mapping[str, Records], mentions: Mapping[str, Mentioned], at: datetime) -> str:
    sections = []
    for service, records in held.items():
        sections.append(f"<h2>{escape(_SERVICES.get(service, service))}</h2>")
        if not any(records.values()):
            sections.append("<p>无 Nothing</p>")
        for kind, rows in records.items():
            if rows:
                sections.append(f"<h3>{escape(_KINDS.get(kind, kind))} ({len(rows)})</h3>")
            sections += [_table(row) for row in rows]
    named = {f"{service}: {kind}": ids for service, kinds in mentions.items() for kind, ids in kinds.items()}
    if named:
        sections.append(f"<h2>正文中提及 Named in free text</h2>{_table(named)}")
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
