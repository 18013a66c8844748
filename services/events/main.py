"""Run the events service: `python -m services.events.main`."""

from services.events.app import SERVICE
from services.kit.app import build_app
from services.kit.serve import serve
from services.kit.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    serve(build_app(SERVICE, settings), settings, SERVICE.name)
