"""Signing in: from an e-mail address and a password to tokens."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from services.contracts.base import Email, Input, Output

RefreshToken = Annotated[str, StringConstraints(min_length=20, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]


class SignIn(Input):
    """Who signs in."""

    # The example of a new user, and not the first administrator: who tries it again and again is told to wait.
    email: Email = Field(description="The user's e-mail address.", examples=["lin@alliance.example"])
    password: Annotated[SecretStr, Field(min_length=1, max_length=200)] = Field(
        description="The user's password.", examples=["a long first password"]
    )


class SessionRefresh(Input):
    """What a session goes on with."""

    refresh_token: RefreshToken = Field(
        description="The newest refresh token. Each is good for one use; using an old one again ends the session.",
        examples=["alr_5pQ0yq3bJw0cS1m4J8o2v7t6u9x0z1A2B3C4D5E6F7G"],
    )


class SessionTokens(Output):
    """The tokens of a signed-in session."""

    access_token: str = Field(
        description="Send it as `Authorization: Bearer …`.", examples=["eyJhbGciOiJFZDI1NTE5In0.e30.c2ln"]
    )
    token_type: Literal["Bearer"] = Field("Bearer", description="How to send the access token.")
    expires_in: int = Field(description="Seconds until the access token ends.", examples=[900])
    refresh_token: str = Field(
        description="Exchange it for new tokens before or after that.",
        examples=["alr_5pQ0yq3bJw0cS1m4J8o2v7t6u9x0z1A2B3C4D5E6F7G"],
    )
