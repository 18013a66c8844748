"""An organisation among its head office and branches."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.contracts.base import Names, Output
from services.contracts.codes import CountryCode
from services.contracts.members.organisation import OrganisationKind


class OrganisationTreeNode(Output):
    """One organisation of the tree."""

    id: UUID
    parent_id: UUID | None = Field(None, description="The head office it is a branch of.")
    level: int = Field(description="0 is the topmost head office.", examples=[1])
    names: Names
    kind: OrganisationKind
    country: CountryCode | None = None
    status: Literal["active", "archived", "merged"]


class OrganisationTree(Output):
    """The whole tree an organisation stands in, each head office before its branches."""

    organisation_id: UUID = Field(description="The organisation that was asked for.")
    items: Annotated[list[OrganisationTreeNode], Field(max_length=500)] = Field(
        description="By head office, branches of one by name."
    )
    complete: bool = Field(description="False when there are more than asked for: the lower levels are cut off.")
