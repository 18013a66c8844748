"""Identifiers: UUIDv7, made in the application, so that they sort by time on any PostgreSQL."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562)."""
    return uuid7()
