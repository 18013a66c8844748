"""Import mappings: what the columns of a kind of file become, kept for next time."""

from typing import Annotated
from uuid import UUID

from pydantic import MISSING, Field

from services.contracts.base import Input, Instant, Label, Output
from services.contracts.members.imports import (
    ImportDefaults,
    ImportResource,
    MappedColumn,
    OnInvalid,
)

Columns = Annotated[list[MappedColumn], Field(min_length=1, max_length=300)]
_COLUMNS = [[{"column": "单位名称", "field": "names"}, {"column": "国家", "field": "country"}]]
_NAME = ["Yearly list from the Guizhou office"]


class ImportMappingCreate(Input):
    """A new mapping. A file with the same columns gets it proposed."""

    name: Label = Field(description="What people know it by; unique.", examples=_NAME)
    resource: ImportResource = Field(description="What the rows are.", examples=["organisations"])
    columns: Columns = Field(description="The columns and what they become.", examples=_COLUMNS)
    defaults: ImportDefaults = Field(default_factory=ImportDefaults)
    on_invalid: OnInvalid = Field("leave_out", description="What a value does that cannot be taken.")


class ImportMappingUpdate(Input):
    """What changes; left out keeps."""

    name: Label | MISSING = Field(MISSING, examples=_NAME)
    columns: Columns | MISSING = Field(MISSING, examples=_COLUMNS)
    defaults: ImportDefaults | MISSING = MISSING
    on_invalid: OnInvalid | MISSING = MISSING


class ImportMapping(Output):
    """What the columns of a kind of file become."""

    id: UUID
    name: str
    resource: ImportResource
    columns: Annotated[list[MappedColumn], Field(max_length=300)]
    defaults: ImportDefaults
    on_invalid: OnInvalid
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
