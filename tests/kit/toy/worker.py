"""Run the worker of one of the two: `python -m tests.kit.toy.worker members`."""

import sys

from services.kit.settings import Settings
from services.kit.worker import work
from tests.kit.toy.services import CATALOGUE, LIBRARY

if __name__ == "__main__":
    work({"members": LIBRARY, "events": CATALOGUE}[sys.argv[1]], Settings())
