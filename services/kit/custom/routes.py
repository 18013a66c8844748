"""Custom fields over HTTP: `/v1/<resource>-custom-fields`."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.custom_field import (
    CustomField,
    CustomFieldCreate,
    CustomFieldType,
    CustomFieldUpdate,
    CustomKey,
    ReferenceTarget,
)
from services.kit.bulk import create_all
from services.kit.custom.declared import Custom
from services.kit.custom.editing import (
    CustomFieldInUse,
    CustomFieldKeyTaken,
    Editing,
    TooManyCustomFields,
)
from services.kit.filters import any_of, created_and_updated, flag
from services.kit.order import Sort
from services.kit.reading import Resource, Rule
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer

WRITE = "custom-fields:write"


def custom_field_routes(of: Resource[Any]) -> Routes:
    """The operations on the custom fields of a resource."""
    custom = of.custom
    assert custom is not None
    fields = _readable(custom)
    editing = Editing(custom, fields)
    routes = Routes(fields.path, tag="Custom fields")
    routes.reads(fields, scope=custom.reads)

    async def create(new: CustomFieldCreate, session: WriteSession, caller: CurrentCaller) -> Response:
        """Add a custom field.

        From then on records take a value of it, lists filter and sort by `custom.<key>`, and the document names it.
        Records that are there already hold none, also when it is required. Its key and labels stand in the document,
        which everybody may read.
        """
        row = await editing.create(session, caller, new)
        return await answer(session, caller, fields, row.id, 201)

    async def create_several(
        bulk: BulkCreate[CustomFieldCreate], session: WriteSession, caller: CurrentCaller
    ) -> BulkResults:
        """Add up to 1,000 custom fields.

        Each has its own result; with `atomic` one refusal refuses all. There can be 100 of each kind of record.
        """
        return await create_all(session, caller, bulk, editing.create)

    async def update(
        id: UUID, change: CustomFieldUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
    ) -> Response:
        """Change, archive or restore a custom field.

        Values that records hold already stay as they are, also when they would not be taken any more. One that becomes
        required is asked of new records, and of an old one when a custom field of it is changed.
        """
        await editing.update(session, caller, id, change, if_match)
        return await answer(session, caller, fields, id)

    async def delete(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
        """Delete a custom field that no record holds a value of.

        One that records hold is archived instead: `PATCH` its `archived`.
        """
        await editing.delete(session, caller, id, if_match)
        return Response(status_code=204)

    name = custom.resource
    refuses = [CustomFieldKeyTaken, TooManyCustomFields]
    for endpoint, word in ((create, "create"), (create_several, "create"), (update, "update"), (delete, "delete")):
        endpoint.__name__ = f"{word}_{name}_custom_field{'s' if endpoint is create_several else ''}"
    routes.post("", scope=WRITE, response=CustomField, refuses=refuses)(create)
    routes.post("/bulk", scope=WRITE, response=BulkResults, status=200)(create_several)
    routes.patch("/{id}", scope=WRITE, response=CustomField, refuses=[CustomFieldInUse])(update)
    routes.delete("/{id}", scope=WRITE, refuses=[CustomFieldInUse])(delete)
    return routes


def _readable(custom: Custom) -> Resource[Any]:
    """The definitions as a resource. A partner sees those that its records are shown with."""
    row = custom.fields
    here = row.resource == custom.resource
    return Resource(
        name=f"{custom.resource} custom field",
        path=f"/v1/{custom.resource}-custom-fields",
        model=CustomField,
        row=row,
        filters={
            "key": any_of(row.key, CustomKey, "Any of these keys."),
            "type": any_of(row.type, CustomFieldType, "Any of these types."),
            "archived": flag(row.archived, "Archived ones only, or the others only."),
            "required": flag(row.required, "Required ones only, or the others only."),
            "sensitive": flag(row.sensitive, "Sensitive ones only, or the others only."),
            "shown_to_partners": flag(row.shown_to_partners, "Those that partners see only, or the others only."),
            "multiple": flag(row.multiple, "Those that take several values only, or the others only."),
            "reference_to": any_of(row.reference_to, ReferenceTarget, "Refers to any of these kinds of record."),
            **created_and_updated(row),
        },
        facets=("type", "archived", "required", "sensitive", "shown_to_partners", "multiple", "reference_to"),
        sorts={
            "position": Sort(row.position),
            "key": Sort(row.key),
            "created_at": Sort(row.created_at),
            "updated_at": Sort(row.updated_at),
        },
        default_sort="position,key",
        rules=(
            Rule("partner", lambda caller: caller.kind == "partner", here & row.shown_to_partners),
            Rule("every", lambda _: True, here),
        ),
    )
