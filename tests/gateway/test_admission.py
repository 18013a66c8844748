"""Who is let in, who waits for a turn, and who is sent away: the rules alone, on a clock of the test's own."""

import asyncio

import pytest

from gateway.admission import Gate, Overloaded, Patience

PATIENCE = Patience(burst=1.0, standing=0.2, late=0.5, pace=10, longest=2.0)
LONGER = Patience(burst=6.0, standing=0.2, late=0.5, pace=10, longest=12.0)


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Door:
    """A gate and the requests at it."""

    def __init__(self, at_once: int, patience: Patience = PATIENCE) -> None:
        self.clock = Clock()
        self.gate = Gate(at_once, patience, self.clock)

    def come(self, operation: str = "a") -> "asyncio.Task[None] | None":
        """A request: None when it is in at once."""
        if self.gate.enter_now(operation):
            return None
        return asyncio.ensure_future(self.gate.enter(operation))

    async def crowd(self, size: int, operation: str = "a") -> "list[asyncio.Task[None]]":
        """Requests that found no place, after they were told what becomes of them."""
        found = [task for _ in range(size) if (task := self.come(operation)) is not None]
        await asyncio.sleep(0)
        return found

    async def answered(self, operation: str = "a", *, seconds: float = 0.0, took: float = 0.01) -> None:
        """An answer begins after so many seconds."""
        self.clock.now += seconds
        self.gate.leave(operation, took)
        await asyncio.sleep(0)


def _sent_away(tasks: "list[asyncio.Task[None]]") -> int:
    return sum(task.done() and isinstance(task.exception(), Overloaded) for task in tasks)


async def _end(tasks: "list[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_only_those_wait_who_will_have_their_turn_in_time_and_the_rest_is_told_at_once() -> None:
    door = Door(at_once=4)
    crowd = await door.crowd(3 + 40)  # three places for one operation
    assert len(crowd) == 40
    assert _sent_away(crowd) == 30, "ten a second, and a second's patience"
    await _end(crowd)


async def test_the_pace_is_measured_and_decides_how_many_wait() -> None:
    door = Door(at_once=4)
    first = await door.crowd(3 + 10)
    for _ in range(10):
        await door.answered(seconds=1 / 32)  # exactly, in binary
    assert all(task.done() and task.exception() is None for task in first)
    crowd = await door.crowd(60)
    assert _sent_away(crowd) == 60 - 32
    await _end(crowd)


async def test_a_line_that_still_grows_after_seconds_is_no_crowd() -> None:
    door = Door(at_once=4, patience=LONGER)
    waiting = await door.crowd(3 + 10)
    for n in range(48):  # eight a second are answered, and twelve come
        await door.answered(seconds=0.125)
        waiting += await door.crowd(1 + n % 2)
    assert _sent_away(waiting) == 0, "a crowd may fill the line for seconds"
    for n in range(16):
        await door.answered(seconds=0.125)
        waiting += await door.crowd(1 + n % 2)
    assert _sent_away(waiting) >= 20, "what does not end is let in for a moment only"
    await _end(waiting)


async def test_a_crowd_that_has_arrived_keeps_nobody_away_who_comes_later() -> None:
    door = Door(at_once=4, patience=LONGER)
    waiting = await door.crowd(3 + 40)
    for n in range(48):  # eight a second are answered, and four come
        await door.answered(seconds=0.125)
        waiting += await door.crowd(n % 2)
    assert _sent_away(waiting) == 0
    await _end(waiting)


async def test_a_new_crowd_is_trusted_although_the_last_one_was_slow() -> None:
    door = Door(at_once=4)
    slow = await door.crowd(3 + 10)
    for _ in range(10):
        await door.answered(seconds=1.0)
    assert all(task.done() for task in slow)
    crowd = await door.crowd(10)
    assert _sent_away(crowd) == 0
    await _end(crowd)


async def test_a_service_that_falls_silent_is_waited_for_by_few() -> None:
    door = Door(at_once=4)
    crowd = await door.crowd(3 + 5)
    door.clock.now += 2.0
    later = await door.crowd(10)
    assert _sent_away(crowd) == 0
    assert _sent_away(later) == 10
    await _end(crowd)


async def test_a_line_that_does_not_end_gets_short() -> None:
    door = Door(at_once=4)
    await door.crowd(3)
    crowds = []
    for _ in range(20):
        crowds += await door.crowd(2)
        await door.answered(seconds=0.1)
    waiting = door.gate.waiting
    assert waiting > 4
    before = _sent_away(crowds)
    more = await door.crowd(5)
    assert before == 0 or waiting <= 10
    assert _sent_away(more) == 5, "0.2 seconds at ten a second, and never fewer than four"
    await _end([*crowds, *more])


async def test_a_crowd_at_one_operation_leaves_places_and_turns_to_others() -> None:
    door = Door(at_once=4)
    crowd = await door.crowd(3 + 10)
    assert door.come("b") is None, "the fourth place is not for the crowd"
    waiting = [task for task in (door.come("b"), door.come("b")) if task is not None]
    await asyncio.sleep(0)
    await door.answered("a")
    await door.answered("a")
    await door.answered("a")
    assert sum(task.done() for task in waiting) >= 1, "the lines take turns"
    assert sum(task.done() for task in crowd) <= 2
    await _end([*crowd, *waiting])


async def test_who_gives_up_waiting_leaves_nothing_behind() -> None:
    door = Door(at_once=1)
    first, second = await door.crowd(3)
    first.cancel()
    await asyncio.sleep(0)
    await door.answered()
    assert second.done()
    assert door.gate.running == 1
    await door.answered()
    assert (door.gate.running, door.gate.waiting) == (0, 0)


async def test_who_gives_up_as_the_turn_comes_passes_it_on() -> None:
    door = Door(at_once=1)
    first, second = await door.crowd(3)
    door.gate.leave("a", 0.01)  # the first one's turn, of which it has not heard yet
    first.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert first.cancelled()
    assert second.done()
    assert door.gate.running == 1


async def test_late_answers_make_it_fewer_at_once_and_quick_ones_more_again() -> None:
    door = Door(at_once=16)
    for _ in range(8):
        assert door.come() is None
    await door.answered(seconds=1, took=0.9)
    await door.answered(took=0.9)
    assert door.gate.at_once == 8, "once for all that were asked together"
    for _ in range(6):
        await door.answered(seconds=1, took=0.01)
    assert door.gate.at_once == 14


async def test_late_reads_make_it_fewer_writes_too() -> None:
    door = Door(at_once=16)
    writes = Gate(16, PATIENCE, door.clock)
    door.gate.beside = (writes,)
    assert door.come() is None
    await door.answered(seconds=1, took=0.9)
    assert writes.at_once == 8


async def test_who_waits_can_be_told_that_it_is_in_vain() -> None:
    door = Door(at_once=1)
    crowd = await door.crowd(4)
    door.gate.send_away(Overloaded)
    for task in crowd:
        with pytest.raises(Overloaded):
            await task
    await door.answered()
    assert door.come() is None
