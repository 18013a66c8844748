"""Terms added, renewed, with gaps; resignations, expulsions and reinstatements; the standing on any date. Against a
model that keeps a plain list of both and walks from day to day."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.factories.members import a_membership, a_membership_type, an_organisation
from tests.models.machine import Machine, Way, hold, ways
from tests.wire.api import Api

OFFICE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
ENDS = {"resignation": "resigned", "expulsion": "expelled"}
days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
verbs = st.sampled_from(["resignations", "expulsions", "reinstatements", "reinstatements"])


@dataclass
class File:
    """A membership as one would keep it in a folder."""

    months: int
    grace: int
    terms: list[tuple[date, date]] = field(default_factory=list)
    decisions: list[tuple[date, str]] = field(default_factory=list)

    def add(self, start: date | None, end: date | None) -> int:
        first = start or self.goes_on()
        last = end or _months_after(first, self.months) - DAY
        decided = self.decided(first)
        overlaps = any(first <= one[1] and one[0] <= last for one in self.terms)
        if decided == "expulsion" or last < first or overlaps:
            return 409
        self.terms.append((first, last))
        if decided == "resignation":
            self.decisions.append((first, "reinstatement"))
        return 201

    def decide(self, kind: str, day: date) -> int:
        if (self.decided(day) in ENDS) == (kind in ENDS):
            return 409
        self.decisions.append((day, kind))
        return 201

    def goes_on(self) -> date:
        """The first day of a term that is added without one."""
        today = datetime.now(OFFICE).date()
        if not self.terms:
            return today
        last = max(end for _, end in self.terms)
        in_time = today <= last + timedelta(days=self.grace) and self.decided(today) not in ENDS
        return last + DAY if in_time else max(today, last + DAY)

    def decided(self, day: date) -> str | None:
        """What the last decision was by a day; of several on one day the one added last."""
        begun = [(on, place, kind) for place, (on, kind) in enumerate(self.decisions) if on <= day]
        return max(begun)[2] if begun else None

    def term(self, day: date) -> tuple[date, date] | None:
        return max((one for one in self.terms if one[0] <= day), default=None)

    def status(self, day: date) -> str:
        if (decided := self.decided(day)) in ENDS:
            return ENDS[str(decided)]
        term = self.term(day)
        if term is None:
            return "pending"
        if day <= term[1]:
            return "active"
        return "grace" if day <= term[1] + timedelta(days=self.grace) else "lapsed"

    def runs(self) -> list[tuple[date, date]]:
        """Unbroken stretches of days in a term that no decision took away."""
        every = sorted(day for first, last in self.terms for day in _each(first, last))
        held = [day for day in every if self.decided(day) not in ENDS]
        stretches = [[day for _, day in group] for _, group in groupby(enumerate(held), lambda one: _place(*one))]
        return [(stretch[0], stretch[-1]) for stretch in stretches]

    def edges(self) -> set[date]:
        """Days on which something changes, and the days beside them."""
        turns = {day for term in self.terms for day in (*term, term[1] + timedelta(days=self.grace))}
        turns |= {day for day, _ in self.decisions}
        return {day + timedelta(days=n) for day in turns for n in (-1, 0, 1)}


def _place(place: int, day: date) -> int:
    """The same for days in a row."""
    return day.toordinal() - place


def _each(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:  # 31 June: the day after the month
        return date(year, month + 1, 28) + timedelta(days=next(n for n in (1, 2, 3) if _ends(year, month + 1, n)))


def _ends(year: int, month: int, n: int) -> bool:
    return (date(year, month, 28) + timedelta(days=n)).month != month


class Memberships(Machine[File]):
    """An organisation with one membership."""

    @initialize(months=st.sampled_from([1, 12]), grace=st.sampled_from([0, 1, 30]))
    def join(self, months: int, grace: int) -> None:
        organisation = self.made("/v1/organisations", an_organisation())
        period = {"kind": "rolling", "months": months}
        kind = self.made("/v1/membership-types", a_membership_type(period=period, grace_days=grace))
        self.organisation = organisation["id"]
        made = self.made("/v1/memberships", a_membership(organisation["id"], kind["id"]))
        self.path = f"/v1/memberships/{made['id']}"
        self.model = File(months, grace)

    @rule(start=days, length=st.none() | st.integers(-2, 500), way=ways)
    def renew_from(self, start: date, length: int | None, way: Way) -> None:
        end = None if length is None else start + timedelta(days=length)
        self.renew(way, start, end)

    @rule(way=ways)
    def renew_at_once(self, way: Way) -> None:
        self.renew(way, None, None)

    def renew(self, way: Way, start: date | None, end: date | None) -> None:
        body = {name: str(day) for name, day in (("starts_on", start), ("ends_on", end)) if day}
        before = self.tag()
        reply = self.post(way, f"{self.path}/terms", body, lambda model: model.add(start, end))
        if reply.is_success:
            self.supersede(way, before)
        if reply.is_success and way != "rehearsed":
            first, last = self.model.terms[-1]
            made = reply.json()
            grace_until = str(last + timedelta(days=self.model.grace))
            assert (made["starts_on"], made["ends_on"], made["grace_until"]) == (str(first), str(last), grace_until)

    @rule(verb=verbs, day=days, way=ways)
    def decide(self, verb: str, day: date, way: Way) -> None:
        before = self.tag()
        body = {"effective_on": str(day)}
        reply = self.post(way, f"{self.path}/{verb}", body, lambda model: model.decide(verb[:-1], day))
        if reply.is_success:
            self.supersede(way, before)

    @rule(note=st.sampled_from(["by letter", "by telephone"]), way=ways)
    def write_note(self, note: str, way: Way) -> None:
        self.patch(way, self.path, {"note": note}, lambda _: 200)

    @rule()
    def write_unseen(self) -> None:
        self.refuse_stale(self.path, {"note": "unseen"})

    @rule(day=days)
    def ask(self, day: date) -> None:
        expected = self.model.status(day)
        found = self.read(f"{self.path}?as_of={day}")
        term = self.model.term(day)
        assert found["status"] == expected
        assert (found["term"] and (found["term"]["starts_on"], found["term"]["ends_on"])) == (
            term and (str(term[0]), str(term[1]))
        )
        query = {"organisation_id": self.organisation, "as_of": str(day), "status": expected}
        assert len(self.call(self.api.items("/v1/memberships", **query))) == 1
        self.ask_standing(day)

    def ask_standing(self, day: date) -> None:
        found = self.read(f"/v1/organisations/{self.organisation}/standing?on={day}")
        status, runs = self.model.status(day), self.model.runs()
        begun = [run for run in runs if run[0] <= day]
        since, until = map(str, begun[-1]) if begun else (None, None)
        assert (found["status"], found["member"]) == (status, status in ("active", "grace"))
        assert (found["since"], found["until"]) == (since, until)
        gaps = [{"starts_on": str(a[1] + DAY), "ends_on": str(b[0] - DAY)} for a, b in pairwise(runs)]
        assert found["gaps"] == gaps

    def compare(self) -> None:
        found = self.read(f"{self.path}?expand=terms,decisions")
        terms = [(date.fromisoformat(one["starts_on"]), date.fromisoformat(one["ends_on"])) for one in found["terms"]]
        assert terms == sorted(self.model.terms)
        decided = [(date.fromisoformat(one["effective_on"]), one["kind"]) for one in found["decisions"]]
        assert decided == sorted(self.model.decisions, key=lambda one: one[0])
        for day in sorted(self.model.edges())[::2]:
            self.ask_standing(day)

    def tag(self) -> str:
        return str(self.call(self.api.get(self.path)).headers["etag"])

    def supersede(self, way: Way, tag: str) -> None:
        """A new term or decision is a change of the membership: whoever read it before is refused."""
        if way != "rehearsed":
            self._stale[self.path] = tag
            self.refuse_stale(self.path, {"note": "unseen"})


async def test_memberships_agree_with_a_plain_list(members: Api, sequences: int) -> None:
    await hold(Memberships, members, sequences)


def test_a_month_ends_where_the_next_begins() -> None:
    """Of the model itself."""
    found: dict[str, Any] = {str(day): str(_months_after(day, 1)) for day in (date(2024, 1, 31), date(2025, 5, 31))}
    assert found == {"2024-01-31": "2024-03-01", "2025-05-31": "2025-07-01"}
