"""What members tells of organisations, persons and their consents."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from tests.wire import changes


def told(
    verb: str,
    id: UUID | str,
    *,
    resource: str = "organisation",
    version: int | None = None,
    before: dict[str, Any] | None = None,
    **after: Any,
) -> dict[str, Any]:
    """A change of an organisation or person, later than those before."""
    about = [UUID(str(id))]
    return changes.told(f"members.{resource}.{verb}", id, version=version, about=about, before=before, **after)


def decided(
    person_id: UUID | str, decision: str, *, at: datetime | None = None, purpose: str = "cross_border_transfer"
) -> dict[str, Any]:
    """A consent, given or withdrawn."""
    when = (at or datetime.now(UTC)).isoformat()
    return changes.told(
        f"members.consent.{decision}",
        uuid4(),
        person_id=str(person_id),
        purpose=purpose,
        decision=decision,
        decided_at=when,
    )
