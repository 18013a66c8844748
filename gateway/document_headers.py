"""What the gateway adds to every answer, said in the document: limits, and what browsers may read."""

from typing import Any, Final

_STRING: Final = {"type": "string", "maxLength": 200}
HEADERS: Final[dict[str, Any]] = {
    "RateLimit": {
        "description": "Requests left (`r`) and the seconds until the window moves on (`t`).",
        "schema": {**_STRING, "pattern": '^"default";r=[0-9]+;t=[0-9]+$'},
        "example": '"default";r=5999;t=42',
    },
    "RateLimit-Policy": {
        "description": "Requests allowed (`q`) in a window of so many seconds (`w`).",
        "schema": {**_STRING, "pattern": '^"default";q=[0-9]+;w=[0-9]+$'},
        "example": '"default";q=6000;w=60',
    },
    "Access-Control-Allow-Origin": {
        "description": "The page's origin, when the setting `CORS_ORIGINS` names it; otherwise the header is not sent.",
        "schema": {"type": "string", "maxLength": 300},
        "example": "https://crm.example.org",
    },
    "WWW-Authenticate": {
        "description": "Which credential to send.",
        "schema": {**_STRING, "pattern": "^Bearer "},
        "example": 'Bearer realm="alliance"',
    },
}
_ALWAYS: Final = ("RateLimit", "RateLimit-Policy", "Access-Control-Allow-Origin")


def say_headers(document: dict[str, Any]) -> None:
    """Add the headers to every answer of a document."""
    document["components"].setdefault("headers", {}).update(HEADERS)
    for item in document["paths"].values():
        for operation in item.values():
            for status, response in operation["responses"].items():
                names = (*_ALWAYS, "WWW-Authenticate") if status == "401" else _ALWAYS
                said = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
                response["headers"] = {**response.get("headers", {}), **said}
