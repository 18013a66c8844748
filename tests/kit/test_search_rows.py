"""The key of a row follows its names."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Table, cast, func, inspect, select, update
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm import Session

from services.kit.search import is_outdated, search_document
from tests.kit.search_data.table import PlaceRow, found, places


@pytest.fixture
def session(postgres_url: str) -> Iterator[Session]:
    with places(postgres_url) as engine, Session(engine) as session:
        yield session


def test_a_new_row_is_found_and_a_renamed_one_by_its_new_name_only(session: Session) -> None:
    place = PlaceRow(names=["贵州"])
    session.add(place)
    session.commit()
    assert found(session, "guizhou") == [("贵州", 5)]
    place.names = ["四川"]
    session.commit()
    assert found(session, "guizhou") == []
    assert found(session, "sichuan") == [("四川", 5)]


def test_many_rows_at_once_are_found(session: Session) -> None:
    session.add_all([PlaceRow(names=[f"Place {n}"]) for n in range(50)])
    session.commit()
    assert len(found(session, "place")) == 50


def test_a_row_that_did_not_change_is_not_written(session: Session) -> None:
    place = PlaceRow(names=["贵州"])
    session.add(place)
    session.commit()
    place.names = list(place.names)
    assert session.is_modified(place) is False
    session.flush()
    assert inspect(place).attrs.search.history.has_changes() is False


def test_the_key_is_not_loaded(session: Session) -> None:
    session.add(PlaceRow(names=["贵州"]))
    session.commit()
    place = session.scalars(select(PlaceRow)).one()
    with pytest.raises(InvalidRequestError, match="search"):
        _ = place.search


def test_a_row_cannot_be_without_a_key(session: Session) -> None:
    table = PlaceRow.__table__
    assert isinstance(table, Table)
    with pytest.raises(IntegrityError):
        session.execute(table.insert().values(id=func.gen_random_uuid(), names=["贵州"]))


def test_the_index_has_the_name_of_the_table() -> None:
    table = PlaceRow.__table__
    assert isinstance(table, Table)
    (index,) = table.indexes
    assert index.name == "ix_search_place_search"
    assert index.dialect_options["postgresql"]["using"] == "gin"


def test_rows_with_a_key_of_another_rule_are_told_apart_and_rebuilt(session: Session) -> None:
    session.add_all([PlaceRow(names=["贵州"]), PlaceRow(names=["四川"])])
    session.commit()
    older = search_document(["贵州"]).replace("'#2'", "'#0'")
    session.execute(update(PlaceRow).where(PlaceRow.names.contains(["贵州"])).values(search=cast(older, TSVECTOR)))
    session.commit()
    outdated = session.scalars(select(PlaceRow).where(is_outdated(PlaceRow.search))).all()
    assert [place.names for place in outdated] == [["贵州"]]
    for place in outdated:
        place.rebuild_search()
    session.commit()
    assert session.scalars(select(PlaceRow).where(is_outdated(PlaceRow.search))).all() == []
    assert found(session, "guizhou") == [("贵州", 5)]
