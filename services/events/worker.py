"""Run the events worker: `python -m services.events.worker`."""

from services.events.app import SERVICE
from services.kit.settings import Settings
from services.kit.worker import work

if __name__ == "__main__":
    work(SERVICE, Settings())
