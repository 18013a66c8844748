"""What can be read of imports, and by whom."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.contracts.members.imports import Import, ImportResource, ImportState, OnInvalid
from services.kit.filters import any_of, created_and_updated, flag
from services.kit.person_copies import kept_from_abroad
from services.kit.reading import CALLER_SUBJECT, Resource, Rule, Sort
from services.kit.shape import CALLER_HELD_SCOPES
from services.members.features.about import holds
from services.members.features.imports.fields import SENSITIVE_FIELDS
from services.members.features.persons.queries import SENSITIVE_SCOPE
from services.members.tables.custom_field import CustomFieldRow
from services.members.tables.imports import COUNTED, ImportRow

_SAMPLES: ColumnElement[Any] = literal_column("'$.look.samples[0 to 4]'::jsonpath")
"""The first five, as the contract has it."""
SCOPES = {"organisations": "members:read", "persons": "persons:read", "counterparts": "liaison:read"}
"""What one needs to see imports of others, besides members:read."""
WRITING = {"organisations": "members:write", "persons": "persons:write", "counterparts": "liaison:write"}

NOT_FOR_PARTNERS = Rule("partner", lambda caller: caller.kind == "partner", false())
"""Files of whole lists are the office's own."""

# Who sent a file knows of it. Others need what its records need; what is sensitive in it is shown for a purpose only.
SENT_OR_READABLE = Rule(
    "readable",
    lambda _: True,
    or_(ImportRow.created_by == CALLER_SUBJECT, ImportRow.required_scopes.op("<@")(CALLER_HELD_SCOPES)),
)


def _columns() -> ColumnElement[Any]:
    """The columns without what was counted of them; samples of sensitive ones for a stated purpose."""
    column = func.jsonb_array_elements(ImportRow.columns).table_valued("value", with_ordinality="place", name="c")
    value = column.c["value"].cast(JSONB)
    private = (
        select(literal("custom.").concat(CustomFieldRow.key))
        .where(CustomFieldRow.sensitive, CustomFieldRow.resource.concat("s") == ImportRow.resource)
        .correlate(ImportRow)
    )
    sensitive = or_(
        value.has_key("sensitive"),
        value["field"].astext == any_(cast(sorted(SENSITIVE_FIELDS), ARRAY(Text))),
        value["field"].astext.in_(private),
    )
    built = func.jsonb_build_object(
        "column", value["column"],
        "field", value["field"],
        "because", value["because"],
        "date_order", value["date_order"],
        "filled", value["look"]["filled"],
        "samples", case(
            (and_(sensitive, not_(holds(SENSITIVE_SCOPE))), func.jsonb_build_array()),
            else_=func.jsonb_path_query_array(value, _SAMPLES),
        ),
    )  # fmt: skip
    listed = func.jsonb_agg(built)
    return func.coalesce(select(listed).select_from(column).scalar_subquery(), func.jsonb_build_array())


_TOLD = ("format", "encoding", "delimiter", "sheet", "header_row")
_NONE = func.jsonb_build_array()
_LISTED = ("other_encodings", "sheets", "hidden_sheets")

imports = Resource(
    name="import",
    path="/v1/imports",
    model=Import,
    row=ImportRow,
    fields={
        "file": func.jsonb_build_object(
            "name", ImportRow.file_name,
            "size", ImportRow.file_size,
            *[part for name in _TOLD for part in (name, ImportRow.facts[name])],
            *[part for name in _LISTED for part in (name, func.coalesce(ImportRow.facts[name], _NONE))],
        ),
        "columns": _columns(),
        "counts": func.jsonb_build_object(
            "read", ImportRow.read,
            "done", ImportRow.done,
            "valid", ImportRow.done - ImportRow.rejected,
            *[part for name in COUNTED for part in (name, getattr(ImportRow, name))],
        ),
    },
    partly_guarded={"columns": SENSITIVE_SCOPE},
    filters={
        "resource": any_of(ImportRow.resource, ImportResource, "Of any of these kinds."),
        "state": any_of(ImportRow.state, ImportState, "In any of these states."),
        "rehearsal": flag(ImportRow.rehearsal, "Rehearsals only, or the others only."),
        "on_invalid": any_of(ImportRow.on_invalid, OnInvalid, "Does any of these with what cannot be taken."),
        "mapping_id": any_of(ImportRow.mapping_id, UUID, "Uses any of these mappings."),
        "created_by": any_of(ImportRow.created_by, str, "Sent by any of these, such as `user:<id>`."),
        **created_and_updated(ImportRow),
    },
    facets=("resource", "state", "rehearsal", "on_invalid", "mapping_id", "created_by"),
    sorts={
        "created_at": Sort(ImportRow.created_at),
        "updated_at": Sort(ImportRow.updated_at),
    },
    rules=(NOT_FOR_PARTNERS, SENT_OR_READABLE),
    # Nobody in a list has been asked yet, and its rows tell of persons that callers abroad may not know of.
    leaves_out=(kept_from_abroad(ImportRow.resource == "persons"),),
)  # fmt: skip
