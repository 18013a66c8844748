"""What a run found, as it is kept in JSON, compared and told."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from tests.bench.files import Worked as Filed
from tests.bench.growth import Grown, Worked
from tests.bench.proxies import Proxied


@dataclass
class Cell:
    """One operation in one way."""

    way: str
    operation: str
    rate: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float | None = None
    """Processor time a request of the process that answered."""
    statements: float | None = None
    """SQL statements a request."""


@dataclass
class Target:
    """A promise, and what was measured."""

    what: str
    wanted: str
    found: str
    met: bool
    required: bool = True
    """Not to meet it fails the run."""


@dataclass
class Outcome:
    """One run."""

    at: str
    machine: dict[str, Any]
    rows: int
    cells: list[Cell] = field(default_factory=list)
    search_alone_p99_ms: float | None = None
    proxies: list[Proxied] = field(default_factory=list)
    growth: list[Grown] = field(default_factory=list)
    workers: list[Worked] = field(default_factory=list)
    files: list[Filed] = field(default_factory=list)
    memory: dict[str, dict[str, float]] = field(default_factory=dict)
    """When → process → resident megabytes."""
    cores_together: dict[str, float] = field(default_factory=dict)
    """Operation → what a core did beside a busy one, of what it does alone, just before (`cores.together`)."""
    left_out: list[str] = field(default_factory=list)
    seconds: float = 0.0
    load_after: float = 0.0

    def cell(self, way: str, operation: str) -> Cell | None:
        """What was measured of it."""
        return next((cell for cell in self.cells if (cell.way, cell.operation) == (way, operation)), None)

    def ratio(self, operation: str, way: str, beside: str) -> float | None:
        """Requests a second of one way by those of another."""
        one, other = self.cell(way, operation), self.cell(beside, operation)
        return None if one is None or other is None else one.rate / other.rate

    def keep(self, path: Path) -> None:
        """Write it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Outcome":
        """What `keep` wrote."""
        return TypeAdapter(cls).validate_json(path.read_bytes())
