"""Roles: named sets of scopes."""

from typing import Annotated
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints

from services.contracts.base import Input, Instant, Names, NamesPatch, Output
from services.contracts.gateway.api_key import Scopes

RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=50)]


class Role(Output):
    """What a user with this role may do."""

    id: UUID
    name: str = Field(examples=["liaison-officer"])
    titles: Names = Field(description="What people call it.")
    scopes: list[str] = Field(examples=[["liaison:read", "liaison:write"]])
    fixed: bool = Field(
        description="The administrator's role always holds every scope and cannot be changed or deleted."
    )
    created_at: Instant
    updated_at: Instant


class RoleCreate(Input):
    """A new role."""

    name: RoleName = Field(description="Unique; stays as it is.", examples=["training-officer"])
    titles: Names
    scopes: Scopes = Field(description="You can give only scopes you hold.", examples=[["events:read", "members:read"]])


class RoleUpdate(Input):
    """Left out keeps. A change holds for signed-in users within seconds."""

    titles: NamesPatch | MISSING = MISSING
    scopes: Scopes | MISSING = Field(MISSING, examples=[["events:read", "events:write"]])
