"""A record's columns: nested objects flattened (`names.zh`), lists joined, by what the contract says of each field.

Objects whose keys the contract leaves open (languages, custom fields) have a column for each key that the rows hold;
`kit.export.keys` finds those before the first row is written, since a file's head comes first.
"""

import json
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import MISSING, AwareDatetime, BaseModel
from typing_extensions import TypeAliasType

Path = tuple[str, ...]
Kind = Literal["plain", "date", "instant"]
_DEEPEST = 6
"""Objects within objects, beyond which a cell shows what is left as it is."""
Keys = Mapping[Path, Sequence[str]]
"""Place of an object with open keys → the keys that rows hold there."""

_BETWEEN = "; "
"""Stands between the values of a list in one cell."""
_WITHIN = ", "
"""Stands between what one of them consists of."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file."""

    path: Path
    kind: Kind = "plain"
    """What its texts are, for programs that tell dates from texts."""
    inner: Path | None = None
    """For a list of objects: what is shown of each."""

    @property
    def head(self) -> str:
        """Its name."""
        return ".".join([*self.path, *(self.inner or ())])

    def value(self, record: Mapping[str, Any]) -> Any:
        """What the record has here: text, number, true, false or None."""
        value: Any = record
        for key in self.path:
            value = value.get(key) if type(value) is dict else None
        if self.inner is not None:
            value = [_at(one, self.inner) for one in value or ()]
        return _words(value) if type(value) in (dict, list) else value


class UnknownKey(Exception):
    """A row holds a key that none had when the file was begun; the file has no column for it."""


def open_objects(type_: Any, path: Path = ()) -> Iterator[Path]:
    """The places of objects with open keys in records of a type; not of those inside lists."""
    type_ = _plain(type_)
    if _is_object(type_):
        for name, field in type_.model_fields.items() if len(path) < _DEEPEST else ():
            yield from open_objects(field.annotation, (*path, name))
    elif get_origin(type_) is dict:
        yield path


def columns_of(type_: Any, keys: Keys, path: Path = ()) -> Iterator[Column]:
    """The columns of what stands at a path, in the order of the contract."""
    type_ = _plain(type_)
    if _is_object(type_) and len(path) < _DEEPEST:
        for name, field in type_.model_fields.items():
            yield from columns_of(field.annotation, keys, (*path, name))
    elif get_origin(type_) is dict:
        value_type = get_args(type_)[1]
        for key in sorted(keys.get(path, ()), key=_language_order):
            yield from columns_of(value_type, {}, (*path, key))
        if not keys.get(path):
            yield Column(path)
    elif get_origin(type_) in (list, Sequence):
        yield from _columns_of_list(_plain(get_args(type_)[0]), path)
    else:
        yield Column(path, _kind(type_))


def refuse_unknown_keys(record: Mapping[str, Any], keys: Keys) -> None:
    """Raise when the record has something that no column shows."""
    for path, known in keys.items():
        held = _at(record, path)
        if isinstance(held, dict) and not held.keys() <= set(known):
            raise UnknownKey(".".join(path))


def _columns_of_list(type_: Any, path: Path) -> Iterator[Column]:
    if not _is_object(type_):
        yield Column(path)
        return
    for inner in _places_in(type_):
        yield Column(path, inner=inner)


def _places_in(type_: Any, path: Path = ()) -> Iterator[Path]:
    """The places of an object in a list; objects with open keys are shown in one cell there."""
    if _is_object(type_) and len(path) < _DEEPEST:
        for name, field in type_.model_fields.items():
            yield from _places_in(_plain(field.annotation), (*path, name))
    else:
        yield path


def _is_object(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, BaseModel)


def _plain(type_: Any) -> Any:
    """A type without names, remarks and null. Of several types any may stand there, so it is as good as none."""
    while True:
        if isinstance(type_, TypeAliasType):
            type_ = type_.__value__
        elif get_origin(type_) is Annotated:
            type_ = get_args(type_)[0]
        elif get_origin(type_) in (Union, types.UnionType):
            some = [one for one in get_args(type_) if one is not type(None) and one is not MISSING]
            if len(some) != 1:
                return Any
            type_ = some[0]
        else:
            return type_


def _kind(type_: Any) -> Kind:
    if type_ is date:
        return "date"
    return "instant" if type_ in (datetime, AwareDatetime) else "plain"


def _language_order(key: str) -> tuple[bool, bool, str]:
    return key != "zh", key != "en", key


def _at(value: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _words(value: Any, between: str = _BETWEEN) -> str:
    """A value inside a list, or of a shape that no contract told, as people read it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return between.join([_words(one, _WITHIN) for one in value])
    if isinstance(value, dict):
        return _WITHIN.join([f"{key}: {_words(one, _WITHIN)}" for key, one in value.items()])
    return json.dumps(value)
