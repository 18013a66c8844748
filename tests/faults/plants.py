"""Planted damage: what a real run left, damaged in one way, must be seen by the checker as just that."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar
from uuid import uuid4

from tests.faults.history import Answer, History, Outcome
from tests.faults.seen import Change, Seen
from tests.faults.verdict import check

Plant = Callable[[History, Seen], None]
Whole = TypeVar("Whole", History, Seen)


def _lose_a_record(history: History, seen: Seen) -> None:
    id = history.of("create")[-1].record
    seen.organisations = [one for one in seen.organisations if one.id != id]


def _lose_a_rename(history: History, seen: Seen) -> None:
    id = history.of("rename")[-1].record
    one = next(one for one in seen.organisations if one.id == id)
    one.name = "as it was before"


def _lose_a_cancellation(history: History, seen: Seen) -> None:
    id = history.of("cancel")[0].record
    next(one for one in seen.registrations if one.id == id).status = "waitlisted"
    seen.capacity = 0  # so that nobody waits beside a free place


def _double_a_record(_: History, seen: Seen) -> None:
    seen.registrations.append(replace(seen.registrations[0], id=str(uuid4())))


def _answer_a_repeat_otherwise(history: History, _: Seen) -> None:
    history.replays.append((str(uuid4()), str(uuid4())))


def _do_what_was_refused(history: History, _: Seen) -> None:
    history.of("create")[0].outcome = Outcome.REFUSED


def _show_an_old_version(history: History, _: Seen) -> None:
    write = history.of("rename")[-1]
    assert write.record is not None
    history.reads.append(replace(history.reads[-1], record=write.record, version=1, began=write.ended + 0.001))


def _overbook(_: History, seen: Seen) -> None:
    log = seen.changes["events"]
    for n in range(seen.first_capacity * 3):
        after = {"status": "confirmed"}
        log.append(Change(str(uuid4()), log[-1].sequence + 1, "…", "registration", f"guest {n}", 2, after))


def _leave_a_place_free(_: History, seen: Seen) -> None:
    seen.capacity = 1_000
    seen.registrations[0].status = "waitlisted"


def _forget_to_record(_: History, seen: Seen) -> None:
    seen.changes["members"] = [one for one in seen.changes["members"] if one is not seen.changes["members"][-1]]


def _skip_in_the_feed(history: History, seen: Seen) -> None:
    history.followed["members"].remove(seen.changes["members"][-1].id)


def _show_twice_in_the_feed(history: History, seen: Seen) -> None:
    history.followed["members"].append(seen.changes["members"][-1].id)


def _never_deliver(_: History, seen: Seen) -> None:
    seen.arrivals["liaison"].pop()


def _deliver_twice(_: History, seen: Seen) -> None:
    seen.arrivals["events"].append(replace(seen.arrivals["events"][-1], id=seen.changes["members"][-1].id))


def _deliver_what_was_rolled_back(_: History, seen: Seen) -> None:
    seen.arrivals["events"].append(replace(seen.arrivals["events"][-1], id=str(uuid4()), sequence=10**9))


def _copy_wrongly(_: History, seen: Seen) -> None:
    copies = seen.copies["liaison"]
    copies[next(iter(copies))] = "another name"


def _tear_an_answer(history: History, _: Seen) -> None:
    history.answers.append(Answer("GET", "/v1/organisations", 200, 0.1, "200 with a body that is no JSON"))


PLANTS: dict[str, list[Plant]] = {
    "lost": [_lose_a_record, _lose_a_rename, _lose_a_cancellation],
    "doubled": [_double_a_record, _answer_a_repeat_otherwise],
    "refused": [_do_what_was_refused],
    "stale": [_show_an_old_version],
    "overbooked": [_overbook, _leave_a_place_free],
    "unrecorded": [_forget_to_record],
    "missed": [_skip_in_the_feed],
    "repeated": [_show_twice_in_the_feed],
    "late": [_never_deliver],
    "twice": [_deliver_twice],
    "uncommitted": [_deliver_what_was_rolled_back],
    "differing": [_copy_wrongly],
    "improper": [_tear_an_answer],
}
"""Kind of damage → ways to plant it."""


def _copied(run: Whole) -> Whole:
    """A history, or what was seen after it, that can be damaged without harm to the original."""

    def copied(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: copied(one) for key, one in value.items()}
        if isinstance(value, list):
            return [replace(one) if is_dataclass(one) and not isinstance(one, type) else one for one in value]
        return value

    return replace(run, **{one.name: copied(getattr(run, one.name)) for one in fields(run)})


def unseen(history: History, seen: Seen) -> list[str]:
    """The planted damage that the checker did not see in a good run's history."""
    missed: list[str] = []
    for kind, plants in PLANTS.items():
        for plant in plants:
            damaged = _copied(history), _copied(seen)
            plant(*damaged)
            if not check(*damaged).counts[kind]:
                missed.append(f"{kind} ({plant.__name__.strip('_').replace('_', ' ')})")
    return missed
