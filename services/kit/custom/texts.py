"""Values of custom fields from texts, such as the cells of a file."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from services.kit.custom.definition import Definition
from services.kit.custom.definitions import Definitions

_BETWEEN: Final = re.compile(r"\s*[;；、|\n]\s*")
_NUMBER: Final = re.compile(r"^[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$")
_DATE: Final = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$")


def from_texts(definitions: Definitions, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the texts say, as a caller gives it. What says nothing of the kind stays, to be refused with a reason."""
    return {
        key: _from_text(definitions[key], value) if key in definitions and isinstance(value, str) else value
        for key, value in given.items()
    }


def _from_text(definition: Definition, text: str) -> Any:
    if not definition.multiple:
        return _one(definition, text.strip())
    return list(dict.fromkeys(_one(definition, part) for part in _BETWEEN.split(text.strip()) if part))


def _one(definition: Definition, text: str) -> Any:
    if definition.type == "number":
        plain = unicodedata.normalize("NFKC", text).replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
        return _number(plain) if _NUMBER.match(plain) else text
    if definition.type == "date":
        # Year, month, day: other orders cannot be told apart by one text.
        found = _DATE.match(unicodedata.normalize("NFKC", text))
        return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text
    if definition.type == "choice":
        return _choice(definition, text)
    return text


def _number(text: str) -> int | float:
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain)


def _choice(definition: Definition, text: str) -> str:
    """The choice of this name or of this label in any language."""
    wanted = text.casefold()
    for choice in definition.choices or ():
        if wanted in (choice.value, *[label.casefold() for label in choice.labels.values()]):
            return choice.value
    return text
