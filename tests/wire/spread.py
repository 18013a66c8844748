"""Which tests the processes of a run (`-n 4`) run together, and in which order.

Files keep together because their tests share a database. xdist's `loadgroup` would do, but since pytest 9.2 it no
longer sees the marks it goes by and deals out single tests (pytest-xdist issue 1386).
"""

from collections import Counter

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

TOGETHER = ("journeys", "deploy", "shape")
"""Folders whose tests share what takes long to make: a running system, every document; or start servers in turn."""


class Spread(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a free process the next tests that belong together, in the order they were collected."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        config.option.loadscopereorder = False  # it would go by their number; see `longest_first`
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """What a test belongs to: its file, or its folder."""
    file = nodeid.partition("::")[0]
    folder = file.removeprefix("tests/").partition("/")[0]
    return folder if folder in TOGETHER else file


def longest_first(items: list[pytest.Item]) -> None:
    """Put what takes long first, so that no process is left alone with it at the end."""
    sizes = Counter(group_of(item.nodeid) for item in items)

    def place(item: pytest.Item) -> tuple[int, int, str]:
        group = group_of(item.nodeid)
        return (TOGETHER.index(group) if group in TOGETHER else len(TOGETHER), -sizes[group], group)

    items.sort(key=place)
