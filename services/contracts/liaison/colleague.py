"""Someone of ours: who owns a counterpart or a follow-up, who took part in an interaction."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.contracts.base import Input, Label

Subject = Annotated[
    str,
    StringConstraints(pattern=r"^user:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", max_length=41),
]
"""A staff user as tokens and changes name them."""


class Colleague(Input):
    """Someone of ours. Given as a whole, so that a name is never left beside another's subject."""

    subject: Subject | None = Field(
        description="Their user, or null for someone who has none.",
        examples=["user:01976b1e-7c3a-7000-8000-000000000001"],
    )
    name: Label = Field(description="As colleagues know them.", examples=["Lin Xiaoyun"])
