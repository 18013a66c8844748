"""What counts as good, as refused and as missed: a measurement that can't fail measures nothing."""

import time
from collections import Counter
from dataclasses import replace
from typing import Any

from tests.load import clients, overload, soak
from tests.load.generator import Tally, percentiles
from tests.load.targets import Target
from tests.load.traffic import SHARES, WRITES, Ground, Traffic
from tests.load.watching import Sample

HEAD = b"http/1.1 503 service unavailable\r\nretry-after: 1\r\n\r\n"


def _stretch(**given: Any) -> dict[str, Any]:
    return {
        "times": 5,
        "good_per_second": 90.0,
        "refused_ms": {"p99": 20.0},
        "good_ms": {"p99": 100.0},
        "failed": {},
        "unanswered": 0,
        "refused_without_retry_after": 0,
        "memory_peak_mb": {"gateway": 200.0, "members": 300.0},
        **given,
    }


def _missed(targets: list[Target]) -> list[str]:
    return [target.what for target in targets if not target.met]


def _overloaded(**given: Any) -> list[str]:
    once = _stretch(times=1)
    return _missed(overload.judged(80.0, 120.0, [once, _stretch(times=2), _stretch(**given)]))


def test_overload_is_judged_by_each_of_its_targets() -> None:
    assert _overloaded() == []
    assert _overloaded(good_per_second=79.0) == ["5×: good answers, of the peak"]
    assert _overloaded(refused_ms={"p99": 101.0}) == ["5×: refused within, p99"]
    assert _overloaded(failed={"register: 504": 1}) == ["5×: neither good nor a proper refusal"]
    assert _overloaded(unanswered=1) == ["5×: neither good nor a proper refusal"]
    assert _overloaded(refused_without_retry_after=1) == ["5×: refusals without Retry-After"]
    grown = {"gateway": 200.0, "members": 451.0}
    assert _overloaded(memory_peak_mb=grown) == ["5×: memory above 1×, most (members)"]


def test_answers_are_counted_for_what_they_are() -> None:
    tally = Tally(ends=time.perf_counter() + 60, under_way=5)
    for status, head in ((200, b""), (503, HEAD), (429, b"http/1.1 429 x\r\n\r\n"), (500, b""), (0, b"")):
        tally.note("register", status, head, 0.01, time.perf_counter())
    assert (tally.good_in_time, tally.refused_in_time, tally.without_retry_after) == (1, 2, 1)
    assert tally.failed == {"register: 500": 1, "register: broken": 1}
    assert tally.under_way == 0
    tally.note("register", 200, b"", 0.01, tally.ends + 1)
    assert tally.good_in_time == 1, "good, but too late to count for this stretch"
    assert percentiles(tally.good["register"])["max"] == 10.0


def test_crowds_are_judged_by_the_tail_beside_them() -> None:
    def judged(kind: str, **given: Any) -> list[str]:
        beside = _stretch(beside=kind, wanted=10_000, still_open=10_000, **given)
        return _missed(clients.judged([_stretch(), beside, _stretch()]))

    assert judged("idle") == []
    assert judged("idle", good_ms={"p99": 151.0}) == ["idle: p99 of the others"]
    assert judged("idle", memory_peak_mb={"gateway": 501.0}) == ["idle: gateway's memory above alone"]


def test_a_soak_finds_what_grows() -> None:
    flat = [Sample(float(at), {"gateway": 200.0}, 30, 0, 100, {}) for at in range(60)]
    result = {**_stretch(), "began": 0.0, "minutes": 1.0}
    assert _missed(soak.judged(result, flat)) == []
    leaking = [replace(one, memory={"gateway": 200.0 + one.at}) for one in flat]
    assert _missed(soak.judged(result, leaking)) == ["soak: gateway, MB at the end"]
    left = [*flat[:-1], replace(flat[-1], left_in_transaction=1)]
    assert _missed(soak.judged(result, left)) == ["soak: sessions left idle in a transaction"]


def test_the_traffic_is_a_conference_morning() -> None:
    assert sum(SHARES.values()) == 100
    assert sum(share for kind, share in SHARES.items() if kind not in WRITES) == 80
    assert SHARES["register"] + SHARES["check in"] == 15
    ground = Ground("k", ["o"] * 200, [("o", '"1.a"')] * 400, ["e"], ["a"], ["c"], ["r"], codes=["A"] * 400)
    traffic = Traffic(ground)
    made = Counter(traffic.next().kind for _ in range(2_000))
    assert made.keys() == SHARES.keys()
    assert 1_500 < sum(count for kind, count in made.items() if kind not in WRITES) < 1_700
