"""Every list counts what its records can be grouped by: whoever adds a category adds its filter and its facet."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.shape.house import document, documented, resources

ELSEWHERE = {
    "/v1/audit": "put together from the services' logs; each of them counts its own",
    "/v1/imports/{id}/rows": "the import's `counts` say it",
    "/v1/organisations/{id}/since-last-contact": "what came after one talk, not a list to group",
    "/v1/organisations/{id}/timeline": "put together from the services' changes; each feed counts its own",
    "/v1/segments/{id}/members": "takes all that the list of its records takes, `facets` too",
}
"""Lists without facets, and why (docs/guides/frontend.md)."""
HOW = {"count", "ranks", "fields", "expand", "facets"}
"""Parameters that say what is shown of the rows, not which rows."""


class Listed(NamedTuple):
    package: str
    path: str
    parameters: dict[str, Any]
    record: dict[str, Any]
    facets: list[str]

    def categories(self) -> Iterator[str]:
        """Filters and fields with few values: choices, yes or no, countries, and who did it."""
        for name, said in self.parameters.items():
            if name not in HOW and _is_category(self.package, said):
                yield name
        for name, said in self.record["properties"].items():
            someone = name.endswith("_by") and "string" in _types(self.package, said)
            if someone or _is_category(self.package, said):
                yield name


def lists() -> Iterator[Listed]:
    """Every list of records that the documents name."""
    for package, method, path, said in documented():
        parameters = {one["name"]: one["schema"] for one in said.get("parameters", [])}
        if method == "GET" and "cursor" in parameters and path not in ELSEWHERE:
            page = _in_full(package, said["responses"]["200"]["content"]["application/json"]["schema"])
            record = _in_full(package, page["properties"]["items"]["items"])
            choices = parameters.get("facets", {}).get("items", {})
            facets = choices.get("enum") or [choices[key] for key in ("const",) if key in choices]
            yield Listed(package, path, parameters, record, facets)


def _in_full(package: str, said: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in said:
        said = document(package)["components"]["schemas"][said["$ref"].rsplit("/", 1)[-1]]
    return said


def _types(package: str, said: dict[str, Any]) -> set[str]:
    said = _in_full(package, said)
    own = said.get("type", [])
    return set([own] if isinstance(own, str) else own).union(*[_types(package, one) for one in said.get("anyOf", [])])


def _is_category(package: str, said: dict[str, Any]) -> bool:
    if said.get("$ref", "").endswith("/CountryCode"):
        return True
    said = _in_full(package, said)
    parts = [*said.get("anyOf", []), *([said["items"]] if "items" in said else [])]
    chosen = "enum" in said or "const" in said or "boolean" in _types(package, said)
    return chosen or any(_is_category(package, part) for part in parts)


def test_every_list_has_facets() -> None:
    found = list(lists())
    assert len(found) > 50
    assert [one.path for one in found if not one.facets] == []


def test_every_category_of_a_list_is_counted() -> None:
    uncounted = [(one.path, name) for one in lists() for name in one.categories() if name not in one.facets]
    assert uncounted == []


def test_what_is_excepted_is_a_list_and_has_none() -> None:
    taken = {path: {one["name"] for one in said.get("parameters", [])} for _, _, path, said in documented()}
    assert [path for path in ELSEWHERE if "cursor" not in taken[path] or "facets" in taken[path]] == []


def test_every_facet_is_a_filter_that_names_what_it_counts() -> None:
    for where, resource in resources():
        for name in resource.facets:
            assert resource.filters[name].column is not None, f"{where}: {resource.name} by {name}"


def test_what_tells_one_person_from_another_is_no_facet() -> None:
    """Each value would be one row, and tell who it is."""
    told = [(r.path, name) for _, r in resources() for name in r.facets if r.filters[name].identifies]
    assert told == []
