"""Run the liaison service: `python -m services.liaison.main`."""

from services.kit.app import build_app
from services.kit.serve import serve
from services.kit.settings import Settings
from services.liaison.app import SERVICE

if __name__ == "__main__":
    settings = Settings()
    serve(build_app(SERVICE, settings), settings, SERVICE.name)
