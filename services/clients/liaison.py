"""What other services ask liaison, and have it do."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from services.clients.counting import count_of
from services.clients.subjects import SubjectsClient
from services.contracts.base import BulkCreate, BulkResults, Page, Problem
from services.contracts.liaison.counterpart import Counterpart, CounterpartCreate
from services.kit.drift import LAGGING_HEADER
from services.kit.errors import Unavailable

_BULK_SECONDS = 25.0
_SECONDS = 5.0


class LiaisonClient(SubjectsClient):
    """The liaison service. Raises a 502, 503 or 504 problem when it cannot answer; all may be asked again.

    What is written is written for somebody, `acting_for`: liaison's log names them, and they need its scope. Raises
    `MayNotCall` when they may not call any more.
    """

    async def counterpart(self, scheme: str, value: str, *, acting_for: str) -> Counterpart | None:
        """The counterpart that holds an identifier."""
        identifier = f"{scheme}:{value}"
        page = await self.get(
            "/v1/counterparts", Page[Counterpart], acting_for=acting_for, identifier=identifier, limit=1
        )
        return page.items[0] if page.items else None

    async def create_counterparts(
        self, new: Sequence[CounterpartCreate], *, acting_for: str, key: str, rehearse: bool
    ) -> BulkResults | Problem:
        """Make up to 1,000 counterparts, once however often it is said with one key; or why none was made."""
        body = BulkCreate[CounterpartCreate](items=list(new)).model_dump_json()
        path = "/v1/counterparts/bulk" + ("?dry_run=true" if rehearse else "")
        headers = {} if rehearse else {"Idempotency-Key": key}
        reply = await self.tell("POST", path, body, headers=headers, acting_for=acting_for, within=_BULK_SECONDS)
        if reply.is_success:
            return BulkResults.model_validate_json(reply.content)
        problem = _problem(reply.content)
        if problem is None or problem.type.endswith("/request-in-progress"):
            raise Unavailable("liaison is still busy with the same call.")
        return problem

    async def change_counterpart(
        self,
        id: UUID,
        change: Mapping[str, Any],
        *,
        acting_for: str,
        version: int,
        rehearse: bool,
        lagging: Mapping[str, list[str]] | None = None,
    ) -> Counterpart | Problem:
        """Change a counterpart that is at this version; or why not.

        `lagging` is what lagged behind before (`stale_texts`), where this takes a change back.
        """
        path = f"/v1/counterparts/{id}" + ("?dry_run=true" if rehearse else "")
        headers = {"If-Match": f'"{version}"'}
        if lagging is not None:
            headers[LAGGING_HEADER] = json.dumps(lagging)
        content = json.dumps(change)
        reply = await self.tell("PATCH", path, content, headers=headers, acting_for=acting_for, within=_SECONDS)
        if reply.is_success:
            return Counterpart.model_validate_json(reply.content)
        return _problem(reply.content) or Problem(type="/problems/bad-gateway", title="Not understood", status=502)

    async def remove_counterpart(self, id: UUID, *, acting_for: str, version: int) -> int:
        """Remove a counterpart that is at this version; the status that answers."""
        path, headers = f"/v1/counterparts/{id}", {"If-Match": f'"{version}"'}
        reply = await self.tell("DELETE", path, None, headers=headers, acting_for=acting_for, within=_SECONDS)
        return int(reply.status_code)

    async def counterparts_of(self, organisation_id: UUID, on_behalf_of: str | None = None) -> int:
        """How many counterparts an organisation is."""
        return await count_of(self, "/v1/counterparts", organisation_id, on_behalf_of, "organisation_id")

    async def interactions_of(self, organisation_id: UUID, on_behalf_of: str | None = None) -> int:
        """How many interactions there were with it; confidential ones are not counted."""
        return await count_of(self, "/v1/interactions", organisation_id, on_behalf_of, "organisation_id")

    async def contacts_of_person(self, person_id: UUID, on_behalf_of: str | None = None) -> int:
        """How many contacts are a person."""
        return await count_of(self, "/v1/contacts", person_id, on_behalf_of, "person_id")


def _problem(content: bytes) -> Problem | None:
    try:
        return TypeAdapter(Problem).validate_json(content)
    except ValidationError:
        return None
