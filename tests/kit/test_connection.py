"""Statements that are compiled once: their values arrive as they were, whatever else the connection is doing."""

import asyncio
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import ARRAY, Text, Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import JSONB

from services.kit.connection import Connection
from services.kit.db import Json
from services.kit.statement import Statement
from tests.kit.conftest import Start

IDS = [UUID(int=1), UUID(int=2**128 - 1)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ARRAY(Text), ["plain", 'a "quoted", one', "back\\slash", "{braces}", "NULL", "", "梵净山"]),
        (ARRAY(Text), []),
        (ARRAY(Uuid), IDS),
        (ARRAY(Uuid), None),
        (JSONB, {"zh": "梵净山", "nested": [1, 2.5, None, True, 'a "quote"', "\\"]}),
        (JSONB, [2**80]),
        (Json(dict[str, str]), {"en": "Annapurna 'Lodge'"}),
        (Json(dict[str, str]), None),
    ],
)
async def test_a_value_arrives_as_it_was(start: Start, kind: Any, value: Any) -> None:
    statement = Statement.of(select(bindparam("value", type_=kind)))
    async with start() as library, library.runtime.database.reads.connection() as connection:
        assert await connection.fetch(statement.sql, statement.arguments({"value": value})) == [(value,)]


async def test_each_of_many_at_once_reads_its_own_answer(start: Start) -> None:
    async with start() as library, library.runtime.database.reads.connection() as connection:
        asked = [connection.fetch("SELECT $1::int", [number]) for number in range(50)]
        assert await asyncio.gather(*asked) == [[(number,)] for number in range(50)]


async def test_after_a_statement_that_failed_the_next_one_is_answered(start: Start) -> None:
    async with start() as library, library.runtime.database.reads.connection() as connection:
        assert isinstance(connection, Connection)
        for _ in range(2):
            with pytest.raises(psycopg.errors.DivisionByZero):
                await connection.fetch("SELECT 1 / $1::int", [0])
            assert await connection.fetch("SELECT 1 / $1::int", [1]) == [(1,)]
