"""Turns: a crowd at one row waits in line, and nobody else waits for it."""

import asyncio

import pytest

from services.kit.errors import Unavailable
from services.kit.turns import Turns


async def test_a_few_at_once_first_come_first_served() -> None:
    turns, inside, order, most = Turns(patience=5, at_once=2), 0, [], 0

    async def visit(n: int) -> None:
        nonlocal inside, most
        async with turns.of("row"):
            inside += 1
            most = max(most, inside)
            order.append(n)
            await asyncio.sleep(0.005)
            inside -= 1

    await asyncio.gather(*[visit(n) for n in range(10)])
    assert (most, order) == (2, list(range(10)))
    assert (turns._gates, turns._present) == ({}, {})


async def test_other_rows_have_lines_of_their_own() -> None:
    turns = Turns(patience=5, at_once=1)
    async with turns.of("one"), asyncio.timeout(1), turns.of("other"):
        pass


async def test_who_waits_too_long_is_told_so_and_leaves_the_line() -> None:
    turns = Turns(patience=0.05, at_once=1)
    async with turns.of("row"):
        with pytest.raises(Unavailable):
            async with turns.of("row"):
                pass
    async with turns.of("row"):
        pass
    assert turns._present == {}


async def test_a_line_that_is_too_long_takes_nobody_in() -> None:
    turns = Turns(patience=5, at_once=1, longest=1)
    async with turns.of("row"):
        with pytest.raises(Unavailable):
            async with turns.of("row"):
                pass


async def test_who_fails_or_goes_away_gives_the_turn_on() -> None:
    turns = Turns(patience=5, at_once=1)
    with pytest.raises(ZeroDivisionError):
        async with turns.of("row"):
            raise ZeroDivisionError
    async with turns.of("row"):
        waiting = asyncio.create_task(_enter(turns))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(1), turns.of("row"):
        pass
    assert turns._present == {}


async def _enter(turns: Turns) -> None:
    async with turns.of("row"):
        pass
