"""Links of the document: from a creation to what can be done with the record, its ETag included."""

from typing import Any, Final

_FROM_BODY: Final = "$response.body#/id"
_FROM_PATH: Final = "$request.path.id"


def connect(paths: dict[str, dict[str, Any]]) -> None:
    """Add links to every operation that answers with one record which has an address of its own."""
    addresses = {_answer(item.get("get", {}), "200"): path for path, item in paths.items() if path.endswith("/{id}")}
    for path, item in paths.items():
        for method, operation in item.items():
            made_at = _address(path, paths, addresses, _answer(operation, "201"))
            if method == "post" and made_at is not None:
                _link(operation["responses"]["201"], paths[made_at], _FROM_BODY, ("get", "patch", "delete"))
                for below in (paths[other] for other in paths if other.startswith(f"{made_at}/")):
                    _link(operation["responses"]["201"], below, _FROM_BODY, ("post",))
            elif method in ("get", "patch") and _address(path, paths, addresses, _answer(operation, "200")) == path:
                _link(operation["responses"]["200"], item, _FROM_PATH, ("patch", "delete"))


def _address(path: str, paths: dict[str, dict[str, Any]], addresses: dict[str, str], answer: str) -> str | None:
    """Where records of an answer are: beside or below the path where there is such an address, else the only one."""
    for near in (path, f"{path}/{{id}}"):
        if near.endswith("/{id}") and answer and _answer(paths.get(near, {}).get("get", {}), "200") == answer:
            return near
    return addresses.get(answer)


def _answer(operation: dict[str, Any], status: str) -> str:
    """Reference to what an operation answers with; empty when that is no record."""
    content = operation.get("responses", {}).get(status, {}).get("content", {})
    return str(content.get("application/json", {}).get("schema", {}).get("$ref", ""))


def _link(response: dict[str, Any], item: dict[str, Any], id: str, methods: tuple[str, ...]) -> None:
    for method in methods:
        if method not in item:
            continue
        parameters = {"path.id": id}
        if method in ("patch", "delete"):
            parameters["header.If-Match"] = "$response.header.ETag"
        name = item[method]["operationId"]
        response.setdefault("links", {})[name] = {
            "operationId": name,
            "parameters": parameters,
            "description": item[method]["summary"],
        }
