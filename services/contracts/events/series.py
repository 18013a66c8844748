"""Series: a brand under which events are held, and the rule that says when its yearly edition is."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints
from typing_extensions import TypeAliasType

from services.contracts.base import (
    Input,
    Instant,
    Names,
    NamesPatch,
    Output,
    Texts,
    TextsPatch,
    Website,
    Whole,
)
from services.contracts.text_confirmation import STALE_TEXTS, Confirmation, StaleTexts

_DAY_OF_ANY_YEAR = (
    r"^(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])$|^(0[469]|11)-(0[1-9]|[12][0-9]|30)$|^02-(0[1-9]|[12][0-9])$"
)

Weekday = TypeAliasType(
    "Weekday",
    Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
)
Occurrence = TypeAliasType("Occurrence", Literal["first", "second", "third", "fourth", "last"])


class FixedDate(Input):
    """The same date every year."""

    kind: Literal["fixed_date"] = Field(description="This rule.")
    date: Annotated[str, StringConstraints(max_length=5, pattern=_DAY_OF_ANY_YEAR)] = Field(
        description="Month and day. 29 February is held on the 28th in years without one.", examples=["05-29"]
    )


class NthWeekday(Input):
    """A weekday of a month, counted from its beginning or its end: the second Saturday of October."""

    kind: Literal["nth_weekday"] = Field(description="This rule.")
    month: Whole = Field(description="1 is January.", ge=1, le=12, examples=[10])
    occurrence: Occurrence = Field(description="Which one of the month.", examples=["second"])
    weekday: Weekday = Field(description="Day of the week.", examples=["saturday"])


YearlyRule = TypeAliasType("YearlyRule", Annotated[FixedDate | NthWeekday, Field(discriminator="kind")])
"""On which day of a year an edition begins."""

_RULE_EXAMPLE = {"kind": "fixed_date", "date": "05-29"}


class SeriesCreate(Input):
    """A new series."""

    names: Names = Field(
        description="The brand in each language it is used in.",
        examples=[{"zh": "国际山地旅游日", "en": "International Mountain Tourism Day"}],
    )
    texts: Texts | None = Field(None, description="What the brand stands for.")
    website: Website | None = Field(None, examples=["https://mountain-day.example.org"])
    yearly_rule: YearlyRule | None = Field(
        None, description="Null: an edition keeps the date of the one before.", examples=[_RULE_EXAMPLE]
    )


class SeriesUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    names: NamesPatch | MISSING = MISSING
    texts: TextsPatch | None | MISSING = MISSING
    website: Website | None | MISSING = MISSING
    yearly_rule: YearlyRule | None | MISSING = Field(MISSING, examples=[_RULE_EXAMPLE])


class EditionCreate(Input):
    """The edition of a year, made from the last one before it."""

    year: Whole = Field(ge=1970, le=2100, description="In which it begins.", examples=[2027])


class SeriesTextConfirmationCreate(Confirmation):
    """The word of someone who read the languages of a series' text: they say the same."""

    field: Literal["names", "texts"] = Field(description="Which text.", examples=["texts"])


class Series(Output):
    """A series."""

    id: UUID
    names: Names
    texts: Texts | None = None
    website: str | None = None
    yearly_rule: YearlyRule | None = None
    stale_texts: StaleTexts = Field({}, description=STALE_TEXTS)
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
