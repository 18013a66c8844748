"""Staff users."""

from typing import Annotated
from uuid import UUID

from pydantic import MISSING, Field, SecretStr

from services.contracts.base import Email, Flag, Input, Instant, Label, Output
from services.contracts.codes import CountryCode
from services.contracts.gateway.role import RoleName

Password = Annotated[SecretStr, Field(min_length=12, max_length=200)]
"""At least 12 characters; length is what protects (NIST SP 800-63B, 3.1.1.2)."""

RoleNames = Annotated[list[RoleName], Field(min_length=1, max_length=20)]


class User(Output):
    """A person who works with the system."""

    id: UUID
    email: str = Field(examples=["lin@alliance.example"])
    name: str = Field(description="As colleagues see it.", examples=["林晓 Lin Xiao"])
    roles: list[str] = Field(description="Their scopes together are what the user may do.", examples=[["secretariat"]])
    country: CountryCode | None = Field(
        None,
        description="Where the user works (ISO 3166-1); null: where the office is. Abroad they get only persons who "
        "agreed to the transfer across borders.",
    )
    disabled: bool = Field(description="A disabled user cannot sign in, and open sessions end within seconds.")
    created_at: Instant
    updated_at: Instant


class UserCreate(Input):
    """A new user."""

    email: Email = Field(description="Unique among users, whatever its case.", examples=["lin@alliance.example"])
    name: Label = Field(description="As colleagues see it.", examples=["林晓 Lin Xiao"])
    password: Password = Field(
        description="The first password; the user can change it at `/v1/me/password`.",
        examples=["a long first password"],
    )
    roles: RoleNames = Field(description="You can give only roles whose scopes you hold.", examples=[["secretariat"]])
    country: CountryCode | None = Field(
        None, description="Where the user works; null: where the office is.", examples=["FR"]
    )


class UserUpdate(Input):
    """Left out keeps."""

    email: Email | MISSING = Field(MISSING, examples=["lin@alliance.example"])
    name: Label | MISSING = Field(MISSING, examples=["林晓 Lin Xiao"])
    password: Password | MISSING = Field(
        MISSING, description="A new password; ends the user's sessions.", examples=["another long password"]
    )
    roles: RoleNames | MISSING = Field(MISSING, examples=[["events-officer"]])
    country: CountryCode | None | MISSING = Field(MISSING, description="Where the user works.")
    disabled: Flag | MISSING = Field(MISSING, description="True ends the user's sessions.", examples=[False])
