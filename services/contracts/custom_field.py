"""Custom fields: what an administrator adds to a kind of record, and the values that records hold in them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import MISSING, Field, JsonValue, StringConstraints, WithJsonSchema
from typing_extensions import TypeAliasType

from services.contracts.base import Flag, Input, Instant, Names, NamesPatch, Output, Texts, TextsPatch, Whole

KEY = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
"""What the key of a field looks like."""
LONGEST_KEY = 40
LONGEST_TEXT = 2_000
MOST_FIELDS = 100
MOST_CHOICES = 200
MOST_VALUES = 50
LARGEST_NUMBER = 10**15

CustomFieldType = TypeAliasType("CustomFieldType", Literal["text", "number", "date", "choice", "reference"])
ReferenceTarget = TypeAliasType("ReferenceTarget", Literal["organisation", "person"])

CustomKey = Annotated[str, StringConstraints(max_length=LONGEST_KEY, pattern=f"^{KEY}$")]
"""The name of a custom field for programs: snake_case."""

ChoiceValue = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
"""The name of a choice for programs."""

Number = Annotated[float, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER, strict=True)]
MaxLength = Annotated[Whole, Field(ge=1, le=LONGEST_TEXT)]
Position = Annotated[Whole, Field(ge=0, le=10_000)]

_ONE_VALUE: dict[str, Any] = {"type": "string", "maxLength": LONGEST_TEXT}
_VALUE: dict[str, Any] = {
    "anyOf": [
        _ONE_VALUE,
        {"type": "number", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER},
        {"type": "array", "items": _ONE_VALUE, "maxItems": MOST_VALUES},
    ]
}


def _by_key(about: str, value: dict[str, Any]) -> WithJsonSchema:
    # The document that a service serves names each field instead (kit.custom.describing).
    return WithJsonSchema(
        {
            "type": "object",
            "description": about,
            "maxProperties": MOST_FIELDS,
            "propertyNames": {"type": "string", "maxLength": LONGEST_KEY, "pattern": f"^{KEY}$"},
            "additionalProperties": value,
            "examples": [{}],
        }
    )


CustomValues = TypeAliasType(
    "CustomValues",
    Annotated[
        dict[CustomKey, JsonValue],
        Field(max_length=MOST_FIELDS),
        _by_key("Values of the custom fields, by key.", _VALUE),
    ],
)

CustomValuesPatch = TypeAliasType(
    "CustomValuesPatch",
    Annotated[
        dict[CustomKey, JsonValue],
        Field(max_length=MOST_FIELDS),
        _by_key(
            "Custom fields to change: a key left out keeps its value, null removes it.",
            {"anyOf": [*_VALUE["anyOf"], {"type": "null"}]},
        ),
    ],
)


class Choice(Input):
    """One of the values of a choice."""

    value: ChoiceValue = Field(description="What records hold; never changes.", examples=["gold"])
    labels: Names = Field(description="What people read.", examples=[{"zh": "金牌", "en": "Gold"}])
    archived: Flag = Field(False, description="No longer offered; records that hold it keep it.")


Choices = Annotated[list[Choice], Field(min_length=1, max_length=MOST_CHOICES)]
_LABELS = [{"zh": "合作等级", "en": "Partner tier"}]
_CHOICES = [
    [
        {"value": "gold", "labels": {"zh": "金牌", "en": "Gold"}},
        {"value": "silver", "labels": {"zh": "银牌", "en": "Silver"}},
    ]
]


class CustomFieldCreate(Input):
    """A new custom field."""

    key: CustomKey = Field(
        description="Its name for programs, unique among the fields of this kind of record; never changes.",
        examples=["partner_tier"],
    )
    type: CustomFieldType = Field(description="What its values are; never changes.", examples=["choice"])
    labels: Names = Field(description="What people read.", examples=_LABELS)
    help: Texts | None = Field(
        None,
        description="What to fill in.",
        examples=[{"zh": "由会员部每年评定。", "en": "Decided by the members' department each year."}],
    )
    required: Flag = Field(
        False,
        description="Asked of each new record, and of an old one when a custom field of it is changed; "
        "till then old records go on without.",
    )
    sensitive: Flag = Field(
        False,
        description="Only for callers with the scope for sensitive fields: others neither see nor ask by it.",
    )
    shown_to_partners: Flag = Field(False, description="Whether a partner's key sees it on the records it sees.")
    multiple: Flag = Field(
        False, description="Holds a list; for `text`, `choice` and `reference`. Never changes.", examples=[False]
    )
    choices: Choices | None = Field(None, description="What a `choice` can be; only there.", examples=_CHOICES)
    reference_to: ReferenceTarget | None = Field(
        None, description="What a `reference` holds the id of; only there. Never changes.", examples=[None]
    )
    max_length: MaxLength | None = Field(None, description="Of a `text`, in characters; null: 2,000.", examples=[None])
    minimum: Number | None = Field(None, description="Of a `number`.", examples=[None])
    maximum: Number | None = Field(None, description="Of a `number`.", examples=[None])
    position: Position = Field(0, description="Where forms show it; lower first.", examples=[10])


class CustomFieldUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396). Values that records hold already are left as they are."""

    labels: NamesPatch | MISSING = Field(MISSING, examples=_LABELS)
    help: TextsPatch | None | MISSING = MISSING
    required: Flag | MISSING = MISSING
    sensitive: Flag | MISSING = Field(MISSING, description="Changes only while no record holds a value.")
    shown_to_partners: Flag | MISSING = MISSING
    choices: Choices | MISSING = Field(
        MISSING, description="Given whole. One that a record holds can be archived, not left out.", examples=_CHOICES
    )
    max_length: MaxLength | None | MISSING = Field(MISSING, examples=[None])
    minimum: Number | None | MISSING = Field(MISSING, examples=[None])
    maximum: Number | None | MISSING = Field(MISSING, examples=[None])
    position: Position | MISSING = MISSING
    archived: Flag | MISSING = Field(
        MISSING, description="true: no longer filled in, its values stay readable; false brings it back."
    )


class CustomField(Output):
    """A custom field of a kind of record."""

    id: UUID
    key: str
    type: CustomFieldType
    labels: Names
    help: Texts | None = None
    required: bool
    sensitive: bool
    shown_to_partners: bool
    multiple: bool
    choices: list[Choice] | None = None
    reference_to: ReferenceTarget | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    position: int
    archived: bool
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
