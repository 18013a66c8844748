"""`make bench-compare A=… B=…`: two kept runs beside each other."""

import sys
from pathlib import Path

from tests.bench import report
from tests.bench.outcome import Outcome


def main() -> None:
    """Read both and print."""
    if len(sys.argv) != 3 or not all(Path(name).is_file() for name in sys.argv[1:]):
        sys.exit("usage: make bench-compare A=var/bench/<earlier>.json B=var/bench/<later>.json")
    earlier, later = (Outcome.read(Path(name)) for name in sys.argv[1:])
    report.compare(earlier, later)


if __name__ == "__main__":
    main()
