"""Imports: files of organisations, persons or counterparts, what became of them, and of each of their rows."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from typing_extensions import TypeAliasType

from services.contracts.base import Flag, Input, Instant, Output, Tag
from services.contracts.codes import CountryCode
from services.contracts.members.organisation import OrganisationKind

ImportResource = TypeAliasType("ImportResource", Literal["organisations", "persons", "counterparts"])
ImportState = TypeAliasType(
    "ImportState",
    Literal[
        "reading", "proposed", "checking", "checked", "running", "done", "failed", "cancelled", "undoing", "undone"
    ],
)
OnInvalid = TypeAliasType("OnInvalid", Literal["leave_out", "reject"])
DateOrder = TypeAliasType("DateOrder", Literal["day_first", "month_first"])
RowOutcome = TypeAliasType("RowOutcome", Literal["created", "updated", "matched", "rejected"])
UndoOutcome = TypeAliasType("UndoOutcome", Literal["undone", "changed_since", "in_use", "gone"])
FileEncoding = TypeAliasType(
    "FileEncoding",
    Literal[
        "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "big5hkscs", "shift_jis_2004", "euc_jp",
        "cp949", "cp1252", "mac_roman", "cp1250", "mac_latin2", "cp1251", "koi8_r", "mac_cyrillic", "cp1253",
        "mac_greek", "cp1254", "mac_turkish", "cp1257", "cp1258", "cp850", "cp437", "cp866", "cp1255",
        "cp1256", "cp874",
    ],
)  # fmt: skip
FileFormat = TypeAliasType("FileFormat", Literal["csv", "tsv", "xlsx", "xls", "ods", "json", "vcard"])
Delimiter = TypeAliasType("Delimiter", Literal[",", ";", "\t", "|", "，"])

ImportField = Annotated[
    str, StringConstraints(max_length=80, pattern=r"^[a-z][a-z_]{0,30}(\.[A-Za-z0-9][A-Za-z0-9_-]{0,40})?$")
]
"""A field of the record that a column becomes, such as `names.zh` or `identifiers.external`."""

ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=220, pattern=r"^[^\u0000]*$")]

_FIELDS = (
    "`names` (parted by script), `names.zh`, `kind`, `country`, `emails`, `phones`, `identifiers.external` …; "
    "null leaves the column out. docs/guides/imports.md lists all."
)


class MappedColumn(Input):
    """What a column of the file becomes."""

    column: ColumnName = Field(description="The column's heading.", examples=["单位名称"])
    field: ImportField | None = Field(None, description=_FIELDS, examples=["names"])
    date_order: DateOrder | None = Field(
        None, description="Whether 05/06/2024 begins with the day; null: as the whole column shows.", examples=[None]
    )


class ImportDefaults(Input):
    """What new records get where the file says nothing."""

    kind: OrganisationKind | None = Field(None, description="Of organisations.", examples=["hotel"])
    country: CountryCode | None = Field(
        None, description="Where the file names none; also the hint for phones without a prefix.", examples=["CN"]
    )
    tags: Annotated[list[Tag], Field(max_length=10)] = Field(
        [], description="Added to all.", examples=[["import-2026"]]
    )


ColumnMapping = Annotated[list[MappedColumn], Field(max_length=300)]


class ImportRunCreate(Input):
    """How to go on with a file that was read."""

    mapping: ColumnMapping | None = Field(
        None,
        description="What its columns become; columns left out are not imported. Null: as the import has it.",
        examples=[[{"column": "单位名称", "field": "names"}, {"column": "国家", "field": "country"}]],
    )
    defaults: ImportDefaults | None = Field(None, description="Null: as the import has them.")
    on_invalid: OnInvalid | None = Field(None, description="Null: as the import has it.", examples=["reject"])
    rehearse: Flag = Field(False, description="True: report what would become of each row, and store nothing.")


class ProposedColumn(Output):
    """A column of the file and what it becomes."""

    column: str = Field(description="Its heading.")
    field: str | None = Field(None, description="What it becomes; null: it is left out.")
    because: Literal["heading", "values", "saved", "given", "unknown"] = Field(
        description="What the proposal rests on: its heading, what its values look like, a saved mapping, the caller."
    )
    date_order: DateOrder | None = Field(None, description="Of dates, where the column or the caller decides it.")
    filled: int = Field(description="Rows that have a value.")
    samples: list[str] = Field(
        description="Some of its values; of sensitive columns for a stated purpose.", max_length=5
    )


class ImportNote(Output):
    """What a person should know of how the file was read."""

    code: str = Field(description="Stable, for programs.", examples=["hidden_sheets"])
    detail: str = Field(description="For people.", examples=["Hidden sheets were not read: Archive."])


class ImportedFile(Output):
    """The file, and what was found out about it."""

    name: str = Field(description="As the caller named it.", examples=["members.xlsx"])
    size: int = Field(description="Bytes.")
    format: FileFormat | None = Field(None, description="By its content; null until it is read.")
    encoding: str | None = Field(None, description="Of text.")
    other_encodings: list[str] = Field([], description="In which the bytes make sense too, best first.", max_length=30)
    delimiter: str | None = Field(None, description="Between cells.")
    sheet: str | None = Field(None, description="The sheet that was read.")
    sheets: list[str] = Field([], description="All sheets of the workbook.", max_length=1000)
    hidden_sheets: list[str] = Field([], description="Not read unless asked for.", max_length=1000)
    header_row: int | None = Field(None, description="The row that names the columns; 0: none does.")


class ImportCounts(Output):
    """How far it is, and what came of it."""

    read: int = Field(description="Rows read from the file.")
    valid: int = Field(description="Of those done, rows that could be taken.")
    done: int = Field(description="Rows decided.")
    created: int = Field(description="Rows that made a record.")
    updated: int = Field(description="Rows that changed a record.")
    matched: int = Field(description="Rows whose record said the same already.")
    rejected: int = Field(description="Rows not taken.")
    flagged: int = Field(description="Rows with something to look at, taken or not.")
    undone: int = Field(description="Rows taken back.")
    kept: int = Field(description="Rows that could not be taken back.")


class Import(Output):
    """A file on its way into the records."""

    id: UUID
    resource: ImportResource = Field(description="What its rows are.")
    state: ImportState = Field(
        description="`proposed` waits for a mapping; `checked` was a rehearsal; the others say what is done with it."
    )
    rehearsal: bool = Field(description="It reports what would be, and stores nothing.")
    file: ImportedFile
    columns: list[ProposedColumn] = Field(description="The file's columns, and what they become.", max_length=300)
    mapping_id: UUID | None = Field(None, description="The saved mapping it uses.")
    defaults: ImportDefaults
    on_invalid: OnInvalid = Field(description="Whether a value that cannot be taken is left out, or its row rejected.")
    counts: ImportCounts
    notes: list[ImportNote] = Field(description="How the file was read.", max_length=50)
    problem: ImportNote | None = Field(None, description="Why it failed, or what it waits for.")
    created_by: str = Field(description="Who sent it.", examples=["user:01976b1e-7c3a-7000-8000-000000000001"])
    finished_at: Instant | None = None
    undo_until: Instant | None = Field(None, description="Until then it can be taken back, and its rows are kept.")
    version: int = Field(description="Raised by each change of its state.")
    created_at: Instant
    updated_at: Instant


class ImportValueProblem(Output):
    """What is wrong with a value, or with a row as a whole."""

    column: str | None = Field(None, description="The column's heading; null: the row.")
    field: str | None = Field(None, description="What the column becomes.")
    code: str = Field(description="Stable, for programs.", examples=["impossible_date"])
    detail: str = Field(description="For people.", examples=["There is no such day: 2023-02-30."])
    value: str | None = Field(None, description="As it stands in the file, shortened.")


class ImportedRow(Output):
    """A row of the file and what became of it."""

    number: int = Field(description="As spreadsheets count, from 1.")
    outcome: RowOutcome | None = Field(None, description="Null until it is decided.")
    record_id: UUID | None = Field(None, description="The record it made, changed or met.")
    problems: list[ImportValueProblem] = Field(
        description="Why it was rejected, or what was left out of it.", max_length=500
    )
    undo: UndoOutcome | None = Field(None, description="What became of it when the import was taken back.")
    name: str | None = Field(None, description="Of its record, where it could not be taken back.")


class ImportedRowPage(Output):
    """Rows of an import, in their order."""

    items: list[ImportedRow] = Field(max_length=200)
    next_cursor: str | None = Field(description="Give it as `cursor` to read on; null on the last page.")
