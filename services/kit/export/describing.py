"""What the OpenAPI document says of an export: its forms, its file, its headers."""

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from services.kit.export.query import MEDIA_TYPES, forms_of

if TYPE_CHECKING:
    from services.kit.reading import Resource

_LONGEST = 10**12
"""Characters that the document says a file has at most. There is no limit of rows."""
_FILE = {"type": "string", "format": "binary", "maxLength": _LONGEST}
EXPORT_SCOPE = "records:export"
"""Demanded beside the scope that reads the list."""
_DESCRIPTION = (
    "The whole list, without a limit of rows, under its filters, search and sort, as a file: CSV (UTF-8 with a byte "
    "order mark), XLSX, JSON lines{cards}. Nested values have columns of their own (`names.zh`), lists are joined by "
    "`; `. A cell of CSV that a spreadsheet might take for a formula gets an apostrophe in front. It shows what the "
    "list shows, and leaves an audit record. Rows that change meanwhile are neither skipped nor repeated, unless their "
    "place in the order changes. A transfer that breaks off is not the whole file. Needs records:export beside the "
    "scope of the list."
)


class ExportResponse(Response):
    """A file of the form that was asked for."""

    media_type = "text/csv"


def describe(resource: "Resource[Any]") -> dict[str, Any]:
    """Options of the operation."""
    forms = forms_of(resource)
    headers = {
        "Content-Disposition": {
            "description": "The file's name.",
            "schema": {"type": "string", "maxLength": 200, "pattern": '^attachment; filename="[a-z0-9.-]+"$'},
        }
    }
    if resource.leaves_out:
        headers["Left-Out"] = {
            "description": "How many rows of the list are not in the file, for each reason: `no_consent=12`; the "
            "reason alone where the number would tell whether there is such a person.",
            "schema": {"type": "string", "maxLength": 1_000, "pattern": "^[a-z_]+(=[0-9]+)?(, [a-z_]+(=[0-9]+)?)*$"},
        }
    cards = ", vCard 4.0" if "vcard" in forms else ""
    return {
        "description": _DESCRIPTION.format(cards=cards),
        "besides": (EXPORT_SCOPE,),
        "response_class": ExportResponse,
        "responses": {
            200: {
                "description": "The file.",
                "headers": headers,
                "content": {MEDIA_TYPES[form]: {"schema": _FILE} for form in forms},
            }
        },
    }
