"""What a note or a document is about."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from typing_extensions import TypeAliasType

from services.contracts.base import Input, Output

AboutResource = TypeAliasType("AboutResource", Literal["organisation", "person"])

Subject = Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z]+:[A-Za-z0-9-]{1,80}$")]
"""Who did something, as changes name them: `user:<id>`, `key:<id>` or `service:<name>`."""


class About(Input):
    """The record that something is about."""

    resource: AboutResource = Field(description="What kind of record.", examples=["organisation"])
    id: UUID = Field(description="Its id.", examples=["01976b1e-7c3a-7000-8000-000000000001"])


class Author(Output):
    """Who wrote or sent something."""

    subject: str = Field(description="As changes name them.", examples=["user:01976b1e-7c3a-7000-8000-000000000001"])
    name: str | None = Field(None, description="As they were called then.", examples=["Li Shan"])
