"""Where free text names a person: minutes, remarks about others. Nothing is changed; somebody looks them through."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.scopes import INTERNAL
from services.contracts.subject import MentionQuestion, Mentions
from services.kit.filters import Column
from services.kit.routing import Routes, WriteSession

MOST_TOLD: Final = 200
"""Records of a kind; where as many are told there may be more."""
_SHORTEST: Final = {True: 4, False: 2}
"""Letters that a name needs, by whether it is written in ASCII: `Li` is in half of all English texts, 何青 in few."""


@dataclass(frozen=True)
class Prose:
    """A kind of record with texts that people write freely."""

    resource: str
    row: Any
    texts: Sequence[Column]


def sought(names: Iterable[str]) -> list[str]:
    """The names that are worth looking for."""
    return sorted({name for one in names if len(name := one.strip()) >= _SHORTEST[name.isascii()]})[:100]


async def mentions_of(session: AsyncSession, kinds: Sequence[Prose], names: Collection[str]) -> dict[str, list[UUID]]:
    """Kind of record → those whose texts hold one of the names, in small or capital letters; at most 200 a kind."""
    found: dict[str, list[UUID]] = {}
    for kind in kinds if names else ():
        named = or_(*[cast(text, Text).icontains(name, autoescape=True) for text in kind.texts for name in names])
        ids = await session.scalars(select(kind.row.id).where(named).order_by(kind.row.id).limit(MOST_TOLD))
        if told := list(ids):
            found[kind.resource] = told
    return found


def readable(mentions: Mapping[str, Sequence[UUID]]) -> dict[str, list[str]]:
    """The same for JSON."""
    return {kind: [str(id) for id in ids] for kind, ids in mentions.items()}


def mention_routes(service: str, kinds: Sequence[Prose]) -> Routes:
    """What members asks the other services."""
    routes = Routes("/internal", tag="Internal")

    @routes.post("/mentions", scope=INTERNAL, status=200, keyed=False, include_in_schema=False, response=Mentions)
    async def tell(question: MentionQuestion, session: WriteSession) -> Mentions:
        """Tell where free text names a person."""
        return Mentions(service=service, records=await mentions_of(session, kinds, question.names))

    return routes
