"""Making each thing of the demo once: what is there already is found first, the rest is made in bulk."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from deploy.demo.gateway import Gateway, Json, Refused

SCHEME = "demo"
"""Scheme of the identifiers that the demo gives what it makes."""

TAG = "demo"
"""Tag on everything the demo makes that takes tags."""

_IDS_A_CALL = 40
_ITEMS_A_CALL = 250  # of 1,000 allowed: a busy machine still answers well within the gateway's deadline
_CALLS_AT_ONCE = 8

Advance = Callable[[int], None]
Key = TypeVar("Key")
First = TypeVar("First")
Second = TypeVar("Second")


async def make_missing(
    gateway: Gateway,
    path: str,
    wanted: Mapping[Key, Json],
    known: Mapping[Key, str],
    advance: Advance,
    at_once: int = 1,
) -> dict[Key, str]:
    """Make what is not known yet; the answer holds the id of everything wanted.

    A conflict means that someone has changed what an earlier run made, so that it was not recognised: what bears a
    mark that no other row may have is taken as it is, other things are left out. Raises `Refused` for other refusals.
    """
    ids = {key: known[key] for key in wanted if key in known}
    advance(len(ids))

    async def make(batch: list[tuple[Key, Json]]) -> None:
        results = await gateway.bulk(path, [body for _, body in batch])
        for (key, body), result in zip(batch, results, strict=True):
            if result["status"] == 409:
                if (holder := await _holder(gateway, path, body)) is not None:
                    ids[key] = holder
            elif result["status"] >= 400:
                raise Refused(f"POST {path}/bulk, item {key}", result["status"], result["problem"])
            else:
                ids[key] = result["id"]
        advance(len(batch))

    missing = [(key, body) for key, body in wanted.items() if key not in ids]
    await several((make(batch) for batch in _batches(missing)), at_once)
    return ids


async def _holder(gateway: Gateway, path: str, body: Json) -> str | None:
    """The row that has what such a body may not share with another."""
    if (unique := _unique(body)) is not None:
        async for row in gateway.rows(path, **unique):
            return str(row["id"])
    return None


def _unique(body: Json) -> dict[str, str] | None:
    """The filter that finds the one row like this body, where the API has one."""
    for identifier in body.get("identifiers", []):
        if identifier["scheme"] == SCHEME:
            return {"identifier": f"{SCHEME}:{identifier['value']}"}
    if body.get("email"):
        return {"email": body["email"]}
    if body.get("edition_year"):
        return {"series_id": body["series_id"], "edition_year": str(body["edition_year"])}
    return None


def _batches(items: list[tuple[Key, Json]]) -> Iterator[list[tuple[Key, Json]]]:
    rest = iter(items)
    while batch := list(itertools.islice(rest, _ITEMS_A_CALL)):
        yield batch


async def by_identifier(gateway: Gateway, path: str) -> dict[str, str]:
    """Ids of what an earlier run made, by the demo's own key, in a list whose rows bear tags and identifiers."""
    return {
        identifier["value"]: row["id"]
        async for row in gateway.rows(path, tag=TAG, fields=["identifiers"])
        for identifier in row["identifiers"]
        if identifier["scheme"] == SCHEME
    }


async def rows_about(
    gateway: Gateway, path: str, name: str, ids: Sequence[str], **params: str | Sequence[str]
) -> AsyncIterator[Json]:
    """The rows whose `name` is any of the ids, asked for a few ids at a time so that no address grows too long."""
    for first in range(0, len(ids), _IDS_A_CALL):
        async for row in gateway.rows(path, **{name: ids[first : first + _IDS_A_CALL]}, **params):
            yield row


async def several(calls: Iterable[Coroutine[Any, Any, object]], at_once: int = _CALLS_AT_ONCE) -> None:
    """Make the calls, a few at a time; the first failure ends the rest."""
    waiting = iter(calls)

    async def take() -> None:
        for call in waiting:
            await call

    await _all(asyncio.create_task(take()) for _ in range(at_once))


async def together(one: Coroutine[Any, Any, First], other: Coroutine[Any, Any, Second]) -> tuple[First, Second]:
    """Do both at the same time; the first failure ends the other, and is raised as it is."""
    first, second = asyncio.create_task(one), asyncio.create_task(other)
    await _all((first, second))
    return first.result(), second.result()


async def _all(started: Iterable[asyncio.Task[Any]]) -> None:
    tasks = tuple(started)
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def marked(key: str, body: Mapping[str, Any]) -> Json:
    """The body with the demo's tag and its key as an identifier, by which a later run finds it."""
    return {
        **body,
        "tags": list(dict.fromkeys([TAG, *body.get("tags", [])])),
        "identifiers": [*body.get("identifiers", []), {"scheme": SCHEME, "value": key}],
    }
