"""What a core does while another works, of what it does alone.

Virtual cores may be two threads of one real core, and be moved while a run lasts: then all that keeps two processes
busy, as a service and PostgreSQL, takes up to twice the processor time of what keeps one busy, and a ratio says more
of the machine than of either. `make bench` looks before each operation, and tells the least and the most it saw.
"""

import subprocess
import sys
from typing import Final

_WORK: Final = """
import time
began, kept, total = time.process_time(), {}, 0
for number in range(1_200_000):
    kept[number & 1023] = number
    total += kept.get(number * 7 & 1023, 0)
print(time.process_time() - began)
"""


def together() -> float:
    """1 where two processes at once are each as fast as one alone; 0.5 where they share what one has."""
    (alone,) = _seconds(1)
    return round(alone / max(_seconds(2)), 2)


def _seconds(processes: int) -> list[float]:
    """Processor time of the same work in so many processes at once."""
    command = [sys.executable, "-c", _WORK]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return [float(process.communicate(timeout=60)[0]) for process in running]
