"""A conference morning as requests: 80 % reads, 15 % registrations and check-ins, 5 % edits by staff."""

import json
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import uuid4

SHARES: Final[dict[str, int]] = {
    # Reads: 80 of a hundred.
    "one organisation": 24,
    "page of organisations": 14,
    "search": 7,
    "one event": 15,
    "registrations of an event": 8,
    "one registration": 6,
    "counterparts": 4,
    "timeline": 2,
    # The desk and the door: 15.
    "register": 9,
    "check in": 6,
    # Edits by staff: 5.
    "edit an organisation": 4,
    "note an interaction": 1,
}
WRITES: Final = frozenset({"register", "check in", "edit an organisation", "note an interaction"})
_WORDS: Final = ("guizhou", "旅游", "annapurna", "协会", "alpine lodge", "丽江", "hotel", "jura media")
_COUNTRIES: Final = ("CN", "NP", "FR", "IT", "CH", "AT", "ID", "TH", "KE", "PE")


@dataclass
class Ground:
    """The records that the traffic is about; made by `ground.py`."""

    key: str
    organisations: list[str]
    editable: list[tuple[str, str]]
    """Organisations and the ETag each has now."""
    events: list[str]
    admissions: list[str]
    """An admission type of each event."""
    counterparts: list[str]
    registrations: list[str]
    codes: list[str] = field(default_factory=list)
    """Of registrations that were not let in yet."""


@dataclass(slots=True)
class Wanted:
    """One request on its way: what it is, its bytes, and what is learned from a good answer."""

    kind: str
    request: bytes
    learn: Callable[[int, bytes, bytes], None] | None = None


class Traffic:
    """Makes the next request; learns codes and ETags from answers, so that each check-in and edit is a proper one."""

    def __init__(self, ground: Ground, *, seed: int = 1) -> None:
        self._ground = ground
        self._chance = random.Random(seed)
        self._number = count()
        self._run = uuid4().hex[:8]
        self._codes: deque[str] = deque(ground.codes)
        self._registrations: deque[str] = deque(ground.registrations, maxlen=5_000)
        self._editable: deque[tuple[str, str]] = deque(ground.editable)
        self._kinds = list(SHARES)
        self._weights = list(SHARES.values())
        self._queue: list[str] = []
        self._head = f"Host: load\r\nAuthorization: Bearer {ground.key}\r\n".encode()
        self._makers: dict[str, Callable[[], Wanted]] = {
            "one organisation": lambda: self._get("one organisation", f"organisations/{self._one_of('organisations')}"),
            "page of organisations": lambda: self._get(
                "page of organisations", f"organisations?country={self._chance.choice(_COUNTRIES)}"
            ),
            "search": lambda: self._get("search", f"organisations?q={_quoted(self._chance.choice(_WORDS))}&limit=20"),
            "one event": lambda: self._get("one event", f"events/{self._one_of('events')}"),
            "registrations of an event": lambda: self._get(
                "registrations of an event", f"registrations?event_id={self._one_of('events')}&limit=20"
            ),
            "one registration": lambda: self._get(
                "one registration",
                f"registrations/{self._registrations[self._chance.randrange(len(self._registrations))]}",
            ),
            "counterparts": lambda: self._get("counterparts", "counterparts?limit=20"),
            "timeline": lambda: self._get("timeline", f"organisations/{self._one_of('organisations')}/timeline"),
            "register": self._register,
            "check in": self._check_in,
            "edit an organisation": self._edit,
            "note an interaction": self._interaction,
        }

    def next(self) -> Wanted:
        """The next request."""
        if not self._queue:
            self._queue = self._chance.choices(self._kinds, self._weights, k=1_000)
        return self._makers[self._queue.pop()]()

    def _one_of(self, records: str) -> str:
        return str(self._chance.choice(getattr(self._ground, records)))

    def _get(self, kind: str, path: str) -> Wanted:
        return Wanted(kind, b"GET /v1/%b HTTP/1.1\r\n%b\r\n" % (path.encode(), self._head))

    def _send(self, kind: str, method: str, path: str, body: dict[str, Any], *, etag: str = "") -> Wanted:
        content = json.dumps(body).encode()
        condition = f"If-Match: {etag}\r\n" if etag else f"Idempotency-Key: load-{self._run}-{next(self._number)}\r\n"
        head = f"{condition}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        return Wanted(kind, f"{method} /v1/{path} HTTP/1.1\r\n".encode() + self._head + head.encode() + content)

    def _register(self) -> Wanted:
        number = next(self._number)
        body: dict[str, Any] = {
            "admission_type_id": self._chance.choice(self._ground.admissions),
            "participant": {
                "names": {"zh": "何青山", "en": f"He Qingshan {number}"},
                "email": f"participant-{self._run}-{number}@example.org",
                "country": "CN",
            },
        }
        if number % 3 == 0:
            body["organisation_id"] = self._ground.organisations[number % 200]
        wanted = self._send("register", "POST", "registrations", body)
        wanted.learn = self._registered
        return wanted

    def _registered(self, status: int, _: bytes, body: bytes) -> None:
        if status == 201:
            made = json.loads(body)
            self._registrations.append(made["id"])
            self._codes.append(made["code"])

    def _check_in(self) -> Wanted:
        if not self._codes:
            return self._register()
        code = self._codes.popleft()
        wanted = self._send("check in", "POST", "check-ins", {"code": code, "place": "North gate"})

        def learn(status: int, *_: bytes) -> None:
            if status != 201:
                self._codes.append(code)

        wanted.learn = learn
        return wanted

    def _edit(self) -> Wanted:
        if not self._editable:
            return self._get("one organisation", f"organisations/{self._one_of('organisations')}")
        id, etag = self._editable.popleft()
        city = f"Guiyang {next(self._number) % 1_000}"
        wanted = self._send("edit an organisation", "PATCH", f"organisations/{id}", {"city": city}, etag=etag)

        def learn(status: int, head: bytes, _: bytes) -> None:
            if status == 200:
                at = head.index(b"\r\netag: ") + 8
                self._editable.append((id, head[at : head.index(b"\r", at)].decode()))
            elif status in {429, 503}:
                self._editable.append((id, etag))  # it was refused: the record is as it was

        wanted.learn = learn
        return wanted

    def _interaction(self) -> Wanted:
        body = {
            "counterpart_id": self._one_of("counterparts"),
            "channel": "meeting",
            "occurred_on": "2026-03-12",
            "subject": {"zh": "山地旅游日", "en": f"Mountain Tourism Day {next(self._number)}"},
        }
        return self._send("note an interaction", "POST", "interactions", body)


def _quoted(word: str) -> str:
    return "".join(f"%{byte:02X}" for byte in word.encode())
