"""Run the gateway: `python -m gateway.main`."""

import uvicorn

from gateway.app import SERVICE, build
from gateway.settings import GatewaySettings
from gateway.wire import BoundedProtocol
from services.kit.logging import configure
from services.kit.serve import DRAIN_SECONDS


def main() -> None:
    """Listen until SIGTERM; requests under way are finished first."""
    settings = GatewaySettings()
    configure(settings.log_level, SERVICE.name)
    BoundedProtocol.public_url = settings.public_url.rstrip("/")
    uvicorn.run(
        build(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        # Forwarding headers are read by the front, and only from networks that the settings name.
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=75,
        backlog=2048,
    )


if __name__ == "__main__":
    main()
