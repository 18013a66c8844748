"""What becomes of a row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.custom.definitions import in_force
from services.kit.custom.texts import from_texts
from services.kit.errors import Problem
from services.kit.reading import Resource
from services.members.features.imports.convert.row import Parsed

Outcome = Literal["created", "updated", "matched", "rejected"]


@dataclass(slots=True)
class Decision:
    """A row and what became of it."""

    parsed: Parsed
    built: Any = None
    """The row of a new record, where it was built ahead."""
    outcome: Outcome = "rejected"
    record_id: UUID | None = None
    record_version: int | None = None
    before: dict[str, Any] | None = None
    besides: list[dict[str, Any]] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The row's number."""
        return self.parsed.number

    def reject(self, code: str, detail: str, **about: Any) -> None:
        """The row is not taken, and why."""
        self.parsed.told.reject(code, detail, **about)
        self.begin_anew()

    def refuse(self, problem: Problem) -> None:
        """The row is not taken, as the API would not take it."""
        for one in problem.errors or ():
            self.reject(one.code, one.detail, field=one.pointer.strip("/").replace("/", ".") or None)
        if not problem.errors:
            self.reject(problem.slug.replace("-", "_"), problem.detail or f"{problem.title}.")

    def begin_anew(self) -> None:
        """Nothing became of the row: what was written is taken back."""
        self.outcome = "rejected"
        self.record_id = self.record_version = self.before = self.built = None
        self.besides = []

    def forget_what_was_made(self, made: Collection[UUID | None]) -> None:
        """A rehearsal leaves nothing to point at: the records that it made are no more."""
        if self.record_id in made:
            self.record_id = None
        self.record_version = self.before = None
        self.besides = []

    def told(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {
            "number": self.number,
            "outcome": self.outcome,
            "problems": self.parsed.told.problems or None,
            "record_id": self.record_id,
            "record_version": self.record_version,
            "before": self.before,
            "besides": self.besides or None,
        }


async def type_custom_fields(session: AsyncSession, resource: Resource[Any], parsed: Sequence[Parsed]) -> None:
    """Read the cells of custom fields by what the fields are now. What cannot be read is refused with the row."""
    custom = resource.custom
    named = [one for one in parsed if one.new is not None and one.new.custom]
    if custom is None or not named:
        return
    definitions = await in_force(session, custom, hold=True)
    for one in named:
        one.new.custom = from_texts(definitions, one.new.custom)
