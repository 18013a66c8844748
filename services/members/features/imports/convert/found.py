"""What cells are read with, and what they said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.members.features.imports.convert.dates import Order
from services.members.features.imports.convert.told import Told
from services.members.features.imports.fields import Field


@dataclass(frozen=True, slots=True)
class Column:
    """A column that becomes something."""

    index: int
    heading: str
    name: str
    """The field's name in the mapping: `names.zh`."""
    field: Field
    order: Order | None

    @property
    def by(self) -> str:
        """What stands behind the dot."""
        return self.name.partition(".")[2]


@dataclass(slots=True)
class Context:
    """What cells are read with."""

    resource: str
    labels: Mapping[str, str | None] = field(default_factory=dict)
    """The office's country labels, by their folded form."""
    country: str | None = None
    """The hint for phones where the row names none."""
    since_1904: bool = False


@dataclass(slots=True)
class Found:
    """What the cells of a row said."""

    number: int
    told: Told
    body: dict[str, Any] = field(default_factory=dict)
    id: UUID | None = None
    affiliation: dict[str, Any] = field(default_factory=dict)
    """Organisation, role and dates, for persons."""


def tell(found: Found, column: Column, code: str, detail: str, value: str) -> None:
    """Tell of a value that is not taken as it stands."""
    found.told.say(code, detail, column=column.heading, field=column.name, value=value)
