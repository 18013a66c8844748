"""Alembic runs this."""

from gateway.tables import metadata
from services.kit.migrate import run_env

run_env(metadata)
