"""Cells that hold several values, as lists from other hands have them."""

import re
from collections.abc import Iterable

_BETWEEN_VALUES = re.compile(r"\s*[;；|｜\n]\s*")
_BETWEEN_PHONES = re.compile(r"\s*(?:[;；|｜、，,\n]|(?<=\d)\s*/\s*(?=\+|\(?\d[\d -]{5}))\s*")
_EXTENSION = re.compile(r"\s*转\s*(?=\d)")


def split_values(cell: str) -> list[str]:
    """The values of a cell, in order, each once."""
    return _each_once(_BETWEEN_VALUES.split(cell.strip()))


def split_phones(cell: str) -> list[str]:
    """The phone numbers of a cell, in order, each once, still as people write them.

    Chinese switchboards write "010-00000010转8001"; the word for an extension that number parsers know takes its place.
    """
    return _each_once(_EXTENSION.sub(" ext. ", number) for number in _BETWEEN_PHONES.split(cell.strip()))


def _each_once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))
