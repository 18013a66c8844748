"""What one search finds in all services together."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from services.contracts.base import Names, Output

SearchKind = TypeAliasType(
    "SearchKind",
    Literal[
        "organisation",
        "person",
        "segment",
        "event",
        "series",
        "registration",
        "counterpart",
        "contact",
        "interaction",
        "follow_up",
    ],
)


class SearchHit(Output):
    """A record that was found."""

    kind: SearchKind = Field(description="What it is.", examples=["organisation"])
    id: UUID
    names: Names = Field(description="Its names; the subject of an interaction or follow-up.")
    rank: int = Field(
        ge=-1_000_000,
        le=1_000_000,
        description="How well it matches, the same scale for all kinds: above zero by a name, else by an id, address "
        "or number.",
        examples=[6],
    )
    url: str = Field(
        description="Where it is read.", examples=["/v1/organisations/01976b1e-7c3a-7000-8000-000000000001"]
    )


class SearchResults(Output):
    """The best of what was found, of all kinds."""

    items: list[SearchHit] = Field(max_length=100, description="Best match first.")
    more: list[SearchKind] = Field(
        max_length=10, description="Kinds of which more was found than is shown; search their own lists with `q`."
    )
    forbidden: list[SearchKind] = Field(
        max_length=10, description="Kinds that were not searched because the caller may not read them."
    )
    unavailable: list[str] = Field(
        max_length=3, description="Services that could not answer; what they have is missing.", examples=[[]]
    )
