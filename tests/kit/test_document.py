"""What the OpenAPI document says of an operation comes from where the operation is written."""

from typing import Any

from services.kit.app import build_app
from services.kit.settings import Settings
from tests.kit.toy.services import CATALOGUE, LIBRARY


def document(service: Any = LIBRARY) -> dict[str, Any]:
    return build_app(service, Settings(database_url="postgresql://nobody@nowhere/none")).openapi()


def test_the_first_line_is_the_summary_and_the_rest_the_description() -> None:
    said = document()["paths"]["/v1/books"]["post"]
    assert (said["summary"], said["description"]) == ("Create a book", "It is labelled afterwards.")


def test_reads_say_what_they_read() -> None:
    paths = document()["paths"]
    assert paths["/v1/books"]["get"]["summary"] == "List books"
    assert paths["/v1/books/{id}"]["get"]["summary"] == "Read a book"


def test_a_write_offers_its_headers_and_names_its_refusals() -> None:
    paths = document()["paths"]
    created, changed = paths["/v1/books"]["post"], paths["/v1/books/{id}"]["patch"]
    assert {one["name"] for one in created["parameters"]} == {"Idempotency-Key", "dry_run"}
    assert {"If-Match", "dry_run", "id"} == {one["name"] for one in changed["parameters"]}
    assert created["x-scope"] == "members:write"
    conflicts = created["responses"]["409"]["content"]["application/problem+json"]["examples"]
    assert {"isbn-taken", "request-in-progress"} <= conflicts.keys()
    assert {"412", "428"} <= changed["responses"].keys()


def test_filters_are_typed_parameters() -> None:
    parameters = {one["name"]: one for one in document()["paths"]["/v1/books"]["get"]["parameters"]}
    assert parameters["isbn"]["schema"]["items"]["pattern"] == "^[0-9]{1,13}$"
    assert {"lent_at.gte", "sort", "q", "limit", "cursor", "count", "fields", "expand"} <= parameters.keys()


def test_the_inbox_is_nobodys_business() -> None:
    assert list(document(CATALOGUE)["paths"]) == ["/v1/events/changes", "/v1/events/audit", "/v1/events/audit/export"]


def test_the_feed_says_how_to_resume() -> None:
    schemas = document()["components"]["schemas"]
    assert "resume_cursor" in schemas["ChangePage"]["properties"]


def test_an_export_names_its_forms_and_both_scopes() -> None:
    said = document()["paths"]["/v1/books/export"]["get"]
    assert said["security"] == [{"bearer": ["members:read", "records:export"]}]
    answer = said["responses"]["200"]
    assert {media["schema"]["format"] for media in answer["content"].values()} == {"binary"}
    assert {"text/csv", "application/jsonl"} <= answer["content"].keys()
    assert {"Content-Disposition", "Left-Out", "X-Request-Id"} <= answer["headers"].keys()
    parameters = {one["name"] for one in said["parameters"]}
    assert {"format", "time_zone", "isbn", "sort", "q", "fields", "expand"} <= parameters
    assert parameters.isdisjoint({"limit", "cursor", "count", "facets"})


def test_facets_are_named_and_parted_by_commas() -> None:
    parameters = {one["name"]: one for one in document()["paths"]["/v1/books"]["get"]["parameters"]}
    facets = parameters["facets"]
    assert facets["schema"]["items"]["enum"] == ["shelf", "organisation_id", "appraisal", "label"]
    assert (facets["style"], facets["explode"]) == ("form", False)


def test_each_operation_shows_what_is_invalid_of_its_own() -> None:
    said = document()

    def errors(path: str, method: str) -> list[dict[str, str]]:
        answer = said["paths"][path][method]["responses"]["422"]["content"]["application/problem+json"]
        example = answer["examples"]["invalid"]["value"]
        assert example["instance"] == path
        return [{"pointer": one["pointer"], "code": one["code"]} for one in example["errors"]]

    required = said["components"]["schemas"]["BookCreate"]["required"][0]
    assert errors("/v1/books", "post") == [{"pointer": f"/{required}", "code": "missing"}]
    assert errors("/v1/books/{id}", "patch") == [{"pointer": "/colour", "code": "extra_forbidden"}]
    assert errors("/v1/books", "get") == [{"pointer": "page", "code": "unknown_parameter"}]
