"""Which languages of a text lag behind."""

import pytest

from services.kit.drift import behind

BEFORE = {"zh": "一", "en": "one"}


@pytest.mark.parametrize(
    ("after", "stale", "expected"),
    [
        (BEFORE, [], []),
        ({"zh": "二", "en": "one"}, [], ["en"]),
        ({"zh": "二", "en": "two"}, [], []),
        ({"zh": "二", "en": "one"}, ["en"], ["en"]),
        ({"zh": "一", "en": "two"}, ["en"], []),
        ({"zh": "一"}, ["en"], []),
        ({**BEFORE, "fr": "un"}, [], []),
        ({**BEFORE, "fr": "un"}, ["en"], ["en"]),
        ({"zh": "二", "en": "one", "fr": "deux"}, [], ["en"]),
        ({}, ["en"], []),
    ],
)
def test_who_catches_up_leaves_nobody_behind(after: dict[str, str], stale: list[str], expected: list[str]) -> None:
    assert behind(BEFORE, after, stale) == expected
