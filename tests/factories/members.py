"""Bodies of requests to members, valid unless told otherwise."""

from itertools import count
from typing import Any

_number = count(1)


def an_organisation(**given: Any) -> dict[str, Any]:
    """An organisation of its own name."""
    n = next(_number)
    return {
        "names": {"zh": f"测试景区{n}", "en": f"Test Scenic Area {n}"},
        "kind": "scenic_area",
        "country": "CN",
        **given,
    }
