"""Pages of what a query finds: best first, none twice, none left out, and cheap however much it finds."""

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import BigInteger, Integer, Select, Uuid, bindparam, insert, select, text
from sqlalchemy.dialects.postgresql import psycopg as postgresql
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from services.kit.search import best_first, matches, rank, search_document, search_parameters
from tests.kit.search_data import generated_names
from tests.kit.search_data.table import PlaceRow, places

QUERIES = [
    "何亚非",
    "李",
    "li",
    "gz",
    "g",
    "旅游",
    "tourism",
    "hotel",
    "lvyou guizhou",
    "Müller",
    "大酒店",
    "zhang wei",
    "xx",
    "-",
]
Position = tuple[int, UUID]


@pytest.fixture(scope="module")
def session(postgres_url: str) -> Iterator[Session]:
    chance = Random(4)
    with places(postgres_url) as engine, Session(engine) as session:
        rows = [
            {
                "id": uuid7(),
                "names": names,
                "country": chance.choice(["CN", "NP", None]),
                "search": search_document(names),
            }
            for names in generated_names(3_000)
        ]
        session.execute(insert(PlaceRow.__table__), rows)  # type: ignore[arg-type]
        session.commit()
        session.execute(text("ANALYZE search_place"))
        session.commit()
        yield session


def pages(session: Session, q: str, limit: int, rows: Select[Any], *, descending: bool) -> Iterator[list[Position]]:
    """Each page of what `q` finds."""
    position = (bindparam("after_rank", type_=Integer), bindparam("after_id", type_=Uuid))
    shapes = [
        best_first(rows, PlaceRow, limit=bindparam("page", type_=BigInteger), after=after, descending=descending)
        for after in (None, position)
    ]
    values: dict[str, Any] = {**search_parameters(q), "page": limit}
    page = [(one, id) for id, one in session.execute(select(shapes[0].c.id, shapes[0].c.rank), values)]
    while page:
        yield page
        values |= {"after_rank": page[-1][0], "after_id": page[-1][1]}
        page = [(one, id) for id, one in session.execute(select(shapes[1].c.id, shapes[1].c.rank), values)]


@pytest.mark.parametrize("q", QUERIES)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [3, 50])
def test_gives_the_order_of_ranking_everything(session: Session, q: str, descending: bool, limit: int) -> None:
    best, ids = rank(PlaceRow.search), PlaceRow.id.desc() if descending else PlaceRow.id
    chinese = select(PlaceRow).where(PlaceRow.country == "CN")
    for rows in (select(PlaceRow), chinese):
        ranked = rows.with_only_columns(best, PlaceRow.id).where(matches(PlaceRow.search)).order_by(best.desc(), ids)
        expected = [(one, id) for one, id in session.execute(ranked.limit(20 * limit), search_parameters(q))]
        seen: list[Position] = []
        for page in pages(session, q, limit, rows, descending=descending):
            seen += page
            if len(seen) >= 20 * limit:
                break
        assert seen == expected


def test_rows_that_come_and_go_meanwhile_neither_repeat_nor_hide_others(session: Session) -> None:
    seen: list[Position] = []
    before = {id for page in pages(session, "旅游", 200, select(PlaceRow), descending=False) for _, id in page}
    gone: set[UUID] = set()
    for page in pages(session, "旅游", 7, select(PlaceRow), descending=False):
        seen += page
        gone.add(page[-1][1])
        session.execute(PlaceRow.__table__.delete().where(PlaceRow.id == page[-1][1]))  # type: ignore[attr-defined]
        session.add(PlaceRow(names=["旅游"]))
        session.flush()
    ids = [id for _, id in seen]
    assert len(ids) == len(set(ids))
    assert before <= set(ids)
    session.rollback()


def rows_looked_at(session: Session, statement: Select[Any], values: dict[str, Any]) -> int:
    """How many rows of the table PostgreSQL went through."""
    raw: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    explained = raw.execute(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.compile(session.get_bind())}", values
    ).fetchone()
    assert explained is not None

    def looked(node: dict[str, Any]) -> int:
        own = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        reads_rows = "Relation Name" in node and node["Node Type"] != "Index Only Scan"
        return int(own * node["Actual Loops"] * reads_rows) + sum(map(looked, node.get("Plans", [])))

    return looked(explained[0][0]["Plan"])


@pytest.mark.parametrize("q", ["li", "旅游", "tourism", "lvyou"])
def test_a_query_that_finds_a_large_part_of_the_table_does_not_rank_it_all(session: Session, q: str) -> None:
    best = rank(PlaceRow.search)
    limit = bindparam("page", type_=BigInteger)
    everything = select(PlaceRow.id).where(matches(PlaceRow.search)).order_by(best.desc(), PlaceRow.id).limit(limit)
    values = {**search_parameters(q), "page": 10}
    assert rows_looked_at(session, everything, values) > 400
    assert rows_looked_at(session, select(best_first(select(PlaceRow), PlaceRow, limit=limit)), values) < 250


def test_a_statement_compiled_once_serves_every_query(session: Session) -> None:
    page = best_first(select(PlaceRow), PlaceRow, limit=bindparam("page", type_=BigInteger))
    statement = select(PlaceRow.names).join(page, page.c.id == PlaceRow.id).order_by(page.c.rank.desc(), page.c.id)
    dialect = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    compiled = statement.compile(dialect=dialect)
    raw: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    cursor = psycopg.RawCursor(raw)
    for _ in range(8):  # So often that PostgreSQL may keep one plan for all of them.
        for q, expected in (("tourism", "Tourism"), ("旅游", "旅游"), ("müller", "Müller")):
            values = {**compiled.params, **search_parameters(q), "page": 5}
            cursor.execute(str(compiled).encode(), [values[name] for name in compiled.positiontup or ()], prepare=True)
            assert all(any(expected in name for name in names) for (names,) in cursor.fetchall())
