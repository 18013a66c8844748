"""Typed rows, one file an aggregate. Importing this package knows every table, for migrations."""

from gateway.tables.api_key import ApiKeyRow, ApiKeySecretRow
from gateway.tables.base import Base
from gateway.tables.role import RoleRow
from gateway.tables.session import RefreshTokenRow, SessionRow
from gateway.tables.throttle import SignInThrottleRow
from gateway.tables.user import UserRow

metadata = Base.metadata

__all__ = [
    "ApiKeyRow",
    "ApiKeySecretRow",
    "RefreshTokenRow",
    "RoleRow",
    "SessionRow",
    "SignInThrottleRow",
    "UserRow",
    "metadata",
]
