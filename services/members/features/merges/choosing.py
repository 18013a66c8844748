"""Field by field: what the winner has after a merge."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from services.contracts.members.merge import OrganisationMergeFields, PersonMergeFields, Sides
from services.members.features.merges.images import plain
from services.members.tables.organisation import OrganisationRow
from services.members.tables.person import PersonRow

Row = OrganisationRow | PersonRow
Fields = OrganisationMergeFields | PersonMergeFields

_TOGETHER = "both"


def choose(winner: Row, loser: Mapping[str, Any], fields: Fields) -> list[dict[str, Any]]:
    """Give the winner its values, and answer what became of each field that either had."""
    told = []
    for name in type(fields).model_fields:
        mine, theirs = getattr(winner, name), loser[name]
        asked = getattr(fields, name) if name in fields.model_fields_set else None
        taken = asked or _usual(fields, name, mine, theirs)
        result = {"winner": mine, "loser": theirs}.get(taken) if taken != _TOGETHER else together(mine, theirs)
        if not _empty(mine) or not _empty(theirs):
            told.append(
                {
                    "field": name,
                    "taken": taken,
                    "conflict": not _empty(mine) and not _empty(theirs) and plain(mine) != plain(theirs),
                    "winner": plain(mine),
                    "loser": plain(theirs),
                    "result": plain(result),
                }
            )
        if plain(result) != plain(mine):
            setattr(winner, name, result)
        if name == "custom":
            _take_private(winner, loser, taken)
    _make_fit(winner, loser, fields)
    return told


def _take_private(winner: Row, loser: Mapping[str, Any], taken: str) -> None:
    """Sensitive custom fields go with the others."""
    mine, theirs = winner.private_custom, loser["private_custom"]
    result = together(mine, theirs) if taken == _TOGETHER else {"winner": mine, "loser": theirs}[taken]
    if result != mine:
        winner.private_custom = result


def _make_fit(winner: Row, loser: Mapping[str, Any], fields: Fields) -> None:
    """What a record's fields must have in common, whoever's they are."""
    if isinstance(winner, OrganisationRow):
        if winner.subdivision is not None and not winner.subdivision.startswith(f"{winner.country}-"):
            winner.subdivision = None
        return
    known = {one.casefold() for one in (winner.email, *winner.other_emails) if one}
    asked = fields.other_emails if "other_emails" in fields.model_fields_set else _TOGETHER  # type: ignore[union-attr]
    spare = [one for one in (loser["email"],) if one and one.casefold() not in known]
    if asked == _TOGETHER and spare:
        winner.other_emails = [*winner.other_emails, *spare]


def _usual(fields: Fields, name: str, mine: Any, theirs: Any) -> str:
    """Both where that is possible, else the winner's unless it has none."""
    if _can_be_both(fields, name):
        return _TOGETHER
    return "loser" if _empty(mine) and not _empty(theirs) else "winner"


def _can_be_both(fields: Fields, name: str) -> bool:
    return Sides in get_args(type(fields).model_fields[name].annotation)


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def together(mine: Any, theirs: Any) -> Any:
    """Lists one after the other without what is there twice; texts by language, the first one's where both have one."""
    if mine is None or theirs is None:
        return theirs if mine is None else mine
    if isinstance(mine, Mapping):
        return {**theirs, **mine}
    return list(_distinct([*mine, *theirs]))


def _distinct(values: Iterable[Any]) -> Iterable[Any]:
    seen = set()
    for value in values:
        known = plain(value)
        key = str(known.get("number", sorted(known.items())) if isinstance(known, Mapping) else known).casefold()
        if key not in seen:
            seen.add(key)
            yield value
