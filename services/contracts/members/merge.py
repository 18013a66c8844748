"""Merging two records of one organisation or person, seeing beforehand what that does, and taking it back."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field, JsonValue
from typing_extensions import TypeAliasType

from services.contracts.base import Input, Instant, Output
from services.contracts.members.duplicate import Mergeable

_WINNER = ["01976b1e-7c3a-7000-8000-000000000001"]
_LOSER = ["01976b1e-7c3a-7000-8000-000000000002"]

Side = TypeAliasType("Side", Literal["winner", "loser"])
"""Whose value stays."""
Sides = TypeAliasType("Sides", Literal["winner", "loser", "both"])
"""Whose values stay; `both` puts them together, the winner's first."""


class OrganisationMergeFields(Input):
    """Which value stays. Left out: both where that is possible, else the winner's, or the loser's where it has none."""

    names: Sides | MISSING = Field(MISSING, examples=["both"])
    kind: Side | MISSING = MISSING
    country: Side | MISSING = MISSING
    subdivision: Side | MISSING = MISSING
    city: Side | MISSING = Field(MISSING, examples=["loser"])
    address: Side | MISSING = MISSING
    website: Side | MISSING = MISSING
    emails: Sides | MISSING = MISSING
    phones: Sides | MISSING = MISSING
    identifiers: Sides | MISSING = MISSING
    tags: Sides | MISSING = MISSING
    former_names: Sides | MISSING = MISSING
    description: Sides | MISSING = MISSING
    officer_id: Side | MISSING = MISSING
    contact_cadence_days: Side | MISSING = MISSING
    key_member: Side | MISSING = MISSING
    custom: Sides | MISSING = MISSING


class PersonMergeFields(Input):
    """Which value stays. Left out: both where that is possible, else the winner's, or the loser's where it has none."""

    names: Sides | MISSING = Field(MISSING, examples=["both"])
    name_parts: Sides | MISSING = MISSING
    titles: Sides | MISSING = MISSING
    salutations: Sides | MISSING = MISSING
    family_name: Side | MISSING = MISSING
    given_name: Side | MISSING = MISSING
    languages: Sides | MISSING = MISSING
    email: Side | MISSING = Field(MISSING, description="The other one becomes one of `other_emails`.")
    other_emails: Sides | MISSING = MISSING
    phones: Sides | MISSING = MISSING
    wechat: Side | MISSING = MISSING
    country: Side | MISSING = MISSING
    address: Side | MISSING = MISSING
    channels: Sides | MISSING = MISSING
    identifiers: Sides | MISSING = MISSING
    tags: Sides | MISSING = MISSING
    birth_date: Side | MISSING = Field(MISSING, description="Needs persons:sensitive.")
    diet: Side | MISSING = Field(MISSING, description="Needs persons:sensitive.")
    health: Side | MISSING = Field(MISSING, description="Needs persons:sensitive.")
    passport: Side | MISSING = Field(MISSING, description="Needs persons:sensitive.")
    private_channels: Sides | MISSING = Field(MISSING, description="Needs persons:sensitive.")
    custom: Sides | MISSING = MISSING


class _Two(Input):
    winner_id: UUID = Field(description="The record that stays.", examples=_WINNER)
    loser_id: UUID = Field(description="The record that becomes `merged`.", examples=_LOSER)


class OrganisationMergeCreate(_Two):
    """Two records of one organisation."""

    resource: Literal["organisations"] = Field(description="What is merged.", examples=["organisations"])
    fields: OrganisationMergeFields = Field(OrganisationMergeFields(), examples=[{"city": "loser"}])


class PersonMergeCreate(_Two):
    """Two records of one person."""

    resource: Literal["persons"] = Field(description="What is merged.", examples=["persons"])
    fields: PersonMergeFields = Field(PersonMergeFields(), examples=[{"country": "loser"}])


MergeCreate = TypeAliasType(
    "MergeCreate",
    Annotated[OrganisationMergeCreate | PersonMergeCreate, Field(discriminator="resource")],
)


class MergedField(Output):
    """What became of one field. Values are told when the merge is made or tried, and not kept; sensitive ones never."""

    field: str = Field(examples=["city"])
    taken: Sides
    conflict: bool = Field(description="Both had a value, and not the same.")
    winner: JsonValue | MISSING = Field(MISSING, description="The winner's value before.")
    loser: JsonValue | MISSING = Field(MISSING, description="The loser's value.")
    result: JsonValue | MISSING = Field(MISSING, description="The winner's value now.")


class MergedRecords(Output):
    """How many records of a kind follow."""

    resource: str = Field(description="As in addresses: `affiliations`, `registrations`.", examples=["affiliations"])
    count: int | None = Field(description="Null when it is not known: the service does not answer, or no right to ask.")


class Merge(Output):
    """A merge: what won, what moved, and until when it can be undone."""

    id: UUID
    resource: Mergeable
    winner_id: UUID
    loser_id: UUID
    fields: Annotated[list[MergedField], Field(max_length=60)] = Field(description="Those that either of them had.")
    moved: Annotated[list[MergedRecords], Field(max_length=40)] = Field(
        description="What of the loser is the winner's now. Registrations, counterparts and interactions, or of a "
        "person registrations and contacts, follow within seconds."
    )
    merged_by: str = Field(description="Who merged them.")
    undo_until: Instant = Field(description="Until then it can be undone.")
    undone_at: Instant | None = None
    undone_by: str | None = Field(None, description="Who undid it.")
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
