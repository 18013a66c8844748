"""Lines for the person at the terminal. What processes write goes to their log files."""

import sys
from contextlib import suppress
from datetime import datetime


def say(line: str) -> None:
    """Print a line; a terminal that has gone away is no reason to fall over."""
    with suppress(OSError):
        print(line, flush=True)


def warn(line: str) -> None:
    """Print a line with the time, on standard error."""
    with suppress(OSError):
        print(f"{datetime.now().astimezone():%H:%M:%S}  {line}", file=sys.stderr, flush=True)
