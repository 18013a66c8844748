"""What of an imported file is sensitive, and putting on record who is shown it (docs/adr/0012)."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from services.kit.audit import audited
from services.kit.auth import Caller
from services.kit.disclosure import Disclosure, check_purpose
from services.kit.runtime import Runtime
from services.members.features.imports.fields import is_sensitive
from services.members.features.persons.queries import SENSITIVE_SCOPE
from services.members.tables.imports import ImportRow
from services.members.tables.person import SENSITIVE

_KEPT_BACK = "What is wrong with it is told for a stated purpose."


def sensitive_fields(row: ImportRow) -> frozenset[str]:
    """The sensitive fields that columns of the file become, or were recognised as and left out."""
    found = [column.get("sensitive") or column["field"] for column in row.columns]
    return frozenset(name for name in found if is_sensitive(row.resource, [name]))


async def tell_of_rows(runtime: Runtime, caller: Caller, row: ImportRow, about: Iterable[UUID]) -> bool:
    """Whether the caller is shown sensitive values of rows: for a stated purpose, once the audit log has it."""
    fields = sensitive_fields(row)
    if not fields or not caller.holds(SENSITIVE_SCOPE):
        return False
    await runtime.tell(caller, Disclosure("import-rows.listed", "import", [row.id, *about], fields))
    return True


async def tell_of_export(runtime: Runtime, caller: Caller, row: ImportRow, format: str) -> None:
    """Put on record that rejected rows leave as a file, as of every export; sensitive columns leave for a purpose."""
    sensitive = sensitive_fields(row)
    if sensitive:
        caller.require_to_read(SENSITIVE_SCOPE)
    fields = sensitive | {column["field"] for column in row.columns if column["field"]}
    async with runtime.database.transaction() as session:
        if sensitive:
            await check_purpose(session, runtime.purpose_known, caller)
        await audited(
            session,
            caller,
            action="rejected-rows.exported",
            resource="import",
            about=[row.id],
            fields=fields,
            purpose=caller.purpose if sensitive else None,
            detail={"format": format},
        )


def harmless_problems(row: ImportRow, problems: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is told of a row without the values of sensitive columns: that something is wrong there, and with which."""
    headings = {column["column"] for column in row.columns if is_sensitive(row.resource, [column.get("sensitive")])}
    told = []
    for one in problems:
        if one.get("column") in headings or (one.get("field") or "").partition(".")[0] in SENSITIVE:
            one = {**one, "detail": _KEPT_BACK, "value": None}
        told.append({**one})
    return told
