"""The caller, as the gateway knows it."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.contracts.base import Input, Output
from services.contracts.gateway.user import Password


class Me(Output):
    """Who you are and what you may do."""

    subject: str = Field(
        description="Who you are, as change records name you.", examples=["user:0192f1a0-7d5e-7c3a-9b1e-2f4a6c8e0d12"]
    )
    kind: Literal["staff", "partner"] = Field(description="Staff, or a partner with a key.")
    name: str | None = Field(description="As colleagues see it.", examples=["林晓 Lin Xiao"])
    email: str | None = Field(None, description="Of a user.", examples=["lin@alliance.example"])
    roles: list[str] = Field(default_factory=list, description="Of a user.", examples=[["secretariat"]])
    scopes: list[str] = Field(description="What you may do.", examples=[["members:read", "members:write"]])
    organisation_id: UUID | None = Field(None, description="The organisation a key is bound to.")


class PasswordChange(Input):
    """A new password of one's own."""

    current_password: Password = Field(description="The one you sign in with now.", examples=["a long first password"])
    new_password: Password = Field(description="At least 12 characters.", examples=["a better and longer password"])
