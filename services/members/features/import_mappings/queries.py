"""What can be read of import mappings, and by whom."""

from sqlalchemy import func

from services.contracts.members.import_mapping import ImportMapping
from services.contracts.members.imports import ImportResource, OnInvalid
from services.kit.filters import any_of, created_and_updated
from services.kit.reading import EVERY_ROW, Resource, Sort
from services.members.features.imports.queries import NOT_FOR_PARTNERS
from services.members.tables.imports import ImportMappingRow

import_mappings = Resource(
    name="import mapping",
    path="/v1/import-mappings",
    model=ImportMapping,
    row=ImportMappingRow,
    filters={
        "resource": any_of(ImportMappingRow.resource, ImportResource, "For rows of any of these kinds."),
        "on_invalid": any_of(ImportMappingRow.on_invalid, OnInvalid, "Does any of these with what cannot be taken."),
        **created_and_updated(ImportMappingRow),
    },
    facets=("resource", "on_invalid"),
    sorts={
        "name": Sort(func.lower(ImportMappingRow.name)),
        "created_at": Sort(ImportMappingRow.created_at),
        "updated_at": Sort(ImportMappingRow.updated_at),
    },
    rules=(NOT_FOR_PARTNERS, EVERY_ROW),
)
