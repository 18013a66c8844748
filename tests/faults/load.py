"""What clients do all the time while things break: keep organisations, fill a small event, follow the feeds, read."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.factories.events import open_event
from tests.factories.members import an_organisation
from tests.faults.client import Client, GaveUp
from tests.faults.history import History, Outcome, Verb, Write, now
from tests.faults.seen import SERVICES
from tests.journeys.callers import PATIENCE, Caller, eventually

SEATS = 12
AGAIN = 0.15
"""Share of requests that an impatient client sends once more with the same key: at once, or after the answer."""
PACE = 0.03
"""Seconds between two writes of one client: the faults are to be met, the machine is not to be filled."""

LAST_LOOKS = 3
"""Pages without anything new after which a feed has been read to its end."""
KINDS: tuple[tuple[Verb, ...], ...] = (("create", "rename"), ("register", "cancel"))
"""Writes by the service that takes them."""
MAY_BE_REFUSED: dict[Verb, tuple[int, ...]] = {"resize": (409, 412)}
"""More places are taken than that; somebody else changed the event."""


@dataclass
class Scene:
    """Where clients meet: a first organisation, before which nothing is of this run, and a small event."""

    since: str
    event: str
    admission: str

    @classmethod
    async def set_up(cls, office: Caller) -> "Scene":
        """Make it."""
        first = await office.made("/v1/organisations", an_organisation())
        event, admission = await open_event(office, capacity=SEATS)
        return cls(first["id"], event, admission)


class Load:
    """Clients at work. Everything random comes from one seed."""

    def __init__(self, client: Client, scene: Scene, seed: int, crowd: int) -> None:
        self._client = client
        self._crowd = crowd
        self._scene = scene
        self._random = Random(seed)
        self._run = uuid4().hex[:8]  # the same chance again is not to be taken for the same requests again
        self._over = asyncio.Event()
        self._all_written = asyncio.Event()
        self._newest: dict[str, int] = {}
        """Organisation → version, for whoever reads."""

    @property
    def history(self) -> History:
        """What they saw."""
        return self._client.history

    def stop(self) -> None:
        """Ask everybody to finish what they are at."""
        self._over.set()

    async def more_is_done(self, writes: int) -> None:
        """Wait until both services have done so many writes that began after this moment."""
        since = now()

        async def done() -> None:
            for verbs in KINDS:
                assert sum(write.began >= since for write in self.history.of(*verbs)) >= writes

        await eventually(done, within=PATIENCE)

    async def run(self) -> None:
        """Work until it is over. Whoever gives up leaves a write of unknown outcome, and goes on."""
        async with asyncio.TaskGroup() as everybody:
            for service in SERVICES:
                everybody.create_task(self._follow(service))
            async with asyncio.TaskGroup() as writers:
                crowd = [self._registration] * self._crowd
                for work in (*[self._organisation] * 3, *crowd, self._capacity, self._look_again):
                    writers.create_task(self._keep_on(work))
            self._all_written.set()

    async def _keep_on(self, once: Callable[[], Coroutine[None, None, None]]) -> None:
        while not self._over.is_set():
            try:
                await once()
            except GaveUp:
                continue
            await asyncio.sleep(PACE * self._random.random() * 2)

    def _token(self, kind: str) -> str:
        return f"{kind}-{self._run}-{self._random.getrandbits(64):016x}"

    # -- organisations -----------------------------------------------------------------------------------------------

    async def _organisation(self) -> None:
        """Make one, rename it twice; after each, what is read is no older."""
        write = self.history.begin("create", self._token("Organisation"))
        reply = await self._post("/v1/organisations", an_organisation(names={"en": write.token}))
        record = self._settle(write, reply, 201)
        if record is None:
            return
        for _ in range(2):
            await self._read_one(record["id"])
            await self._rename(record["id"])
        await self._read_one(record["id"])

    async def _rename(self, id: str) -> None:
        """PATCH what was read. Whether an attempt that was not answered was a success, the record itself tells."""
        write = self.history.begin("rename", self._token("Renamed"), id)
        path = f"/v1/organisations/{id}"
        while True:
            found = await self._client.read(path)
            if found.status_code != 200:
                self._settle(write, found, 200)
                return
            if found.json()["names"]["en"] == write.token:  # an earlier attempt was one, or this one
                self._settle(write, found, 200)
                return
            headers = {"If-Match": found.headers["etag"]}
            reply = await self._client.ask("PATCH", path, json={"names": {"en": write.token}}, headers=headers)
            if reply is not None and reply.status_code < 500 and reply.status_code != 412:
                self._settle(write, reply, 200)
                return
            await asyncio.sleep(PACE)

    async def _read_one(self, id: str) -> None:
        began = now()
        reply = await self._client.read(f"/v1/organisations/{id}")
        self._keep_read(reply, id, began)

    async def _look_again(self) -> None:
        """Read any organisation, alone or in the list."""
        if not self._newest:
            return
        id = self._random.choice(list(self._newest))
        began = now()
        if self._random.random() < 0.5:
            self._keep_read(await self._client.read(f"/v1/organisations/{id}"), id, began)
            return
        reply = await self._client.read("/v1/organisations", sort="-created_at", limit=20, fields="version")
        for row in reply.json()["items"] if reply.status_code == 200 else ():
            self.history.note_read(row["id"], row["version"], began)

    def _keep_read(self, reply: httpx.Response, id: str, began: float) -> None:
        # One that was told of and is not there is older than everything that was told.
        self.history.note_read(id, reply.json()["version"] if reply.status_code == 200 else 0, began)

    # -- registrations -----------------------------------------------------------------------------------------------

    async def _registration(self) -> None:
        """Register somebody; two of three cancel in the end, so that places become free all the time."""
        write = self.history.begin("register", f"{self._token('guest')}@example.org")
        participant = {"names": {"en": "Example Guest"}, "email": write.token}
        new: dict[str, Any] = {"admission_type_id": self._scene.admission, "participant": participant}
        if self._newest and self._random.random() < 0.3:
            new["organisation_id"] = self._random.choice(list(self._newest))
        record = self._settle(write, await self._post("/v1/registrations", new), 201)
        if record is not None and self._random.random() < 0.66:
            await asyncio.sleep(PACE)
            cancel = self.history.begin("cancel", record["id"], record["id"])
            reply = await self._post(f"/v1/registrations/{record['id']}/cancellations", {})
            self._settle(cancel, reply, 200)

    async def _capacity(self) -> None:
        """Raise and lower the capacity; lowering it below what is taken is refused."""
        await asyncio.sleep(PACE * 5)
        path = f"/v1/events/{self._scene.event}"
        found = await self._client.read(path)
        if found.status_code != 200:
            return
        capacity = max(1, SEATS + self._random.randint(-6, 6))
        write = self.history.begin("resize", str(capacity), self._scene.event)
        headers = {"If-Match": found.headers["etag"]}
        reply = await self._client.ask("PATCH", path, json={"capacity": capacity}, headers=headers)
        if reply is not None and reply.status_code < 500:
            self._settle(write, reply, 200)

    # -- feeds -------------------------------------------------------------------------------------------------------

    async def _follow(self, service: str) -> None:
        """Read a feed page by page, as a partner does, until all is written and nothing new has come for a while."""
        shown = self.history.followed.setdefault(service, [])
        cursor: str | None = None
        quiet = 0
        while quiet < LAST_LOOKS:
            over = self._all_written.is_set()
            params = {"limit": 200, **({"cursor": cursor} if cursor else {})}
            try:
                reply = await self._client.read(f"/v1/{service}/changes", **params)
            except GaveUp:
                continue
            if reply.status_code != 200:
                return  # the checker sees what is missing
            page = reply.json()
            shown += [one["id"] for one in page["items"] if UUID(one["resource_id"]) >= UUID(self._scene.since)]
            cursor = page["resume_cursor"] or cursor
            if page["next_cursor"] is None:
                quiet = quiet + 1 if over and not page["items"] else 0
                await asyncio.sleep(0.3)

    # -- what both need ----------------------------------------------------------------------------------------------

    async def _post(self, path: str, body: Any) -> httpx.Response:
        """A POST; at times the same twice, side by side or one after the other."""
        key = self._token("key")
        if self._random.random() >= AGAIN:
            return await self._client.post(path, body, key)
        if self._random.random() < 0.5:
            first, again = await asyncio.gather(*(self._client.post(path, body, key) for _ in range(2)))
        else:
            first = await self._client.post(path, body, key)
            again = await self._client.post(path, body, key)
        if first.status_code < 300 and again.status_code < 300:
            self.history.replays.append((first.json()["id"], again.json()["id"]))
        return first

    def _settle(self, write: Write, reply: httpx.Response, success: int) -> dict[str, Any] | None:
        """Keep what became of a write; answers the record when it was done."""
        write.ended = now()
        if reply.status_code != success:
            write.outcome = Outcome.REFUSED
            if reply.status_code not in MAY_BE_REFUSED.get(write.verb, ()):
                self.history.surprises.append(f"{write.verb}: {reply.status_code} {reply.text[:200]}")
            return None
        record: dict[str, Any] = reply.json()
        write.outcome, write.record, write.version = Outcome.ACKNOWLEDGED, record["id"], record["version"]
        if write.verb in ("create", "rename"):
            self._newest[record["id"]] = record["version"]
        return record


@asynccontextmanager
async def under_load(url: str, key: str, scene: Scene, seed: int, *, crowd: int = 3) -> AsyncIterator[Load]:
    """Clients at work inside the block, a crowd of them at the event; at its end they finish what they are at."""
    client = Client(url, key, History())
    load = Load(client, scene, seed, crowd)
    working = asyncio.create_task(load.run())
    try:
        yield load
        load.stop()
        await working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await client.close()
