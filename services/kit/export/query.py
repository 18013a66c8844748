"""What an export is asked for: the rows of the list, and the form of the file."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from services.contracts.codes import TimeZone
from services.kit.listing import RowQuery, row_query_model

if TYPE_CHECKING:
    from services.kit.reading import Resource

Form = Literal["csv", "xlsx", "jsonl", "vcard"]
MEDIA_TYPES: dict[Form, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
    "vcard": "text/vcard",
}
EXTENSIONS: dict[Form, str] = {"csv": "csv", "xlsx": "xlsx", "jsonl": "jsonl", "vcard": "vcf"}


class ExportQuery(RowQuery):
    """What every export takes."""

    format: Form = "csv"
    time_zone: TimeZone = "UTC"


def forms_of(resource: "Resource[Any]") -> list[Form]:
    """The forms a resource's list comes in."""
    return [form for form in MEDIA_TYPES if form != "vcard" or resource.cards is not None]


def export_model(resource: "Resource[Any]") -> type[ExportQuery]:
    """The parameters of a resource's export."""
    forms = forms_of(resource)
    return row_query_model(
        resource,
        "ExportQuery",
        ExportQuery,
        format=(Literal[tuple(forms)], Field("csv", description=f"The file's form: {', '.join(forms)}.")),
        time_zone=(
            TimeZone,
            Field("UTC", description="Instants in CSV and XLSX stand by the clocks of this zone (IANA)."),
        ),
    )
