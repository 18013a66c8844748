"""What the worker does, done now; and members' changes, as members delivers them."""

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from services.contracts.change import Change
from tests.wire.api import Api
from tests.wire.callers import Signer

_sequence = count(1)
SECRETARY = f"user:{uuid4()}"


async def work(events: Api) -> None:
    """Run the jobs that are due."""
    runtime = events.runtime
    async with runtime.jobs.app.open_async():
        await runtime.jobs.app.run_worker_async(
            wait=False,
            install_signal_handlers=False,
            listen_notify=False,
            delete_jobs="successful",
            additional_context={"runtime": runtime},
        )


def told(
    verb: str,
    id: UUID | str,
    *,
    version: int | None = None,
    resource: str = "organisation",
    before: dict[str, Any] | None = None,
    **after: Any,
) -> dict[str, Any]:
    """A change of an organisation or person, later than those before."""
    number = next(_sequence)
    change = Change(
        id=uuid4(),
        sequence=number,
        type=f"members.{resource}.{verb}",
        resource=resource,
        resource_id=UUID(str(id)),
        resource_version=version or number,
        organisation_ids=[UUID(str(id))],
        before=before or {},
        after=after,
        actor=SECRETARY,
        via=None,
        request_id=None,
        at=datetime.now(UTC),
    )
    return change.model_dump(mode="json")


async def deliver(events: Api, signer: Signer, *changes: dict[str, Any]) -> None:
    """Take changes in and apply them."""
    members = events.as_(signer.service("members"))
    reply = await members.post("/internal/inbox", {"source": "members", "changes": changes})
    assert reply.status_code == 204, reply.text
    await work(events)
