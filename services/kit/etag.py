"""Strong ETags. `"<version>.<digest of the bytes>"`: the version decides If-Match, the whole decides If-None-Match."""

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from services.kit.auth import Caller
from services.kit.errors import BadRequest, NotFound, PreconditionFailed
from services.kit.reading import Item, Resource, Row

_ONE = r'(W/)?"[!#-~]*"'
TAGS = rf"^(\*|{_ONE}( *, *{_ONE})*)$"
"""What If-Match may hold (RFC 9110 13.1.1), as a regular expression."""
LONGEST = 500
_WELL_FORMED = re.compile(TAGS)
_OURS = re.compile(r'^"([0-9]{1,10})(?:\.[0-9a-f]+)?"$')


def of(item: Item) -> str:
    """The ETag of a record as it is sent."""
    return f'"{item.version}.{hashlib.blake2b(item.body, digest_size=6).hexdigest()}"'


def if_none_match_of(request: Request) -> str | None:
    """The header If-None-Match. Raises `BadRequest` when it is longer than any that can be meant."""
    header = request.headers.get("if-none-match")
    if header is not None and len(header) > LONGEST:
        raise BadRequest(f"If-None-Match may hold {LONGEST} characters.")
    return header


def unchanged(if_none_match: str | None, tag: str) -> bool:
    """Whether If-None-Match (RFC 9110 13.1.2, weak comparison) names the tag. What is no tag names none: the worst
    that follows is that the record is sent."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in [t.strip().removeprefix("W/") for t in if_none_match.split(",")]


@dataclass(frozen=True, slots=True)
class IfMatch:
    """The versions a change may start from; None for `*`."""

    versions: frozenset[int] | None

    @classmethod
    def of(cls, header: str) -> "IfMatch":
        """Read the header (RFC 9110 13.1.1). Tags that are weak or not ours match nothing; what is none is refused."""
        header = header.strip()
        if len(header) > LONGEST or not _WELL_FORMED.fullmatch(header):
            raise BadRequest(f"If-Match must be `*` or quoted ETags, at most {LONGEST} characters.")
        if header == "*":
            return cls(None)
        found = (_OURS.match(tag.strip()) for tag in header.split(","))
        return cls(frozenset(int(match[1]) for match in found if match))

    def check(self, version: int) -> None:
        """Raise `PreconditionFailed` unless the version is one of these."""
        if self.versions is not None and version not in self.versions:
            raise PreconditionFailed(f"The record is now at version {version}.")


async def held(
    session: AsyncSession, caller: Caller, resource: Resource[Row], id: UUID, if_match: IfMatch | None = None
) -> Row:
    """The row, locked until the transaction ends. `NotFound` when there is none that the caller may see,
    `PreconditionFailed` when it is not at the version the caller read."""
    query = resource.seen_by(caller).where(resource.row.id == id).with_for_update(of=resource.row)
    found = await session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(f"There is no {resource.name} with this id, or it is not yours to see.")
    if if_match is not None:
        if_match.check(found.version)
    return found
