"""Merging two records of one organisation."""

from uuid import UUID

from pydantic import Field

from services.contracts.base import Input, Output

_WINNER = ["01976b1e-7c3a-7000-8000-000000000001"]
_LOSER = ["01976b1e-7c3a-7000-8000-000000000002"]


class MergeCreate(Input):
    """Which of two records stays."""

    winner_id: UUID = Field(description="The organisation that stays; active.", examples=_WINNER)
    loser_id: UUID = Field(description="The organisation that becomes `merged`.", examples=_LOSER)


class Merge(Output):
    """What a merge moved."""

    winner_id: UUID
    loser_id: UUID
    affiliations: int = Field(description="Moved, or united with one of the winner's.")
    memberships: int = Field(description="Moved, with their terms and decisions.")
    identifiers: int = Field(description="Moved.")
