"""What is told of a value that cannot be taken as it is."""

from dataclasses import dataclass, field
from typing import Any

_LONGEST = 200


@dataclass(slots=True)
class Told:
    """What is told of one row."""

    problems: list[dict[str, Any]] = field(default_factory=list)
    rejected: bool = False

    def say(
        self,
        code: str,
        detail: str,
        *,
        column: str | None = None,
        field: str | None = None,
        value: str | None = None,
    ) -> None:
        """Something to look at."""
        said = {"column": column, "field": field, "code": code, "detail": detail}
        if value is not None:
            said["value"] = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
        if len(self.problems) < 500:
            self.problems.append(said)

    def reject(self, code: str, detail: str, **about: Any) -> None:
        """Why the row is not taken."""
        self.say(code, detail, **about)
        self.rejected = True
