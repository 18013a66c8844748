"""What a row changes of a record that is there: what the file says and the record does not."""

from typing import Any

from services.contracts.base import PhoneInput
from services.kit.phones import normalised
from services.members.features.imports.convert.row import Parsed
from services.members.features.imports.writing import plain

_BY_LANGUAGE = frozenset({"names", "titles", "salutations", "description", "name_parts"})
_LISTS = frozenset(
    {"emails", "other_emails", "tags", "languages", "identifiers", "former_names", "channels", "private_channels"}
)
LAGGING = "stale_texts"
"""What lagged behind, among what takes a change back: it is no field that a patch could say."""
_WITHIN = frozenset({"passport", "key_member"})


def changes(row: Any, parsed: Parsed) -> tuple[dict[str, Any], dict[str, Any]]:
    """A patch that makes the record say what the row says, and one that takes it back.

    Values are set, list items and languages are added; what the file leaves empty stays as it is.
    """
    change: dict[str, Any] = {}
    before: dict[str, Any] = {}
    for name in sorted(parsed.given):
        new, old = getattr(parsed.new, name), getattr(row, name)
        if name == "phones":
            _phones(row, new, change, before)
        elif name in _BY_LANGUAGE:
            told, held = plain(new) or {}, plain(old) or {}
            other = {key: one for key, one in told.items() if not _same(held.get(key), one)}
            if other:
                change[name] = other
                before[name] = {key: held.get(key) for key in other} if held else None
        elif name in _LISTS:
            held = [_given(one) for one in plain(old)]
            known = [_folded(one) for one in held]
            added = [one for one in plain(new) if _folded(one) not in known]
            if name == "other_emails" and row.email:
                added = [one for one in added if _folded(one) != _folded(row.email)]
            if added:
                change[name], before[name] = [*held, *added], held
        elif name in _WITHIN:
            told, held = plain(new), plain(old) or {}
            if any(held.get(key) != one for key, one in told.items()):
                change[name], before[name] = {**held, **told}, plain(old)
        elif name == "custom":
            held = {**(row.custom or {}), **(row.private_custom or {})}
            other = {key: one for key, one in (new or {}).items() if held.get(key) != one}
            if other:
                change[name], before[name] = other, {key: held.get(key) for key in other}
        elif old != new and not (name == "email" and old and _folded(old) == _folded(new)):
            change[name], before[name] = plain(new), plain(old)
    if change:
        before[LAGGING] = plain(row.stale_texts)
    return change, before


def _phones(row: Any, new: list[PhoneInput], change: dict[str, Any], before: dict[str, Any]) -> None:
    country = getattr(row, "country", None) or getattr(row, "stands_in", None)
    known = {phone.number for phone in row.phones} | {phone.written for phone in row.phones}
    added = [phone for phone in new if normalised(phone, country).number not in known]
    if added:
        held = [_as_given(phone, country) for phone in row.phones]
        change["phones"] = [*held, *plain(added)]
        before["phones"] = held


def _as_given(phone: Any, country: str | None) -> dict[str, Any]:
    """A phone so that storing it gives the same again."""
    written = normalised(PhoneInput(number=phone.written), country)
    return {"number": phone.written if written.number == phone.number else phone.number}


def _given(one: Any) -> Any:
    """An item of a list as it would be given: without what was made of it."""
    return {key: value for key, value in one.items() if key != "normalised"} if isinstance(one, dict) else one


def _same(held: Any, told: Any) -> bool:
    if isinstance(held, dict) and isinstance(told, dict):
        return all(held.get(key) == one for key, one in told.items() if one is not None)
    return bool(held == told)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
