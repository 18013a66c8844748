"""vCard 4.0 (RFC 6350): records as cards that address books read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cards:
    """How a resource's records are written as cards."""

    of: Callable[[Mapping[str, Any]], Any]
