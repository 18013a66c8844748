"""How long something may be used, by both clocks of a process."""

import time


class Lasting:
    """So many seconds from now.

    What ends at a moment, such as a token, is over once either clock has come so far: the clock of the day is set at
    times, and stands still for neither a suspended machine nor a moved one.
    """

    __slots__ = ("_mark", "_moment")

    def __init__(self, seconds: float) -> None:
        self._mark = time.monotonic() + seconds
        self._moment = time.time() + seconds

    @property
    def over(self) -> bool:
        """Whether they have passed."""
        return time.monotonic() >= self._mark or time.time() >= self._moment
