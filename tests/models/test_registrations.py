"""Registration, waitlist, promotion, capacity and quota edits, cancellation and check-in, against a list on paper."""

import asyncio
from copy import deepcopy
from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.factories.events import a_registration, an_admission_type, published
from tests.models.machine import Machine, Way, bound, hold, ways
from tests.wire.api import Api

RUNNING = ("published", "closed")
NEXT = {"published": {"closed", "cancelled"}, "closed": {"published", "completed", "cancelled"}}
ADDRESSES = ("lin@example.org", "LIN@example.org", "gurung@example.org", "dubois@example.org", None, None)

limits = st.none() | st.integers(1, 4)
quotas = st.none() | st.integers(0, 3)
kinds = st.integers(0, 1)
addresses = st.sampled_from(ADDRESSES)
picks = st.integers(0, 50)


@dataclass
class Entry:
    """A line of the list."""

    kind: int
    address: str | None
    status: str = "new"
    number: int | None = None
    let_in: bool = False


@dataclass
class Register:
    """An event's list of participants, in the order in which they came."""

    limit: int | None
    quotas: list[int | None]
    status: str = "published"
    entries: list[Entry] = field(default_factory=list)

    def taken(self, kind: int | None = None) -> int:
        return sum(one.status == "confirmed" and kind in (None, one.kind) for one in self.entries)

    def has_place(self, kind: int) -> bool:
        quota = self.quotas[kind]
        return (self.limit is None or self.taken() < self.limit) and (quota is None or self.taken(kind) < quota)

    def add(self, kind: int, address: str | None) -> int:
        if self.status not in RUNNING or self._known(address):
            return 409
        entry = Entry(kind, address, "confirmed" if self.has_place(kind) else "waitlisted")
        if entry.status == "waitlisted":
            entry.number = max((one.number or 0 for one in self.entries), default=0) + 1
        self.entries.append(entry)
        return 201

    def add_all(self, items: list[tuple[int, str | None]], atomic: bool) -> int:
        before = deepcopy(self.entries)
        if any([self.add(kind, address) != 201 for kind, address in items]) and atomic:  # noqa: C419 - all are tried
            self.entries = before
            return 409
        return 200

    def address(self, n: int, address: str | None) -> int:
        one = self.entries[n]
        others = [other for place, other in enumerate(self.entries) if place != n]
        if one.status == "cancelled" or (address and any(_same(other, address) for other in others)):
            return 409
        one.address = address
        return 200

    def cancel(self, n: int) -> int:
        one = self.entries[n]
        if one.status == "cancelled" or one.let_in:
            return 409
        one.status, one.number = "cancelled", None
        self.promote()
        return 200

    def let_in(self, n: int) -> int:
        one = self.entries[n]
        if one.let_in:
            return 200
        if one.status != "confirmed" or self.status not in RUNNING:
            return 409
        one.let_in = True
        return 201

    def let_out(self, n: int) -> int:
        self.entries[n].let_in = False
        return 204

    def set_limit(self, limit: int | None) -> int:
        if limit is not None and self.taken() > limit:
            return 409
        self.limit = limit
        self.promote()
        return 200

    def set_quota(self, kind: int, quota: int | None) -> int:
        if quota is not None and self.taken(kind) > quota:
            return 409
        self.quotas[kind] = quota
        self.promote()
        return 200

    def become(self, status: str) -> int:
        if status not in {self.status} | NEXT.get(self.status, set()):
            return 409
        self.status = status
        self.promote()
        return 200

    def promote(self) -> None:
        waiting = [one for one in self.entries if one.status == "waitlisted"]
        for one in sorted(waiting, key=lambda one: one.number or 0):
            if self.status in RUNNING and self.has_place(one.kind):
                one.status, one.number = "confirmed", None

    def _known(self, address: str | None) -> bool:
        return address is not None and any(_same(one, address) for one in self.entries)


def _same(one: Entry, address: str) -> bool:
    return one.status != "cancelled" and one.address is not None and one.address.lower() == address.lower()


class Registrations(Machine[Register]):
    """An event with two admission types."""

    @initialize(limit=limits, first=quotas, second=quotas)
    def publish(self, limit: int | None, first: int | None, second: int | None) -> None:
        event = self.call(published(self.api, capacity=limit))
        self.event = f"/v1/events/{event['id']}"
        self.event_id = event["id"]
        of_each = (first, second)
        self.kinds = [self.made("/v1/admission-types", an_admission_type(event["id"], quota=n))["id"] for n in of_each]
        self.ids: list[str] = []
        self.codes: list[str] = []
        self.check_ins: dict[int, str] = {}
        self.model = Register(limit, [first, second])

    def body(self, kind: int, address: str | None) -> dict[str, object]:
        return a_registration(self.kinds[kind], participant={"email": address})

    @rule(kind=kinds, address=addresses, way=ways)
    def register(self, kind: int, address: str | None, way: Way) -> None:
        reply = self.post(way, "/v1/registrations", self.body(kind, address), lambda model: model.add(kind, address))
        if reply.status_code == 201 and way != "rehearsed":
            made, noted = reply.json(), self.model.entries[-1]
            assert (made["status"], made["waitlist_number"]) == (noted.status, noted.number)
            self.note(made["id"], made["code"])

    @rule(items=st.lists(st.tuples(kinds, addresses), min_size=1, max_size=4), atomic=st.booleans(), way=ways)
    def register_many(self, items: list[tuple[int, str | None]], atomic: bool, way: Way) -> None:
        body = {"items": [self.body(*item) for item in items], "atomic": atomic}
        reply = self.post(way, "/v1/registrations/bulk", body, lambda model: model.add_all(items, atomic))
        if reply.is_success and way != "rehearsed":
            for result in reply.json()["results"]:
                if result["status"] == 201:
                    self.note(result["id"], self.read(f"/v1/registrations/{result['id']}")["code"])

    def note(self, id: str, code: str) -> None:
        self.ids.append(id)
        self.codes.append(code)

    @precondition(lambda self: self.ids)
    @rule(pick=picks, address=addresses, way=ways)
    def change_address(self, pick: int, address: str | None, way: Way) -> None:
        n = pick % len(self.ids)
        path, change = f"/v1/registrations/{self.ids[n]}", {"participant": {"email": address}}
        self.patch(way, path, change, lambda model: model.address(n, address))

    @precondition(lambda self: self.ids)
    @rule(pick=picks, way=ways)
    def cancel(self, pick: int, way: Way) -> None:
        n = pick % len(self.ids)
        self.post(way, f"/v1/registrations/{self.ids[n]}/cancellations", {}, lambda model: model.cancel(n))

    @precondition(lambda self: self.ids)
    @rule(pick=picks, way=ways)
    def scan(self, pick: int, way: Way) -> None:
        n = pick % len(self.ids)
        reply = self.post(way, "/v1/check-ins", {"code": self.codes[n]}, lambda model: model.let_in(n))
        if reply.is_success and way != "rehearsed":
            made = reply.json()["id"]
            assert self.check_ins.setdefault(n, made) == made  # the first scan counts

    @precondition(lambda self: self.check_ins)
    @rule(pick=picks, way=ways)
    def undo_scan(self, pick: int, way: Way) -> None:
        n = list(self.check_ins)[pick % len(self.check_ins)]
        self.delete(way, f"/v1/check-ins/{self.check_ins[n]}", lambda model: model.let_out(n))
        if way != "rehearsed":
            del self.check_ins[n]

    @rule(limit=limits, way=ways)
    def change_capacity(self, limit: int | None, way: Way) -> None:
        self.patch(way, self.event, {"capacity": limit}, lambda model: model.set_limit(limit))

    @rule(kind=kinds, quota=quotas, way=ways)
    def change_quota(self, kind: int, quota: int | None, way: Way) -> None:
        path = f"/v1/admission-types/{self.kinds[kind]}"
        self.patch(way, path, {"quota": quota}, lambda model: model.set_quota(kind, quota))

    @rule(status=st.sampled_from(["published", "closed", "published", "closed", "completed", "cancelled"]), way=ways)
    def change_status(self, status: str, way: Way) -> None:
        self.patch(way, self.event, {"status": status}, lambda model: model.become(status))

    @rule(limit=limits)
    def change_unseen(self, limit: int | None) -> None:
        self.refuse_stale(self.event, {"capacity": limit})

    def compare(self) -> None:
        found = self.call(self.api.items("/v1/registrations", event_id=self.event_id, limit=200))
        rows = {row["id"]: row for row in found}
        assert set(rows) == set(self.ids)
        for id, noted in zip(self.ids, self.model.entries, strict=True):
            row = rows[id]
            now = (row["status"], row["waitlist_number"], row["checked_in_at"] is not None, row["participant"]["email"])
            assert now == (noted.status, noted.number, noted.let_in, noted.address)
        event = self.read(self.event)
        assert (event["capacity"], event["status"]) == (self.model.limit, self.model.status)
        assert self.model.limit is None or self.model.taken() <= self.model.limit


async def test_registrations_agree_with_a_list_on_paper(events: Api, sequences: int) -> None:
    await hold(Registrations, events, sequences)


class Forgetful(Register):
    """A list whose keeper promotes nobody."""

    def promote(self) -> None:
        pass


async def test_sees_the_difference_to_a_list_on_which_nobody_is_promoted(events: Api) -> None:
    kind = bound(Registrations, events)

    def run(paper: type[Register]) -> None:
        machine = kind()
        machine.publish(limit=1, first=None, second=None)
        machine.model = paper(1, [None, None])
        for _ in range(2):
            machine.register(kind=0, address=None, way="once")
        machine.cancel(pick=0, way="once")
        machine.teardown()

    await asyncio.to_thread(run, Register)
    with pytest.raises(AssertionError):
        await asyncio.to_thread(run, Forgetful)
