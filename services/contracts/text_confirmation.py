"""Texts in several languages that fell behind one another, and confirming that they say the same."""

from typing import Annotated

from pydantic import Field, WithJsonSchema
from typing_extensions import TypeAliasType

from services.contracts.base import Input, Language

StaleTexts = TypeAliasType(
    "StaleTexts",
    Annotated[
        dict[str, list[Language]],
        WithJsonSchema(
            {
                "type": "object",
                "description": "Field → the languages whose text is older than that of another language.",
                "additionalProperties": {"type": "array", "items": {"type": "string"}, "maxItems": 20},
                "maxProperties": 20,
                "examples": [{"description": ["en"]}],
            }
        ),
    ],
)
"""Texts that lag behind, by field."""

STALE_TEXTS = "Texts that lag behind another language, until they are changed or confirmed; partners don't see it."


class Confirmation(Input):
    """The word of someone who read the languages of a text: they say the same. Forms name the texts there are."""

    field: str
    languages: Annotated[list[Language], Field(min_length=1, max_length=20)] | None = Field(
        None, description="Which languages are as the newest one; null: all.", examples=[["en"]]
    )
