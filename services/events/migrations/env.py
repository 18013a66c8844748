"""Alembic runs this."""

from services.events.tables import metadata
from services.kit.migrate import run_env

run_env(metadata)
