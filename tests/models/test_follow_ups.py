"""The follow-up list: due dates, owners, done, dropped and open again, and what is overdue. Against a list on paper."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.factories.liaison import a_colleague, a_counterpart, a_follow_up
from tests.models.machine import Machine, Way, hold, ways
from tests.wire.api import Api

OFFICE = ZoneInfo("Asia/Shanghai")
OWNERS = tuple(f"user:01976b1e-7c3a-7000-8000-00000000000{n}" for n in (1, 2))
offsets = st.integers(-3, 3)
owners = st.sampled_from(OWNERS)
picks = st.integers(0, 50)


@dataclass(frozen=True)
class Line:
    """One thing to do."""

    due_on: date
    owner: str
    status: str = "open"

    def overdue(self, on: date) -> bool:
        return self.status == "open" and self.due_on < on


Lines = dict[str, Line]


def today() -> date:
    """The office's."""
    return datetime.now(OFFICE).date()


class FollowUps(Machine[Lines]):
    """What is to be done about one counterpart."""

    @initialize()
    def begin(self) -> None:
        self.counterpart = self.made("/v1/counterparts", a_counterpart())["id"]
        self.base = today()
        self.model = {}

    @rule(offset=offsets, owner=owners, way=ways)
    def add(self, offset: int, owner: str, way: Way) -> None:
        due_on = self.base + timedelta(days=offset)
        body = a_follow_up(self.counterpart, due_on=str(due_on), owner=a_colleague(subject=owner))
        reply = self.post(way, "/v1/follow-ups", body, lambda _: 201)
        if way != "rehearsed":
            self.model[reply.json()["id"]] = Line(due_on, owner)

    @precondition(lambda self: self.model)
    @rule(pick=picks, offset=offsets, way=ways)
    def move(self, pick: int, offset: int, way: Way) -> None:
        due_on = self.base + timedelta(days=offset)
        self.change(pick, way, {"due_on": str(due_on)}, due_on=due_on)

    @precondition(lambda self: self.model)
    @rule(pick=picks, owner=owners, way=ways)
    def hand_over(self, pick: int, owner: str, way: Way) -> None:
        self.change(pick, way, {"owner": a_colleague(subject=owner)}, owner=owner)

    @precondition(lambda self: self.model)
    @rule(pick=picks, status=st.sampled_from(["done", "dropped", "open"]), way=ways)
    def close_or_reopen(self, pick: int, status: str, way: Way) -> None:
        self.change(pick, way, {"status": status}, status=status)

    def change(self, pick: int, way: Way, body: dict[str, Any], **noted: Any) -> None:
        id = self.at(pick)

        def does(lines: Lines) -> int:
            lines[id] = replace(lines[id], **noted)
            return 200

        reply = self.patch(way, f"/v1/follow-ups/{id}", body, does)
        closed = (noted.get("status") or self.model[id].status) != "open"
        assert (reply.json()["closed_at"] is not None, reply.json()["closed_by"] is not None) == (closed, closed)

    @precondition(lambda self: self.model)
    @rule(pick=picks, way=ways)
    def remove(self, pick: int, way: Way) -> None:
        id = self.at(pick)

        def does(lines: Lines) -> int:
            del lines[id]
            return 204

        self.delete(way, f"/v1/follow-ups/{id}", does)

    @precondition(lambda self: self.model)
    @rule(pick=picks)
    def close_unseen(self, pick: int) -> None:
        self.refuse_stale(f"/v1/follow-ups/{self.at(pick)}", {"status": "done"})

    @rule(offset=offsets, owner=st.none() | owners)
    def ask(self, offset: int, owner: str | None) -> None:
        self.ask_on(self.base + timedelta(days=offset), owner, as_of=str(self.base + timedelta(days=offset)))

    def ask_on(self, on: date, owner: str | None, **query: str) -> None:
        """Who is late on a day, in the order of due dates, page by page."""
        asked = {"counterpart_id": self.counterpart, "sort": "due_on", "limit": 2, **query}
        if owner:
            asked["owner"] = owner
        for overdue in (True, False):
            found = self.call(self.api.items("/v1/follow-ups", **asked, overdue=str(overdue).lower()))
            lines = {id: one for id, one in self.model.items() if one.overdue(on) is overdue}
            expected = [id for id, one in lines.items() if owner in (None, one.owner)]
            assert [row["id"] for row in found] == sorted(expected, key=lambda one: (lines[one].due_on, one))
            assert all(row["overdue"] is overdue for row in found)

    def compare(self) -> None:
        found = self.call(self.api.items("/v1/follow-ups", counterpart_id=self.counterpart))
        lines = {
            row["id"]: Line(date.fromisoformat(row["due_on"]), row["owner"]["subject"], row["status"]) for row in found
        }
        assert lines == self.model
        if today() == self.base:  # else the office's midnight has just passed
            self.ask_on(self.base, None)

    def at(self, pick: int) -> str:
        return list(self.model)[pick % len(self.model)]


async def test_the_list_agrees_with_a_list_on_paper(liaison: Api, sequences: int) -> None:
    await hold(FollowUps, liaison, sequences)
