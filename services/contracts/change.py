"""One committed write, as feeds, timelines and inboxes tell it."""

from typing import Any
from uuid import UUID

from pydantic import Field

from services.contracts.base import Input, Instant, Output, Page


class Change(Output):
    """A fact that was recorded: what changed, who did it, when."""

    id: UUID
    sequence: int = Field(description="Position within the service; gaps are normal.", examples=[1042])
    type: str = Field(description="`service.resource.verb`.", examples=["members.organisation.updated"])
    resource: str = Field(description="What kind of record was written.", examples=["organisation"])
    resource_id: UUID
    resource_version: int = Field(description="The record's version after the write.", examples=[3])
    organisation_ids: list[UUID] = Field(description="Members' organisations it is about.")
    before: dict[str, Any] = Field(description="Changed fields as they were; personal values are left out.")
    after: dict[str, Any] = Field(description="Changed fields as they are; personal values are left out.")
    actor: str = Field(description="Who did it: `user:…`, `key:…` or `service:…`.")
    via: str | None = Field(description="The service that did it on the actor's behalf.")
    request_id: str | None
    at: Instant = Field(description="When.")


class ChangePage(Page[Change]):
    """One page of a feed."""

    resume_cursor: str | None = Field(
        description="Where this page ends, also on the last one: keep it and give it as `cursor` later, to read what "
        "came since. Null while there is nothing to resume from."
    )


class Delivery(Input):
    """Changes from one service to another's inbox, in the order of their sequence. At least once."""

    source: str = Field(pattern="^(members|events|liaison|gateway)$")
    changes: list[Change] = Field(max_length=500)
