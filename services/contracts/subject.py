"""What one service asks another about a person: to forget them, or to tell what it holds."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from services.contracts.base import Input, Instant, Output

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", max_length=64)]


class SubjectKeys(Input):
    """By what a person is found; texts as digests only, so that who is to be forgotten is not told again."""

    person_id: UUID
    emails: list[Digest] = Field([], max_length=100, description="Of e-mail addresses in small letters.")
    names: list[Digest] = Field([], max_length=100, description="Of names in small letters.")


class ErasureOrder(SubjectKeys):
    """A person to be forgotten."""

    id: UUID = Field(description="Of the erasure.")
    actor: str = Field(max_length=100, description="Who decided it.")


class ErasureReceipt(Output):
    """What a service did to forget a person."""

    service: str = Field(description="Which service.", examples=["events"])
    at: Instant = Field(description="When.")
    done: dict[str, int] = Field(
        description="How many records of each kind were made anonymous or removed.", examples=[{"registration": 2}]
    )


class SubjectRecords(Output):
    """What a service holds about a person, and as `audit` who used it."""

    service: str
    records: dict[str, list[dict[str, Any]]]
    cut: dict[str, int] = Field({}, description="Kinds of which not all are told → how many there are.")


class MentionQuestion(Input):
    """Names to look for in free text."""

    names: Annotated[list[Annotated[str, StringConstraints(min_length=2, max_length=300)]], Field(max_length=100)]


class Mentions(Output):
    """Where a service's free text holds one of the names."""

    service: str
    records: dict[str, list[UUID]] = Field(description="Kind of record → their ids, the first 200.")
