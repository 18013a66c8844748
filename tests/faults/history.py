"""What clients did and were told, kept as it happens; a checker reads it afterwards (`verdict.py`)."""

import time
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Verb = Literal["create", "rename", "register", "cancel", "resize"]


class Outcome(Enum):
    """What a client knows about a write of its own."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Neither: it gave up before it was told."""


@dataclass
class Write:
    """One thing a client wanted, however often it had to ask."""

    verb: Verb
    token: str
    """What the client wrote, like no other write: a name, an address."""
    record: str | None
    """Which record it is about; of a new one the id, once it is told."""
    began: float
    ended: float = 0.0
    outcome: Outcome = Outcome.UNKNOWN
    version: int | None = None
    """The record's version after the write, if that was told."""


@dataclass(frozen=True)
class Read:
    """A record as it was shown to a client."""

    record: str
    version: int
    began: float
    ended: float


@dataclass(frozen=True)
class Answer:
    """One answer, or none, to one request."""

    method: str
    path: str
    status: int | None
    """None: the connection failed, or nothing came in time."""
    seconds: float
    fault: str | None = None
    """What is wrong with it, whatever is broken behind the gateway: torn, unexpected, without `Retry-After`."""
    at: float = 0.0


@dataclass
class History:
    """Everything that clients of one run saw. Times are seconds of one monotonic clock."""

    writes: list[Write] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    followed: dict[str, list[str]] = field(default_factory=dict)
    """Service → ids of its changes, as one reader of the feed was shown them, in order."""
    replays: list[tuple[str, str]] = field(default_factory=list)
    """The id told first, and the id told when the same request was repeated with the same key."""

    surprises: list[str] = field(default_factory=list)
    """Refusals of what nobody should be refused."""

    def begin(self, verb: Verb, token: str, record: str | None = None) -> Write:
        """A write is about to be sent."""
        write = Write(verb, token, record, now())
        self.writes.append(write)
        return write

    def note_read(self, record: str, version: int, began: float) -> None:
        """A record was shown at this version; 0: it was not there."""
        self.reads.append(Read(record, version, began, now()))

    def of(self, *verbs: Verb, outcome: Outcome = Outcome.ACKNOWLEDGED) -> list[Write]:
        """Writes with this outcome, oldest first."""
        return [write for write in self.writes if write.verb in verbs and write.outcome is outcome]

    def outcomes(self) -> Counter[Outcome]:
        """How many writes ended how."""
        return Counter(write.outcome for write in self.writes)

    def failures(self, since: float = 0.0) -> list[Answer]:
        """Requests that were not answered, or with a 5xx."""
        return [one for one in self.answers if one.at >= since and (one.status is None or one.status >= 500)]


def now() -> float:
    """This moment, on the clock that the history goes by."""
    return time.monotonic()
