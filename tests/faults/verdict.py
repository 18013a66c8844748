"""The checker: a history and what the system holds afterwards, compared. Every figure must be 0.

Nothing here knows how the system works inside, but for one thing: rows of a change log are numbered in the order in
which writes of one event took place, since all of them hold the event's lock.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from tests.faults.history import History, Outcome, Write
from tests.faults.seen import COPYING, Change, Organisation, Seen

KEPT_EXAMPLES = 5


@dataclass
class Verdict:
    """What went wrong, by kind; a sentence each."""

    lost: list[str] = field(default_factory=list)
    """Acknowledged, and not there or not as it was told."""
    doubled: list[str] = field(default_factory=list)
    """There twice, or answered with another record when it was repeated."""
    refused: list[str] = field(default_factory=list)
    """Done although it was refused, or never asked for."""
    stale: list[str] = field(default_factory=list)
    """Shown older than somebody had seen it before the read began."""
    overbooked: list[str] = field(default_factory=list)
    """More places given than there were, at any moment; or somebody waits beside a free place."""
    unrecorded: list[str] = field(default_factory=list)
    """A write without its row in the change log, or with two."""
    missed: list[str] = field(default_factory=list)
    """A change that a reader of the feed was never shown."""
    repeated: list[str] = field(default_factory=list)
    """A change that a reader of the feed was shown twice."""
    late: list[str] = field(default_factory=list)
    """A change that did not arrive at a copy in time, or has not been applied there."""
    twice: list[str] = field(default_factory=list)
    """A change that another service took in twice."""
    uncommitted: list[str] = field(default_factory=list)
    """A change that was told and is in no change log."""
    differing: list[str] = field(default_factory=list)
    """A copy that says something else than its original."""
    improper: list[str] = field(default_factory=list)
    """An answer that no caller should get: torn, an unexpected 5xx, a 503 that says not when to come back."""

    @property
    def counts(self) -> dict[str, int]:
        """Kind → how many."""
        return {one.name: len(getattr(self, one.name)) for one in fields(self)}

    @property
    def good(self) -> bool:
        """Whether every figure is 0."""
        return not any(self.counts.values())

    @property
    def arrived(self) -> bool:
        """Whether nothing is on its way any more."""
        return not (self.late or self.differing or self.missed)

    def examples(self) -> list[str]:
        """The first of each kind."""
        return [f"{one.name}: {what}" for one in fields(self) for what in getattr(self, one.name)[:KEPT_EXAMPLES]]


def check(history: History, seen: Seen) -> Verdict:
    """Compare."""
    verdict = Verdict()
    _organisations(verdict, history, seen)
    _registrations(verdict, history, seen)
    _places(verdict, seen)
    _reads(verdict, history)
    _feeds(verdict, history, seen)
    for service in COPYING:
        _copies(verdict, service, seen)
    for first, again in history.replays:
        if first != again:
            verdict.doubled.append(f"{first} was {again} when its request was repeated")
    verdict.improper += history.surprises
    verdict.improper += [f"{one.method} {one.path}: {one.fault}" for one in history.answers if one.fault]
    return verdict


def _organisations(verdict: Verdict, history: History, seen: Seen) -> None:
    stored: dict[str, Organisation] = {one.id: one for one in seen.organisations}
    log = [one for one in seen.changes.get("members", []) if one.resource == "organisation"]
    written: Counter[str] = Counter(name for one in log if (name := one.after.get("names", {}).get("en")))
    by_record: dict[str, list[Write]] = {}
    for write in history.writes:
        if write.verb in ("create", "rename") and write.record is not None:
            by_record.setdefault(write.record, []).append(write)
    for id, writes in by_record.items():
        one = stored.get(id)
        told = [write for write in writes if write.outcome is Outcome.ACKNOWLEDGED]
        if not told:
            continue
        if one is None:
            verdict.lost.append(f"organisation {id}")
            continue
        last = max(told, key=lambda write: write.ended)
        possible = {last.token} | {
            write.token for write in writes if write.outcome is Outcome.UNKNOWN and write.began > last.began
        }
        if one.name not in possible or (last.version is not None and one.version < last.version):
            verdict.lost.append(f"organisation {id} is {one.name}, version {one.version}; {last.token} was told last")
    _tokens(verdict, history, "organisation", [one.name for one in seen.organisations], written, ("create", "rename"))
    recorded: Counter[tuple[str, int]] = Counter((one.resource_id, one.version) for one in log)
    _versions(verdict, {one.id: one.version for one in seen.organisations}, recorded)


def _versions(verdict: Verdict, stored: dict[str, int], recorded: Counter[tuple[str, int]]) -> None:
    """Each version of each record has one row in the change log."""
    for id, version in stored.items():
        for one in range(1, version + 1):
            if recorded[id, one] != 1:
                verdict.unrecorded.append(f"{id} version {one}: {recorded[id, one]} rows")


def _tokens(
    verdict: Verdict, history: History, what: str, held: Iterable[str], written: Counter[str], verbs: tuple[str, ...]
) -> None:
    """What is stored, and was ever written, was asked for, once, and not refused."""
    outcomes = {write.token: write.outcome for write in history.writes if write.verb in verbs}
    for token, times in Counter(held).items():
        if times > 1:
            verdict.doubled.append(f"{what} {token}: {times} records")
    for token, times in written.items():
        if token in outcomes and times > 1:
            verdict.doubled.append(f"{what} {token}: written {times} times")
    for token in {*held, *written}:
        if outcomes.get(token) is Outcome.REFUSED:
            verdict.refused.append(f"{what} {token}")


def _registrations(verdict: Verdict, history: History, seen: Seen) -> None:
    stored = {one.id: one for one in seen.registrations}
    cancelled = {write.record for write in history.of("cancel")}
    maybe = {write.record for write in history.of("cancel", outcome=Outcome.UNKNOWN)}
    for write in history.of("register"):
        one = stored.get(write.record or "")
        if one is None or one.email != write.token:
            verdict.lost.append(f"registration {write.record} of {write.token}")
    for id in cancelled:
        if id in stored and stored[id].status != "cancelled":
            verdict.lost.append(f"cancellation of {id}: it is {stored[id].status}")
    for one in seen.registrations:
        if one.status == "cancelled" and one.id not in cancelled | maybe:
            verdict.refused.append(f"cancellation of {one.id}")
    log = seen.changes.get("events", [])
    told = Counter(one.resource_id for one in log if one.type == "events.registration.created")
    for id in stored:
        if told[id] != 1:
            verdict.unrecorded.append(f"registration {id}: {told[id]} rows")
    _tokens(verdict, history, "registration", [one.email for one in seen.registrations], Counter(), ("register",))


def _places(verdict: Verdict, seen: Seen) -> None:
    """Play the event's change log through: at no moment are more places taken than there are."""
    capacity, taken, elsewhere = seen.first_capacity, set[str](), set[str]()
    for one in seen.changes.get("events", []):
        capacity = _after(one, seen.event, capacity, taken, elsewhere)
        if len(taken) > capacity:
            verdict.overbooked.append(f"{len(taken)} of {capacity} after change {one.sequence}")
    status = Counter(one.status for one in seen.registrations)
    if status["confirmed"] > seen.capacity:
        verdict.overbooked.append(f"{status['confirmed']} of {seen.capacity} at the end")
    if status["waitlisted"] and status["confirmed"] < seen.capacity:
        verdict.overbooked.append(f"{status['waitlisted']} wait; {status['confirmed']} of {seen.capacity} are taken")


def _after(change: Change, event: str, capacity: int, taken: set[str], elsewhere: set[str]) -> int:
    """The capacity after a change; keeps the places taken, and which registrations are another event's."""
    if change.resource_id == event:
        return int(change.after.get("capacity", capacity))
    if change.resource == "registration" and change.after.get("event_id", event) != event:
        elsewhere.add(change.resource_id)
    elif change.resource == "registration" and "status" in change.after and change.resource_id not in elsewhere:
        (taken.add if change.after["status"] == "confirmed" else taken.discard)(change.resource_id)
    return capacity


def _reads(verdict: Verdict, history: History) -> None:
    """No read is older than what was known before it began, by a write's answer or by another read."""
    known: dict[str, list[tuple[float, int]]] = {}
    for write in history.writes:
        if write.record is not None and write.version is not None and write.outcome is Outcome.ACKNOWLEDGED:
            known.setdefault(write.record, []).append((write.ended, write.version))
    for read in history.reads:
        known.setdefault(read.record, []).append((read.ended, read.version))
    for read in history.reads:
        newest = max((version for ended, version in known[read.record] if ended < read.began), default=0)
        if read.version < newest:
            verdict.stale.append(f"{read.record}: version {read.version} after {newest}")


def _feeds(verdict: Verdict, history: History, seen: Seen) -> None:
    for service, shown in history.followed.items():
        times = Counter(shown)
        log = {one.id for one in seen.changes[service]}
        verdict.missed += [f"{service} {id}" for id in sorted(log - times.keys())]
        verdict.uncommitted += [f"{service}'s feed: {id}" for id in sorted(times.keys() - log)]
        verdict.repeated += [f"{service} {id}: {times[id]} times" for id in sorted(log) if times[id] > 1]


def _copies(verdict: Verdict, service: str, seen: Seen) -> None:
    log = {one.id for one in seen.changes.get("members", []) if one.resource == "organisation"}
    arrived = [one for one in seen.arrivals.get(service, []) if one.source == "members"]
    applied = {one.id for one in arrived if one.applied}
    known = {one.id for one in seen.changes.get("members", [])}
    verdict.late += [f"{service}: {id}" for id in sorted(log - applied)]
    verdict.uncommitted += [f"{service}: {one.id}" for one in arrived if one.id not in known]
    for (sequence, version, id), times in Counter((o.sequence, o.version, o.resource_id) for o in arrived).items():
        if times > 1:
            verdict.twice.append(f"{service}: change {sequence} ({id}, version {version}), {times} times")
    copies = seen.copies.get(service, {})
    for one in seen.organisations:
        if copies.get(one.id) != one.name:
            verdict.differing.append(f"{service}: {one.id} is {copies.get(one.id)}, not {one.name}")
