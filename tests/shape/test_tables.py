"""What tables and the resources over them must have."""

import importlib
from typing import Any

import pytest
from sqlalchemy import Column, ForeignKeyConstraint, Table
from sqlalchemy.orm import InstrumentedAttribute

from services.kit.db import Base
from services.kit.migrate import KIT_ROWS
from tests.shape.house import PACKAGES, resources


def tables() -> list[Table]:
    found = [
        table for package in PACKAGES for table in importlib.import_module(f"{package}.tables").metadata.sorted_tables
    ]
    assert {row.__tablename__ for row in KIT_ROWS} <= Base.metadata.tables.keys()
    return [*found, *Base.metadata.sorted_tables]


def led_by(table: Table) -> set[str]:
    """Columns by which rows are found: the first of an index, of a unique rule, of the key."""
    first: set[str] = {next(iter(table.primary_key.columns)).name}
    for index in table.indexes:
        columns = list(index.columns)
        if columns:
            first.add(columns[0].name)
    for rule in table.constraints:
        if type(rule).__name__ == "UniqueConstraint":
            first.add(next(iter(rule.columns)).name)  # type: ignore[attr-defined]
    return first | {column.name for column in table.columns if column.unique or column.index}


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_rows_are_found_by_what_refers_to_others(table: Table) -> None:
    for rule in table.constraints:
        if isinstance(rule, ForeignKeyConstraint):
            assert rule.columns[0].name in led_by(table), f"{table.name}.{rule.columns[0].name} needs an index"


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_names_of_tables_and_columns_are_singular_snake_case(table: Table) -> None:
    for name in (table.name, *[column.name for column in table.columns]):
        assert name == name.lower()
        assert name.replace("_", "").isalnum()


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_moments_have_a_zone(table: Table) -> None:
    for column in table.columns:
        # Wall-clock time at a venue is no moment; its zone stands beside it.
        if not column.name.endswith("_local") and type(column.type).__name__ == "DateTime":
            assert column.type.timezone, f"{table.name}.{column.name}"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("where", "resource"), resources(), ids=lambda value: getattr(value, "name", ""))
def test_a_sort_by_a_column_that_may_be_null_says_so(where: str, resource: Any) -> None:
    for name, sort in resource.sorts.items():
        column: Any = sort.column
        if isinstance(column, InstrumentedAttribute) and isinstance(column.expression, Column):
            assert sort.nullable == bool(column.expression.nullable), f"{where}: sort {name} of {resource.name}"


@pytest.mark.parametrize(("where", "resource"), resources(), ids=lambda value: getattr(value, "name", ""))
def test_what_is_guarded_exists_and_is_not_open_by_another_way(where: str, resource: Any) -> None:
    for field, scope in resource.guarded.items():
        assert field in resource.model.model_fields, f"{where}: {field}"
        for name, found in resource.filters.items():
            if name.partition(".")[0] == field:
                assert found.needs_scope == scope, f"{where}: filter {name}"
        if field in resource.sorts:
            assert resource.sorts[field].needs_scope == scope, f"{where}: sort {field}"


@pytest.mark.parametrize(("where", "resource"), resources(), ids=lambda value: getattr(value, "name", ""))
def test_the_default_sort_is_one_of_the_sorts(where: str, resource: Any) -> None:
    for part in resource.default_sort.split(","):
        assert part.lstrip("-") in {*resource.sorts, "id"}, where


@pytest.mark.parametrize(("where", "resource"), resources(), ids=lambda value: getattr(value, "name", ""))
def test_a_resource_yields_every_field_of_its_contract(where: str, resource: Any) -> None:
    assert set(resource.columns) | set(resource.expandable) == set(resource.model.model_fields), where
