"""Sending files to be imported, and having the worker do its part now."""

from typing import Any

import httpx

from tests.wire.api import Api
from tests.wire.changes import work

WORKING = {"reading", "checking", "running", "undoing"}


async def post_file(members: Api, content: bytes, **query: Any) -> httpx.Response:
    """Send a file."""
    params = {"resource": "organisations", "filename": "list.csv", **query}
    headers = {"Content-Type": "application/octet-stream"}
    return await members.post("/v1/imports", content=content, params=params, headers=headers)


async def read(members: Api, id: str) -> dict[str, Any]:
    """An import as it is now."""
    reply = await members.get(f"/v1/imports/{id}")
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


async def imported(members: Api, content: bytes | str, **query: Any) -> dict[str, Any]:
    """Send a file, and give back the import when it works no more."""
    reply = await post_file(members, content.encode() if isinstance(content, str) else content, **query)
    assert reply.status_code == 201, reply.text
    return await worked_off(members, reply.json()["id"])


async def worked_off(members: Api, id: str) -> dict[str, Any]:
    """The import when it works no more. Its job goes on in slices, of which a worker may take one at a time."""
    for _ in range(50):
        await work(members)
        found = await read(members, id)
        if found["state"] not in WORKING:
            return found
    raise AssertionError(f"the import still works: {found}")


async def rows_of(members: Api, id: str, **query: Any) -> list[dict[str, Any]]:
    """What became of the rows."""
    return await members.items(f"/v1/imports/{id}/rows", **query)


def problems(row: dict[str, Any]) -> set[str]:
    """The codes of what is told of a row."""
    return {one["code"] for one in row["problems"]}


async def held(members: Api, identifier: str) -> dict[str, Any]:
    """The organisation with this identifier."""
    (found,) = await members.items("/v1/organisations", identifier=identifier)
    return found
