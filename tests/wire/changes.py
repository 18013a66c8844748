"""What other services tell, as their workers deliver it, and what the worker of the service under test does of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from services.contracts.change import Change
from tests.wire.api import Api
from tests.wire.callers import Signer

_sequence = count(1)
SECRETARY = f"user:{uuid4()}"


def told(
    type: str,
    id: UUID | str,
    /,
    *,
    version: int | None = None,
    about: Sequence[UUID] = (),
    before: dict[str, Any] | None = None,
    **after: Any,
) -> dict[str, Any]:
    """A change of the type (`events.check_in.made`), later than those before."""
    number = next(_sequence)
    change = Change(
        id=uuid4(),
        sequence=number,
        type=type,
        resource=type.split(".")[1],
        resource_id=UUID(str(id)),
        resource_version=version or number,
        organisation_ids=list(about),
        before=before or {},
        after=after,
        actor=SECRETARY,
        via=None,
        request_id=None,
        at=datetime.now(UTC),
    )
    return change.model_dump(mode="json")


async def deliver(api: Api, signer: Signer, *changes: dict[str, Any]) -> None:
    """Take changes of one service in and apply them."""
    source = changes[0]["type"].partition(".")[0]
    reply = await api.as_(signer.service(source)).post("/internal/inbox", {"source": source, "changes": changes})
    assert reply.status_code == 204, reply.text
    await work(api)


async def work(api: Api) -> None:
    """Run the jobs that are due."""
    runtime = api.runtime
    async with runtime.jobs.app.open_async():
        await runtime.jobs.app.run_worker_async(
            wait=False,
            install_signal_handlers=False,
            listen_notify=False,
            delete_jobs="successful",
            additional_context={"runtime": runtime},
        )
