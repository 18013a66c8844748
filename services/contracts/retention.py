"""What one service asks another about records whose time is over."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from services.contracts.base import Input, Output, Whole

RetainedAfter = TypeAliasType("RetainedAfter", Literal["created_at", "updated_at"])
KeepDays = Annotated[Whole, Field(ge=1, le=36_500)]


class RetentionOrder(Input):
    """A rule, as the service that holds the records is told it."""

    rule_id: UUID
    resource: str = Field(max_length=40)
    after: RetainedAfter
    keep_days: KeepDays


class RetentionPreview(Output):
    """What a rule would do now."""

    count: int = Field(description="How many records are due.", examples=[12])
    records: Annotated[list[UUID], Field(max_length=100)] = Field(description="The first hundred of them.")


class RetentionDone(Output):
    """What was done of a rule at one go."""

    count: int = Field(description="How many records were let go; fewer than a portion when none is left.")
