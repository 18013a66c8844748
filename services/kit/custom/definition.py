"""One custom field as the code goes by it: what it takes, and what the document says of that."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, TypeAdapter

from services.contracts.base import CalendarDate
from services.contracts.custom_field import LARGEST_NUMBER, LONGEST_TEXT, MOST_VALUES, Choice
from services.kit.auth import Caller
from services.kit.custom.tables import INDEXED
from services.kit.errors import Forbidden

Schema = dict[str, Any]
_TEXT: Final = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]+$"
_LONGEST_ASKED: Final = INDEXED - 1
_NUMERAL: Final = re.compile(r"^-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?$")
_DATE_SCHEMA: Final[Schema] = TypeAdapter(CalendarDate).json_schema()


@dataclass(frozen=True)
class Definition:
    """A custom field."""

    key: str
    type: Literal["text", "number", "date", "choice", "reference"]
    labels: Mapping[str, str]
    help: Mapping[str, str] | None
    required: bool
    sensitive: bool
    shown_to_partners: bool
    multiple: bool
    choices: Sequence[Choice] | None
    reference_to: str | None
    max_length: int | None
    minimum: float | None
    maximum: float | None
    archived: bool

    def is_shown_to(self, caller: Caller) -> bool:
        """Whether callers of this kind see and fill in the field at all."""
        return self.shown_to_partners or caller.kind != "partner"

    def require_shown_to(self, caller: Caller) -> None:
        """Raise `Forbidden` unless it is. That there is such a field is no secret: the document names it."""
        if not self.is_shown_to(caller):
            raise Forbidden(f"The custom field {self.key} is not one for partners.")

    @property
    def is_number(self) -> bool:
        """Whether its values are compared as numbers; all others are as texts."""
        return self.type == "number"

    @property
    def slot(self) -> str:
        """How the slots begin by which lists are asked for it (`Custom.filter`, `Custom.sort`)."""
        private = "private_" if self.sensitive else ""
        return f"{private}custom_{'number' if self.is_number else 'text'}"

    @property
    def has_order(self) -> bool:
        """Whether it can be asked for a range."""
        return self.type in ("number", "date")

    @cached_property
    def given(self) -> TypeAdapter[Any]:
        """Validates a value that a caller gives."""
        one = _ONE[self.type](self)
        several = Annotated[list[one], Field(min_length=1, max_length=MOST_VALUES)]  # type: ignore[valid-type]
        return TypeAdapter(several if self.multiple else one)

    @cached_property
    def asked(self) -> TypeAdapter[Any]:
        """Validates a value that a list is asked by."""
        return TypeAdapter(_ASKED[self.type](self))

    def input_schema(self) -> Schema:
        """What may be given, in the document."""
        return self._described(self._listed(_SCHEMAS[self.type](self, offered=True)))

    def output_schema(self) -> Schema:
        """What records may hold, in the document: also values that were given before the definition was narrowed."""
        return {**self._described(self._listed(_SCHEMAS[self.type](self, offered=False))), "deprecated": self.archived}

    def asked_schema(self) -> Schema:
        """What a list may be asked by, in the document."""
        if self.type == "text":
            return {"type": "string", "minLength": 1, "maxLength": _LONGEST_ASKED, "pattern": _TEXT}
        return _SCHEMAS[self.type](self, offered=False)

    def _listed(self, one: Schema) -> Schema:
        if not self.multiple:
            return one
        return {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_VALUES, "uniqueItems": True}

    def _described(self, schema: Schema) -> Schema:
        words = [" · ".join(self.labels.values()) + "."]
        words += [" ".join(self.help.values())] if self.help else []
        words += ["Shown with the scope for sensitive fields."] if self.sensitive else []
        return {**schema, "title": self.key, "description": " ".join(words), "x-labels": dict(self.labels)}


def _text(field: Definition) -> Any:
    longest = field.max_length or LONGEST_TEXT
    return Annotated[str, StringConstraints(min_length=1, max_length=longest, pattern=_TEXT)]


def _number_only(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise ValueError("is no number")
    return value


def _number(field: Definition) -> Any:
    least = -LARGEST_NUMBER if field.minimum is None else field.minimum
    most = LARGEST_NUMBER if field.maximum is None else field.maximum
    return Annotated[int | float, BeforeValidator(_number_only), Field(ge=least, le=most)]


def _date(_: Definition) -> Any:
    return CalendarDate


def _choice(field: Definition) -> Any:
    return Literal[tuple(choice.value for choice in field.choices or () if not choice.archived)]


def _reference(_: Definition) -> Any:
    return Annotated[UUID, Field(strict=False)]


_ONE: Final[Mapping[str, Callable[[Definition], Any]]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "reference": _reference,
}


def _asked_text(_: Definition) -> Any:
    return Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_ASKED, pattern=_TEXT)]


def _numeral(value: str) -> str:
    if not _NUMERAL.match(value) or abs(float(value)) > LARGEST_NUMBER:
        raise ValueError("is no number of at most 10^15")
    return value


def _asked_number(_: Definition) -> Any:
    return Annotated[str, AfterValidator(_numeral)]


def _asked_choice(field: Definition) -> Any:
    return Literal[tuple(choice.value for choice in field.choices or ())]


_ASKED: Final[Mapping[str, Callable[[Definition], Any]]] = {
    "text": _asked_text,
    "number": _asked_number,
    "date": _date,
    "choice": _asked_choice,
    "reference": _reference,
}


def _text_schema(field: Definition, *, offered: bool) -> Schema:
    longest = field.max_length if offered and field.max_length is not None else LONGEST_TEXT
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": _TEXT}


def _number_schema(field: Definition, *, offered: bool) -> Schema:
    least, most = (field.minimum, field.maximum) if offered else (None, None)
    return {
        "type": "number",
        "format": "double",
        "minimum": -LARGEST_NUMBER if least is None else least,
        "maximum": LARGEST_NUMBER if most is None else most,
    }


def _date_schema(*_: Any, **__: Any) -> Schema:
    return dict(_DATE_SCHEMA)


def _choice_schema(field: Definition, *, offered: bool) -> Schema:
    shown = [choice for choice in field.choices or () if not (offered and choice.archived)]
    labels = {choice.value: dict(choice.labels) for choice in shown}
    return {"type": "string", "enum": list(labels), "x-labels-of-values": labels}


def _reference_schema(field: Definition, **_: Any) -> Schema:
    return {"type": "string", "format": "uuid", "maxLength": 36, "x-reference-to": field.reference_to}


_SCHEMAS: Final[Mapping[str, Callable[..., Schema]]] = {
    "text": _text_schema,
    "number": _number_schema,
    "date": _date_schema,
    "choice": _choice_schema,
    "reference": _reference_schema,
}
