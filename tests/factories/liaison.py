"""Bodies of requests to liaison, valid unless told otherwise."""

from itertools import count
from typing import Any

_number = count(1)


def a_counterpart(**given: Any) -> dict[str, Any]:
    """An embassy of its own name."""
    n = next(_number)
    return {
        "names": {"zh": f"测试国{n}驻华大使馆", "en": f"Embassy of Testland {n}"},
        "kind": "embassy",
        "represents": "NP",
        "stands_in": "CN",
        **given,
    }


def a_contact(counterpart_id: str, **given: Any) -> dict[str, Any]:
    """A person of a counterpart."""
    return {"counterpart_id": counterpart_id, "names": {"en": f"Counsellor Example {next(_number)}"}, **given}


def an_interaction(counterpart_id: str, **given: Any) -> dict[str, Any]:
    """A meeting with a counterpart."""
    return {
        "counterpart_id": counterpart_id,
        "channel": "meeting",
        "occurred_on": "2026-03-12",
        "subject": {"zh": "山地旅游日", "en": f"Mountain Tourism Day {next(_number)}"},
        **given,
    }


def a_colleague(name: str = "Lin Example", subject: str | None = None) -> dict[str, Any]:
    """Someone of ours."""
    return {"subject": subject, "name": name}


def a_follow_up(counterpart_id: str, **given: Any) -> dict[str, Any]:
    """Something to do about a counterpart."""
    return {
        "counterpart_id": counterpart_id,
        "owner": a_colleague(),
        "due_on": "2026-03-26",
        "subject": {"en": f"Send the proposal {next(_number)}"},
        **given,
    }
