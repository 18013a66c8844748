"""Run the gateway's worker: `python -m gateway.worker`."""

from gateway.app import SERVICE
from gateway.settings import GatewaySettings
from services.kit.worker import work

if __name__ == "__main__":
    work(SERVICE, GatewaySettings())
