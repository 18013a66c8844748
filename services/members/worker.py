"""Run the members worker: `python -m services.members.worker`."""

from services.kit.settings import Settings
from services.kit.worker import work
from services.members.app import SERVICE

if __name__ == "__main__":
    work(SERVICE, Settings())
