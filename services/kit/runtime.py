"""What one process holds while it runs: settings, pools, peers. Made in the lifespan, never at import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from services.kit.auth import Authenticator, Caller
from services.kit.db import Database
from services.kit.disclosure import Disclosure, PurposeKnown, tell_within
from services.kit.files import Files
from services.kit.http import Authorise, Peer
from services.kit.paging import Cursors
from services.kit.settings import Settings
from services.kit.turns import Turns

if TYPE_CHECKING:
    from services.kit.jobs import Jobs

P = TypeVar("P", bound=Peer)
Part = TypeVar("Part")


class MakePeer(Protocol):
    """A client class of `services.clients`."""

    def __call__(self, name: str, base_url: str, authorise: Authorise) -> Peer: ...


@dataclass(kw_only=True)
class Runtime:
    """The parts of a running process."""

    name: str
    settings: Settings
    database: Database
    cursors: Cursors
    authenticate: Authenticator
    authorise: Authorise
    jobs: "Jobs"
    turns: Turns
    files: Files
    purpose_known: PurposeKnown | None = None
    peers: Mapping[str, Peer] = field(default_factory=dict)
    parts: dict[type[Any], Any] = field(default_factory=dict)
    """What a feature keeps for itself while the process runs, by its class: see `part`."""
    closing: bool = False

    def peer(self, kind: type[P]) -> P:
        """The client of a class in `services.clients`."""
        for peer in self.peers.values():
            if isinstance(peer, kind):
                return peer
        raise LookupError(f"{self.name} has no client {kind.__name__}; name it in its Service.")

    def part(self, kind: type[Part]) -> Part:
        """The process's only one of a feature's class, made when it is first needed."""
        if kind not in self.parts:
            self.parts[kind] = kind()
        part: Part = self.parts[kind]
        return part

    async def tell(self, caller: Caller, disclosure: Disclosure) -> None:
        """Put on record what a read is about to show, in a transaction of its own. Raises when that fails."""
        async with self.database.transaction() as session:
            await self.tell_within(session, caller, disclosure)

    async def tell_within(self, session: AsyncSession, caller: Caller, disclosure: Disclosure) -> None:
        """The same in a transaction that is committed before anything is shown."""
        await tell_within(session, self.purpose_known, caller, disclosure)

    async def read(self, sql: str, arguments: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run compiled SQL on the read pool."""
        pool = self.database.reads
        connection = await pool.take()
        try:
            return await connection.fetch(sql, arguments)
        finally:
            await pool.give_back(connection)

    async def close(self) -> None:
        """Close what is open."""
        for peer in self.peers.values():
            await peer.close()
        await self.authorise.close()
        await self.database.close()


def runtime_of(request: HTTPConnection) -> Runtime:
    """The runtime of the app that serves this request."""
    runtime: Runtime = request.app.state.runtime
    return runtime
