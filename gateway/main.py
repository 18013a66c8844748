"""Run the gateway: `python -m gateway.main`."""

from gateway.app import SERVICE, build
from gateway.settings import GatewaySettings
from gateway.wire import BoundedProtocol, connections_within
from services.kit.serve import open_files, serve


def main() -> None:
    """Listen until SIGTERM; requests under way are finished first."""
    settings = GatewaySettings()
    BoundedProtocol.public_url = settings.public_url.rstrip("/")
    BoundedProtocol.most = connections_within(open_files())
    serve(build(settings), settings, SERVICE.name, http=BoundedProtocol)


if __name__ == "__main__":
    main()
