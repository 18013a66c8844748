"""Alembic runs this."""

from services.kit.migrate import run_env
from services.liaison.tables import metadata

run_env(metadata)
