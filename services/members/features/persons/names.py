"""Whole names and their parts: what was made of parts follows them, what was given stays."""

from services.contracts.members.person import NameOrder, NameParts, NamePartsInput, PersonUpdate
from services.kit.errors import Contradiction
from services.kit.patching import merged
from services.members.tables.person import PersonRow

_FAMILY_FIRST = frozenset({"zh", "ja", "ko", "vi", "hu"})
_MOST_LANGUAGES = 20


def parts(language: str, given: NamePartsInput) -> NameParts:
    """The parts as they are stored, in the usual order of the language unless one was given."""
    return NameParts(family=given.family, given=given.given, order=given.order or usual_order(language))


def usual_order(language: str) -> NameOrder:
    """Which part comes first in that language."""
    return "family_first" if language.partition("-")[0] in _FAMILY_FIRST else "given_first"


def change(row: PersonRow, given: PersonUpdate) -> None:
    """Change names and parts together. A whole name that is null, or left out and made of parts, follows them."""
    derived = row.whole_names()
    followers = {language for language, name in derived.items() if row.names.get(language) == name}
    if "name_parts" in given.model_fields_set:
        _change_parts(row, given)
    named: dict[str, str | None] = dict(given.names) if "names" in given.model_fields_set else {}  # type: ignore[arg-type]
    after = {**row.names, **named}
    whole = row.whole_names()
    for language in whole:
        if after.get(language) is None or (language in followers and language not in named):
            after[language] = whole[language]
    kept = {language: name for language, name in after.items() if name is not None}
    if kept != row.names:
        row.names = kept
    check(row)


def check(row: PersonRow) -> None:
    """Raise where parts are empty, no name is left, or too many are."""
    for language, one in row.name_parts.items():
        if one.family is None and one.given is None:
            raise Contradiction.value(f"/name_parts/{language}", "missing", "Give the family or the given name.")
    languages = row.names.keys() | row.name_parts.keys()
    if not languages:
        raise Contradiction.value("/names", "too_short", "Give the name in one language at least.")
    if len(languages) > _MOST_LANGUAGES:
        raise Contradiction.value("/names", "too_long", f"There may be {_MOST_LANGUAGES} languages.")


def _change_parts(row: PersonRow, given: PersonUpdate) -> None:
    after = dict(row.name_parts)
    for language, change in given.name_parts.items():  # type: ignore[union-attr]
        if change is None:
            after.pop(language, None)
        else:
            current = after.get(language) or NameParts(order=usual_order(language))
            after[language] = merged(NameParts, current, change, pointer=f"/name_parts/{language}")
    if after != row.name_parts:
        row.name_parts = after
