"""Bodies of requests to the library."""

from itertools import count
from typing import Any

_number = count(1)


def a_book(**given: Any) -> dict[str, Any]:
    """A book of its own title."""
    n = next(_number)
    return {"names": {"en": f"Mountain Paths, volume {n}"}, **given}
