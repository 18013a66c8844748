"""Whether users of the secretariat that a record names are known: the gateway has them, and is asked before the
transaction. While it cannot answer, what is named is taken: a record must not be lost for that."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, Any, Final
from uuid import UUID

import structlog
from fastapi import Request

from services.kit.auth import Caller
from services.kit.errors import Contradiction, Unavailable
from services.kit.policy import Prepare
from services.kit.routing import Prepared
from services.kit.runtime import Runtime, runtime_of

log = structlog.get_logger(__name__)

Unknown = frozenset[UUID]
"""Users that are named, and that the gateway does not have."""
UnknownUsers = Annotated[Unknown, Prepared]
"""What the route's `prepare` answered."""
NOBODY: Final[Unknown] = frozenset()
_PREFIX: Final = "user:"
_MOST_ITEMS: Final = 1_000
_MOST_ASKED: Final = 1_000
"""Users asked for at once, as many as the gateway looks up. Who is named beyond them is taken."""


def naming(field: str) -> Prepare:
    """A route's `prepare`: asks for those whom the field of a body, or of each item of a bulk call, names by their id
    or as the `subject` of somebody, or of several."""

    async def prepare(request: Request, caller: Caller) -> Unknown:
        if caller.kind == "partner" or not await request.body():
            return NOBODY
        return await unknown_among(runtime_of(request), _named(await request.json(), field))

    return prepare


async def unknown_among(runtime: Runtime, named: Iterable[UUID]) -> Unknown:
    """Those of the users named that the gateway does not have."""
    asked = set(islice(dict.fromkeys(named), _MOST_ASKED))
    if not asked:
        return NOBODY
    try:
        return await runtime.authorise.unknown_users(asked)
    except Unavailable as problem:
        log.warning("users_not_asked", reason=problem.detail)
        return NOBODY


def check_colleague(unknown: Unknown, pointer: str, named: object) -> None:
    """Raise `Contradiction` at the pointer for a user, by id or subject, that the gateway does not have."""
    if unknown and _id(named) in unknown:
        raise Contradiction.value(pointer, "not_found", "There is no user with this id.")


def _named(given: Any, field: str) -> Iterator[UUID]:
    """What is malformed, FastAPI refuses later."""
    items = given.get("items", [given]) if isinstance(given, dict) else []
    for item in items[:_MOST_ITEMS] if isinstance(items, list) else []:
        value = item.get(field) if isinstance(item, dict) else None
        for one in value if isinstance(value, list) else [value]:
            id = _id(one.get("subject") if isinstance(one, dict) else one)
            if id is not None:
                yield id


def _id(named: object) -> UUID | None:
    if isinstance(named, UUID):
        return named
    try:
        return UUID(named.removeprefix(_PREFIX)) if isinstance(named, str) else None
    except ValueError:
        return None
