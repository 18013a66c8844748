"""Run the liaison worker: `python -m services.liaison.worker`."""

from services.kit.settings import Settings
from services.kit.worker import work
from services.liaison.app import SERVICE

if __name__ == "__main__":
    work(SERVICE, Settings())
