"""What of an imported file is sensitive, and putting on record who is shown it (docs/adr/0012)."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.audit import audited
from services.kit.auth import Caller
from services.kit.custom.definitions import in_force
from services.kit.disclosure import Disclosure, check_purpose
from services.kit.runtime import Runtime
from services.members.features.imports.fields import is_sensitive
from services.members.features.organisations.queries import organisations
from services.members.features.persons.queries import SENSITIVE_SCOPE, persons
from services.members.tables.imports import ImportRow
from services.members.tables.person import SENSITIVE

_CUSTOM = {"organisations": organisations.custom, "persons": persons.custom}
_KEPT_BACK = "What is wrong with it is told for a stated purpose."


async def private_fields(session: AsyncSession, resource: str) -> frozenset[str]:
    """The custom fields that not everyone reads, as columns become them: `custom.blood_type`. Those of counterparts
    are liaison's to know."""
    custom = _CUSTOM.get(resource)
    if custom is None:
        return frozenset()
    definitions = await in_force(session, custom, hold=False)
    return frozenset(f"custom.{key}" for key, definition in definitions.items() if definition.sensitive)


async def sensitive_fields(runtime: Runtime, row: ImportRow) -> frozenset[str]:
    """The sensitive fields that columns of the file become, or were recognised as and left out."""
    async with runtime.database.transaction() as session:
        private = await private_fields(session, row.resource)
    marks = {column["sensitive"] for column in row.columns if "sensitive" in column}
    fields = {column["field"] for column in row.columns}
    return frozenset(marks | {name for name in fields if is_sensitive(row.resource, [name], private)})


async def tell_of_rows(
    runtime: Runtime, caller: Caller, row: ImportRow, fields: frozenset[str], about: Iterable[UUID]
) -> bool:
    """Whether the caller is shown values of these sensitive fields: for a stated purpose, once the audit log has it."""
    if not fields or not caller.holds(SENSITIVE_SCOPE):
        return False
    await runtime.tell(caller, Disclosure("import-rows.listed", "import", [row.id, *about], fields))
    return True


async def tell_of_export(runtime: Runtime, caller: Caller, row: ImportRow, format: str) -> None:
    """Put on record that rejected rows leave as a file, as of every export; sensitive columns leave for a purpose."""
    sensitive = await sensitive_fields(runtime, row)
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


def harmless_problems(
    row: ImportRow, sensitive: frozenset[str], problems: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What is told of a row without the values of sensitive columns: that something is wrong there, and with which."""
    headings = {column["column"] for column in row.columns if (column.get("sensitive") or column["field"]) in sensitive}
    told = []
    for one in problems:
        field = one.get("field") or ""
        if one.get("column") in headings or field in sensitive or field.partition(".")[0] in SENSITIVE:
            one = {**one, "detail": _KEPT_BACK, "value": None}
        told.append({**one})
    return told
