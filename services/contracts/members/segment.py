"""Segments: organisations or persons that something holds for, found anew each time, or that were put on a list."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import MISSING, ConfigDict, Discriminator, Field, Strict, StringConstraints, Tag
from typing_extensions import TypeAliasType

from services.contracts.base import CalendarDate, Flag, Input, Instant, Names, NamesPatch, Output, Whole
from services.contracts.members.membership import MembershipStatus

MAX_DEPTH = 5
MAX_NODES = 100
MAX_ADDED = 1_000

SegmentResource = TypeAliasType("SegmentResource", Literal["organisations", "persons"])
SegmentKind = TypeAliasType("SegmentKind", Literal["filter", "list"])
Operator = TypeAliasType("Operator", Literal["is", "any_of", "gte", "gt", "lte", "lt"])

_Text = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\u0000]*$")]
_Number = Annotated[float, Strict(), Field(ge=-1e15, le=1e15)]
_Scalar = _Text | Flag | _Number
RelativeDay = Annotated[str, StringConstraints(max_length=10, pattern=r"^(today|[+-][0-9]{1,3}[dwmy])$")]
"""Counted from today in the office: `today`, `-1y`, `+30d`; days, weeks, months, years."""
_Ids = Annotated[list[UUID], Field(min_length=1, max_length=200)]
_ORGANISATION = "01976b1e-7c3a-7000-8000-000000000001"


class FieldCondition(Input):
    """A filter of the resource's list: `{"field": "country", "op": "any_of", "value": ["NP", "BT"]}`."""

    field: Annotated[str, StringConstraints(max_length=80, pattern=r"^[a-z][a-z0-9_.]*$")] = Field(
        description="A filter of `GET /v1/organisations` or `/v1/persons`.", examples=["country"]
    )
    op: Operator = Field(
        "is",
        description="`is` takes one value, `any_of` several; `gte`, `gt`, `lte` and `lt` are for fields with ranges.",
    )
    value: _Scalar | Annotated[list[_Scalar], Field(min_length=1, max_length=100)] = Field(examples=["NP"])


class MembershipOn(Input):
    """What a membership is on a day."""

    status: Annotated[list[MembershipStatus], Field(min_length=1, max_length=6)] = Field(
        ["active", "grace"], description="Any of these."
    )
    type_id: _Ids | None = Field(None, description="Of any of these types; null: of any.", examples=[[_ORGANISATION]])
    on: CalendarDate | RelativeDay = Field("today", description="A day, or one counted from today.", examples=["-1y"])


class MembershipCondition(Input):
    """The organisation has such a membership; of a person, an organisation in which a role is held today."""

    membership: MembershipOn


class AttendanceAt(Input):
    """At which events, and what is meant by having been there."""

    event_id: UUID | None = Field(None, description="This event; null: any.", examples=[_ORGANISATION])
    series_id: UUID | None = Field(None, description="An edition of this series; null: of any.", examples=[None])
    year: Annotated[Whole, Field(ge=1900, le=2199)] | None = Field(
        None, description="An event that began in this year at its venue.", examples=[2026]
    )
    counts: Literal["attended", "registered"] = Field(
        "attended", description="`attended`: somebody was checked in. `registered`: a registration is confirmed."
    )
    of: Literal["organisation", "person"] = Field(
        "organisation",
        description="Whose attendance counts. `organisation`: that of the organisation; of a person, of one in which a "
        "role is held today. `person`: the person's own, by registrations that say who comes; for persons only, and "
        "read with `registrations:read`.",
    )


class AttendanceCondition(Input):
    """The organisation was at such an event; of a person, the person, or an organisation in which a role is held."""

    attendance: AttendanceAt


class LastInteraction(Input):
    """When the organisation was last spoken to, as liaison's log has it; confidential talks do not count."""

    op: Literal["older_than", "newer_than"] = Field(
        description="`older_than` holds for those never spoken to as well.", examples=["older_than"]
    )
    days: Annotated[Whole, Field(ge=0, le=36_500)] = Field(examples=[180])


class InteractionCondition(Input):
    """The last interaction with the organisation; of a person, with one in which a role is held today."""

    last_interaction: LastInteraction


class SegmentCondition(Input):
    """Is in another segment. One of the other resource counts through roles that are held today."""

    segment: UUID = Field(examples=[_ORGANISATION])


class ListCondition(Input):
    """Is one of these records."""

    list: _Ids = Field(examples=[[_ORGANISATION]])


class AllCondition(Input):
    """All of these hold."""

    all: Annotated[list["Condition"], Field(min_length=1, max_length=MAX_NODES)]


class AnyCondition(Input):
    """One of these holds."""

    any: Annotated[list["Condition"], Field(min_length=1, max_length=MAX_NODES)]


class NotCondition(Input):
    """This does not hold."""

    model_config = ConfigDict(serialize_by_alias=True)

    not_: "Condition" = Field(alias="not")


_KINDS = ("all", "any", "not", "field", "membership", "attendance", "last_interaction", "segment", "list")


def _kind_of(value: Any) -> str | None:
    """A condition is told by its key."""
    given: Any = value if isinstance(value, dict) else ()
    if isinstance(value, Input):
        given = {field.alias or name for name, field in type(value).model_fields.items()}
    return next((kind for kind in _KINDS if kind in given), None)


Condition = TypeAliasType(
    "Condition",
    Annotated[
        Annotated[AllCondition, Tag("all")]
        | Annotated[AnyCondition, Tag("any")]
        | Annotated[NotCondition, Tag("not")]
        | Annotated[FieldCondition, Tag("field")]
        | Annotated[MembershipCondition, Tag("membership")]
        | Annotated[AttendanceCondition, Tag("attendance")]
        | Annotated[InteractionCondition, Tag("last_interaction")]
        | Annotated[SegmentCondition, Tag("segment")]
        | Annotated[ListCondition, Tag("list")],
        Discriminator(_kind_of),
    ],
)
"""A tree of conditions; at most 100 of them, five deep."""

AllCondition.model_rebuild()
AnyCondition.model_rebuild()
NotCondition.model_rebuild()

_NAMES = [{"zh": "久未联系的尼泊尔会员", "en": "Members in Nepal not spoken to lately"}]
_DEFINITION = [
    {
        "all": [
            {"field": "country", "op": "any_of", "value": ["NP", "BT"]},
            {"membership": {"status": ["active", "grace"], "on": "today"}},
            {"last_interaction": {"op": "older_than", "days": 180}},
        ]
    }
]


class SegmentCreate(Input):
    """A new segment: with a definition it finds its members, without one they are put on it."""

    names: Names = Field(examples=_NAMES)
    resource: SegmentResource = Field(description="What its members are.", examples=["organisations"])
    definition: Condition | None = Field(
        None, description="What must hold; null for a list that is kept by hand.", examples=_DEFINITION
    )


class SegmentUpdate(Input):
    """What changes; left out keeps. A list stays a list, and a filter a filter."""

    names: NamesPatch | MISSING = MISSING
    definition: Condition | MISSING = Field(MISSING, examples=_DEFINITION)


class Segment(Output):
    """A segment. Its members are read at `/v1/segments/{id}/members`, or with `segment=` in the lists."""

    id: UUID
    names: Names
    resource: SegmentResource = Field(description="What its members are.")
    kind: SegmentKind = Field(description="`filter`: members are found. `list`: they are put on it.")
    definition: Condition | None = Field(None, description="What must hold; null for a list.")
    version: int = Field(description="Raised by each change of the segment itself, not of its members.")
    created_at: Instant
    updated_at: Instant


class SegmentEntry(Output):
    """A record on a list."""

    id: UUID
    segment_id: UUID
    organisation_id: UUID | None = Field(None, description="The record, when the list holds organisations.")
    person_id: UUID | None = Field(None, description="The record, when the list holds persons.")
    version: int
    created_at: Instant = Field(description="When it was put on the list.")
    updated_at: Instant


class SegmentEntriesChange(Input):
    """Records to put on a list, or to take off it."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_ADDED)] = Field(examples=[[_ORGANISATION]])


class SegmentEntriesAdded(Output):
    """What became of records that were to be on the list."""

    added: int = Field(description="Put on it now.", examples=[3])
    already: int = Field(description="On it before.", examples=[0])


class SegmentEntriesRemoved(Output):
    """What became of records that were not to be on the list."""

    removed: int = Field(description="Taken off it now.", examples=[3])
    absent: int = Field(description="Not on it before.", examples=[0])
