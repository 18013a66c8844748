"""What every contract is made of: strict input, tolerant output, and the shared value types of api.md."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import (
    MISSING,
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    Strict,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema
from typing_extensions import TypeAliasType

from services.contracts.codes import CountryCode, CurrencyCode, TimeZone

# Control characters are refused everywhere: PostgreSQL cannot store NUL, and the rest break exports and logs.
# White space is spelt out, because `\s` stands for other characters in each of the languages that read these.
_NO_BLANK = r"\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_ONE_LINE = rf"^[^\u0000-\u001f\u007f]*[^{_NO_BLANK}][^\u0000-\u001f\u007f]*$"
_SEVERAL_LINES = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$"
_EMAIL = (
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+$"
)
# Hosts in letters of any common script; none that another reader would take for brackets, ports or paths.
_HOST = r"[A-Za-z0-9._\u00c0-\u024f\u0370-\u167f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3-]+"
_PORT = r":([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_WEBSITE = rf"^https?://{_HOST}({_PORT})?([/?#][^{_NO_BLANK}]*)?$"
# Regular expressions are written so that Python, Rust (pydantic) and JavaScript (JSON Schema) read them alike.
_YEAR_MONTH_DAY = r"[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CALENDAR_DATE = f"^{_YEAR_MONTH_DAY}$"
_INSTANT = (
    f"^{_YEAR_MONTH_DAY}"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
# Every day there is from 1900 to 2199: so that what the document allows is a date, 29 February included.
_LEAP = r"(19(0[48]|[2468][048]|[13579][26])|20(0[048]|[2468][048]|[13579][26])|21(0[48]|[2468][048]|[13579][26]))"
_DAY_THERE_IS = (
    r"((19|20|21)[0-9][0-9]-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    rf"|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP}-02-29)"
)
_WALL_CLOCK = rf"^{_DAY_THERE_IS}T([01][0-9]|2[0-3]):[0-5][0-9]$"
_LANGUAGE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2}|-[0-9]{3})?$"


class Input(BaseModel):
    """A request body or part of one. An unknown field is an error, so a typing mistake never passes silently."""

    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    """A response body or part of one. Unknown fields are ignored, so services can be released in any order."""

    model_config = ConfigDict(extra="ignore")


def _to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("lies outside the calendar in UTC") from error


def _only_iso_date(value: Any) -> date:
    # pydantic would also take numbers and date-times for dates.
    if isinstance(value, str) and re.fullmatch(_CALENDAR_DATE, value):
        return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("is no calendar date; write YYYY-MM-DD")


def _only_rfc3339(value: Any) -> datetime:
    # pydantic would also take numbers, and texts of digits, for seconds since 1970.
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(_INSTANT, value):
        return datetime.fromisoformat(value)
    raise ValueError("is no instant; write RFC 3339 with an offset, such as 2026-05-29T01:00:00Z")


def _only_number(value: Any) -> Any:
    # pydantic would also take texts of digits, and true for 1.
    if isinstance(value, bool | str):
        raise ValueError("is no whole number")
    return value


Label = Annotated[str, StringConstraints(max_length=300, pattern=_ONE_LINE), AfterValidator(str.strip)]
"""One line that people read; not blank. Surrounding white space is dropped."""

ShortLabel = Annotated[str, StringConstraints(max_length=140, pattern=_ONE_LINE), AfterValidator(str.strip)]
"""A line so short that two of them are still a `Label`."""

Prose = Annotated[str, StringConstraints(max_length=20_000, pattern=_SEVERAL_LINES)]
"""Several lines that people read; may be empty."""

Email = Annotated[str, StringConstraints(max_length=254, pattern=_EMAIL)]
"""An e-mail address in the form browsers accept (WHATWG HTML, "valid e-mail address"), with a dotted domain."""

Website = Annotated[str, StringConstraints(max_length=2_000, pattern=_WEBSITE)]
"""An absolute http or https address."""

Language = Annotated[str, StringConstraints(max_length=12, pattern=_LANGUAGE)]
"""BCP 47: language, optional script, optional region (`zh`, `zh-Hant`, `pt-BR`)."""

Instant = Annotated[
    AwareDatetime,
    AfterValidator(_to_utc),
    BeforeValidator(_only_rfc3339),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _INSTANT, "maxLength": 32}),
]
"""A moment, RFC 3339 with an offset, of the years 1000 to 2999; kept and shown in UTC."""

CalendarDate = Annotated[
    date,
    BeforeValidator(_only_iso_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": _CALENDAR_DATE, "maxLength": 10}),
]
"""A day on the calendar, `YYYY-MM-DD`, of the years 1000 to 2999; it has no zone."""

Days = Annotated[str, StringConstraints(max_length=21, pattern=rf"^{_DAY_THERE_IS}/{_DAY_THERE_IS}$")]
"""A first day and a last one, `2026-01-01/2026-12-31` (ISO 8601), of the years 1900 to 2199."""

Flag = Annotated[bool, Strict()]
"""true or false, and not a word or number that pydantic would take for one."""

Whole = Annotated[int, BeforeValidator(_only_number)]
"""A whole number, as JSON Schema understands it: 12 and 12.0, neither "12" nor true. Add bounds that fit the column."""

Tag = Annotated[
    str,
    StringConstraints(max_length=50, pattern=rf"^[^{_NO_BLANK},]+( [^{_NO_BLANK},]+)*$"),
]
"""A short label without commas."""


_ONE_LINE_SCHEMA: dict[str, Any] = {"type": "string", "maxLength": 300, "pattern": _ONE_LINE}
_PROSE_SCHEMA: dict[str, Any] = {"type": "string", "maxLength": 20_000, "pattern": _SEVERAL_LINES}


def _by_language(about: str, value: dict[str, Any], example: dict[str, str]) -> WithJsonSchema:
    # Written out because pydantic states key patterns as patternProperties, which client generators do not read.
    return WithJsonSchema(
        {
            "type": "object",
            "description": about,
            "minProperties": 1,
            "maxProperties": 20,
            "propertyNames": {"type": "string", "maxLength": 12, "pattern": _LANGUAGE},
            "additionalProperties": value,
            "examples": [example],
        }
    )


class ByLanguage:
    """Annotates a map from language to objects, so that the document states it in the words that generators read."""

    @staticmethod
    def __get_pydantic_json_schema__(core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core)
        (value,) = schema.pop("patternProperties").values()
        schema.pop("propertyNames", None)
        return {
            **schema,
            "propertyNames": {"type": "string", "maxLength": 12, "pattern": _LANGUAGE},
            "additionalProperties": value,
        }


Names = TypeAliasType(
    "Names",
    Annotated[
        dict[Language, Label],
        Field(min_length=1, max_length=20),
        _by_language(
            "A name in each language it is used in, at least one.",
            _ONE_LINE_SCHEMA,
            {"zh": "贵州省旅游协会", "en": "Guizhou Tourism Association"},
        ),
    ],
)

_OPTIONAL_LINE: dict[str, Any] = {"anyOf": [_ONE_LINE_SCHEMA, {"type": "null"}]}
_OPTIONAL_PROSE: dict[str, Any] = {"anyOf": [_PROSE_SCHEMA, {"type": "null"}]}

NamesPatch = TypeAliasType(
    "NamesPatch",
    Annotated[
        dict[Language, Label | None],
        Field(min_length=1, max_length=20),
        _by_language(
            "Names to change: a language left out keeps its name, null removes it.",
            _OPTIONAL_LINE,
            {"en": "Guizhou Tourism Association"},
        ),
    ],
)

TextsPatch = TypeAliasType(
    "TextsPatch",
    Annotated[
        dict[Language, Prose | None],
        Field(min_length=1, max_length=20),
        _by_language(
            "Texts to change: a language left out keeps its text, null removes it.",
            _OPTIONAL_PROSE,
            {"en": "Mountain tourism and sustainability"},
        ),
    ],
)

Texts = TypeAliasType(
    "Texts",
    Annotated[
        dict[Language, Prose],
        Field(min_length=1, max_length=20),
        _by_language(
            "A longer text in each language it is written in, at least one.",
            _PROSE_SCHEMA,
            {"zh": "山地旅游与可持续发展", "en": "Mountain tourism and sustainability"},
        ),
    ],
)


class Money(BaseModel):
    """An amount in minor units (ISO 4217): 120000 CNY is 1,200.00 yuan."""

    model_config = ConfigDict(extra="forbid")

    amount: Whole = Field(ge=0, le=10**12, description="In the currency's minor unit.", examples=[120000])
    currency: CurrencyCode = Field(description="ISO 4217.", examples=["CNY"])


class PhoneInput(Input):
    """A phone number as it was written or given."""

    number: Annotated[str, StringConstraints(max_length=60, pattern=_ONE_LINE), AfterValidator(str.strip)] = Field(
        description="In any form people write; `+86 851 8555 0123` needs no country.",
        examples=["+86 851 8555 0123"],
    )
    country: CountryCode | None = Field(None, description="Hint for numbers written without a country prefix.")


class Phone(Output):
    """A phone number: E.164 when it is valid, else as it was written."""

    number: str = Field(description="E.164 when `valid`.", examples=["+8685185550123"])
    written: str = Field(description="As it was given.", examples=["+86 851 8555 0123"])
    valid: bool = Field(description="Whether a phone of that number can exist.")


class VenueTime(BaseModel):
    """Wall-clock time at a venue. It keeps its meaning when the zone's rules change, so no instant is stored."""

    model_config = ConfigDict(extra="forbid")

    local: Annotated[str, StringConstraints(pattern=_WALL_CLOCK, max_length=16)] = Field(
        description="Date and time as the clock on the wall shows it.", examples=["2026-05-29T09:00"]
    )
    time_zone: TimeZone = Field(description="IANA zone of the venue.", examples=["Asia/Shanghai"])


Item = TypeVar("Item")


class FacetValue(Output):
    """One value, and how many rows have it."""

    value: str | None = Field(description="As the filter takes it; null for the rows without one.", examples=["hotel"])
    count: int = Field(ge=0, description="Rows that have it.", examples=[12])


class Facet(Output):
    """The values that rows have, the most frequent first."""

    values: Annotated[list[FacetValue], Field(max_length=50)] = Field(description="At most 50.")
    more: bool = Field(description="Whether there are more values than are shown.")


Facets = TypeAliasType(
    "Facets",
    Annotated[dict[Annotated[str, StringConstraints(max_length=60)], Facet], Field(max_length=20)],
)
"""Facets by the name of their filter."""


class LeftOutRows(Output):
    """Rows that the caller does not get."""

    reason: str = Field(description="Why.", examples=["no_cross_border_consent"])
    count: int | None = Field(
        description="How many; null when the list is asked by what names single records.", examples=[12]
    )


class Page(Output, Generic[Item]):
    """One page of a list; follow `next_cursor` until it is null."""

    items: Annotated[list[Item], Field(max_length=200)]
    next_cursor: str | None = Field(description="Give it as `cursor` to read on; null on the last page.")
    total: int | None = Field(None, description="How many rows match, with `count=true`.")
    left_out: Annotated[list[LeftOutRows], Field(max_length=20)] | None = Field(
        None, description="With `count=true`, where rows are kept from the caller: how many, and why."
    )
    ranks: list[Annotated[int, Field(ge=-1_000_000, le=1_000_000)]] | None = Field(
        None,
        max_length=200,
        description="With `ranks=true`, how well each item matches `q`: above zero by a name, else by an id, address "
        "or number.",
    )
    facets: Facets | MISSING = Field(MISSING, description="With `facets=`: counts for each value of these filters.")


class BulkCreate(Input, Generic[Item]):
    """Up to 1,000 new items. With `atomic`, one refusal refuses all."""

    atomic: Flag = Field(False, description="True: all or none. False: each item for itself.")
    items: Annotated[list[Item], Field(min_length=1, max_length=1000)]


class FieldError(Output):
    """What is wrong with one value of a request."""

    pointer: str = Field(description="JSON Pointer into the body, or the parameter's name.", examples=["/names/zh"])
    code: str = Field(description="Stable, for programs.", examples=["string_too_long"])
    detail: str = Field(description="For people.", examples=["String should have at most 300 characters"])


class Problem(Output):
    """Why a request was refused or failed (RFC 9457)."""

    type: str = Field(description="Address of a page that says what to do.", examples=["/problems/not-found"])
    title: str = Field(description="What kind of problem it is, for people.", examples=["Not found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str | None = Field(
        None,
        description="What it is this time, for people.",
        examples=["There is no organisation with this id, or it is not yours to see."],
    )
    instance: str | None = Field(None, description="The path that was asked for.")
    request_id: str | None = Field(None, description="Quote it when you ask for help.")
    errors: list[FieldError] | None = Field(None, description="The values that are wrong, or do not fit.")


class BulkResult(Output):
    """What became of one item of a bulk call."""

    index: int = Field(description="Position of the item in the request, from 0.")
    status: int = Field(description="As if the item had been sent alone.", examples=[201])
    id: UUID | None = Field(None, description="Of what was made.")
    problem: Problem | None = Field(None, description="Why it was refused; null when it was made.")


class BulkResults(Output):
    """One result per item, in the order of the request."""

    results: list[BulkResult] = Field(description="In the order of the request.", max_length=1000)
    created: int = Field(description="How many were made.")
    refused: int = Field(description="How many were not.")
