"""Changes of members' persons, as members delivers them to other services, and the worker that applies them."""

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from services.contracts.change import Change
from tests.wire.api import Api
from tests.wire.callers import Signer

_sequence = count(1_000_000)


def told(type: str, resource_id: UUID | str, **after: Any) -> dict[str, Any]:
    """A change, later than those before; `type` is `person.merged` and the like."""
    number = next(_sequence)
    change = Change(
        id=uuid4(),
        sequence=number,
        type=f"members.{type}",
        resource=type.split(".")[0],
        resource_id=UUID(str(resource_id)),
        resource_version=number,
        organisation_ids=[],
        before={},
        after=after,
        actor=f"user:{uuid4()}",
        via=None,
        request_id=None,
        at=datetime.now(UTC),
    )
    return change.model_dump(mode="json")


def decided(
    person_id: UUID | str, decision: str, *, at: datetime | None = None, purpose: str = "cross_border_transfer"
) -> dict[str, Any]:
    """A consent, given or withdrawn."""
    when = (at or datetime.now(UTC)).isoformat()
    after = {"person_id": str(person_id), "purpose": purpose, "decision": decision, "decided_at": when}
    return told(f"consent.{decision}", uuid4(), **after)


async def deliver(api: Api, signer: Signer, *changes: dict[str, Any]) -> None:
    """Take changes in and apply them."""
    members = api.as_(signer.service("members"))
    reply = await members.post("/internal/inbox", {"source": "members", "changes": changes})
    assert reply.status_code == 204, reply.text
    await work(api)


async def work(api: Api) -> None:
    """Run the jobs that are due."""
    async with api.runtime.jobs.app.open_async():
        await api.runtime.jobs.app.run_worker_async(
            wait=False,
            install_signal_handlers=False,
            listen_notify=False,
            delete_jobs="successful",
            additional_context={"runtime": api.runtime},
        )
