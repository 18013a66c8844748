"""The checker finds nothing in a good run, and every kind of damage that is planted in it."""

from uuid import uuid4

import pytest

from tests.faults.history import History, Outcome, Verb, Write
from tests.faults.plants import PLANTS, unseen
from tests.faults.seen import Arrival, Change, Organisation, Registration, Seen
from tests.faults.verdict import Verdict, _after, check

Run = tuple[History, Seen]


@pytest.fixture
def good() -> Run:
    """Two organisations, made and renamed; two guests for two seats, and a third who waits and a fourth who left."""
    history, seen = History(), Seen(event="event", first_capacity=2, capacity=2)
    log: list[Change] = []
    for n in range(2):
        id = str(uuid4())
        for version, verb in ((1, "create"), (2, "rename")):
            name = f"{verb} {n}"
            _write(history, verb, name, id, version)  # type: ignore[arg-type]
            log.append(Change(str(uuid4()), len(log) + 1, verb, "organisation", id, version, {"names": {"en": name}}))
            history.note_read(id, version, history.writes[-1].ended + 0.1)
        seen.organisations.append(Organisation(id, name, 2))
    seen.changes = {"members": log, "events": []}
    for service in ("events", "liaison"):
        seen.arrivals[service] = [
            Arrival(one.id, "members", one.sequence, one.resource_id, one.version, True) for one in log
        ]
        seen.copies[service] = {one.id: one.name for one in seen.organisations}
    for n, status in enumerate(("confirmed", "confirmed", "waitlisted", "cancelled")):
        id, email = str(uuid4()), f"guest-{n}@example.org"
        _write(history, "register", email, id, 1)
        first = "waitlisted" if status == "cancelled" else status
        _tell(seen, "events.registration.created", id, {"status": first})
        if status == "cancelled":
            _write(history, "cancel", id, id, 2)
            _tell(seen, "events.registration.cancelled", id, {"status": "cancelled"})
        seen.registrations.append(Registration(id, email, status))
    history.followed = {service: [one.id for one in changes] for service, changes in seen.changes.items()}
    return history, seen


def _write(history: History, verb: Verb, token: str, record: str, version: int) -> None:
    at = float(len(history.writes))
    history.writes.append(Write(verb, token, record, at, at + 0.5, Outcome.ACKNOWLEDGED, version))


def _tell(seen: Seen, type: str, id: str, after: dict[str, str]) -> None:
    log = seen.changes["events"]
    log.append(Change(str(uuid4()), len(log) + 1, type, "registration", id, 1, after))


def test_a_good_run_is_found_good(good: Run) -> None:
    assert check(*good) == Verdict()


def test_every_kind_of_damage_is_seen_where_it_is_planted(good: Run) -> None:
    assert PLANTS.keys() == Verdict().counts.keys()
    assert unseen(*good) == []


def test_what_nobody_was_told_of_may_have_been_done_or_not(good: Run) -> None:
    history, seen = good
    id = seen.organisations[0].id
    history.begin("rename", "left open", id).began = 99.0
    assert check(history, seen).good
    seen.organisations[0].name = seen.copies["events"][id] = seen.copies["liaison"][id] = "left open"
    assert check(history, seen).good


def test_a_capacity_that_is_lowered_below_what_is_taken_for_a_moment_is_seen(good: Run) -> None:
    history, seen = good
    log = seen.changes["events"]
    for n, capacity in enumerate((1, 2), 1):
        log.append(Change(str(uuid4()), log[-1].sequence + 1, "", "event", "event", n + 1, {"capacity": capacity}))
    history.followed["events"] = [one.id for one in log]
    assert check(history, seen).counts["overbooked"] == 1


def test_guests_of_another_event_take_no_place_of_this_one() -> None:
    taken, elsewhere = {"guest"}, set[str]()
    for n, after in enumerate(({"status": "confirmed", "event_id": "other"}, {"status": "confirmed"}), 1):
        change = Change(str(uuid4()), n, "", "registration", "stranger", n, after)
        assert _after(change, "event", 1, taken, elsewhere) == 1
    assert taken == {"guest"}
