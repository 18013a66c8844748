"""Facets: how many rows each value of a filter would find."""

from typing import Any
from uuid import uuid4

import pytest

from services.kit.errors import Forbidden, Invalid
from services.kit.facets import MOST_VALUES
from tests.kit.sample import a_book
from tests.kit.test_reading import statements
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


def of(values: dict[str | None, int], *, more: bool = False) -> dict[str, Any]:
    return {"values": [{"value": value, "count": count} for value, count in values.items()], "more": more}


async def facets(api: Api, query: str) -> dict[str, Any]:
    reply = await api.get(f"/v1/books?{query}")
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()["facets"]
    return found


async def test_counts_each_value_under_the_other_filters_but_not_its_own(library: Api) -> None:
    mark = uuid4().hex[:8]
    for shelf, labels in [("A", ["x"]), ("A", ["x", "y"]), ("B", ["y"]), ("B", [])]:
        await library.made("/v1/books", a_book(shelf=shelf, labels=[mark + label for label in labels], author=mark))
    await library.made("/v1/books", a_book(labels=["elsewhere"]))
    asked = f"label={mark}x&label={mark}y&facets=shelf,label"
    found = await facets(library, asked)
    assert found["shelf"] == of({"A": 2, "B": 1})
    # All labels of all books: its own filter does not narrow it.
    assert {"value": "elsewhere", "count": 1} in found["label"]["values"]
    found = await facets(library, f"{asked}&shelf=B")
    assert found["shelf"] == of({"A": 2, "B": 1})
    assert {"value": f"{mark}y", "count": 1} in found["label"]["values"]
    assert {"value": f"{mark}x", "count": 1} not in found["label"]["values"]


async def test_counts_under_the_search(library: Api) -> None:
    word = f"Zq{uuid4().hex[:8]}"
    await library.made("/v1/books", {"names": {"en": f"{word} one"}, "shelf": "B"})
    assert await facets(library, f"q={word}&facets=shelf") == {"shelf": of({"B": 1})}


async def test_rows_without_a_value_are_counted_as_such(library: Api) -> None:
    mark = uuid4().hex[:8]
    mine = str(uuid4())
    for organisation in (mine, mine, None):
        await library.made("/v1/books", a_book(labels=[mark], organisation_id=organisation))
    assert (await facets(library, f"label={mark}&facets=organisation_id")) == {
        "organisation_id": of({mine: 2, None: 1})
    }


async def test_an_empty_list_has_empty_facets(library: Api) -> None:
    assert await facets(library, "label=nowhere&facets=shelf,organisation_id") == {
        "shelf": of({}),
        "organisation_id": of({}),
    }


async def test_takes_the_parameter_repeated_too(library: Api) -> None:
    assert list(await facets(library, "facets=shelf&facets=label&facets=shelf")) == ["shelf", "label"]


async def test_shows_so_many_values_and_says_that_there_are_more(library: Api) -> None:
    mark = uuid4().hex[:8]
    every = [f"{mark} {n}" for n in range(MOST_VALUES + 1)]
    await library.made("/v1/books", a_book(labels=every, author=mark, isbn="77"))
    found = (await facets(library, "isbn=77&facets=label"))["label"]
    assert (len(found["values"]), found["more"]) == (MOST_VALUES, True)


async def test_what_a_partner_may_not_see_is_not_counted(library: Api, signer: Signer) -> None:
    mine, mark = uuid4(), uuid4().hex[:8]
    await library.made("/v1/books", a_book(labels=[mark], organisation_id=str(mine)))
    await library.made("/v1/books", a_book(labels=[mark], organisation_id=str(uuid4())))
    partner = library.as_(signer.partner(mine))
    found = await facets(partner, f"label={mark}&facets=organisation_id,label,shelf")
    assert found["organisation_id"] == of({str(mine): 1})
    assert found["label"] == of({mark: 1})


async def test_a_guarded_one_needs_its_scope(library: Api, signer: Signer) -> None:
    reader = library.as_(signer.staff("members:read"))
    problem = assert_problem(await reader.get("/v1/books?facets=shelf,appraisal"), Forbidden)
    assert "liaison:confidential" in problem["detail"]
    assert "appraisal" in await facets(library, "facets=appraisal")


@pytest.mark.parametrize(
    "query", ["facets=", "facets=author", "facets=shelf,", "facets=shelf,author", "facets=shelf;x"]
)
async def test_an_unknown_one_is_refused(library: Api, query: str) -> None:
    assert_problem(await library.get(f"/v1/books?{query}"), Invalid, pointer="facets")


async def test_any_number_takes_one_statement_more(library: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for query in ("facets=shelf", "facets=shelf,label,organisation_id,appraisal"):
        await library.get(f"/v1/books?{query}")
        with statements(monkeypatch) as seen:
            await library.get(f"/v1/books?{query}")
        assert len(seen) == 2, seen
