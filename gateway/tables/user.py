"""Staff users."""

from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.tables.base import Base
from services.kit.db import Tracked, now

ADMINISTRATOR: Final = "administrator"
"""The role that at least one user who can sign in must hold."""


class UserRow(Tracked, Base):
    """A person who can sign in."""

    __tablename__ = "user_account"
    __table_args__ = (
        Index("uq_user_account_email", text("lower(email)"), unique=True),
        Index("ix_user_account_roles", "roles", postgresql_using="gin"),
        CheckConstraint("cardinality(roles) > 0", name="roles_not_empty"),
    )
    personal: ClassVar[frozenset[str]] = frozenset({"email", "name", "password_hash"})

    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    country: Mapped[str | None]
    disabled_at: Mapped[datetime | None]

    @property
    def administers(self) -> bool:
        """Whether the user is an administrator who can sign in."""
        return ADMINISTRATOR in self.roles and self.disabled_at is None

    def disable(self, disabled: bool) -> None:
        """Bar the user from signing in, or let them again."""
        if disabled != (self.disabled_at is not None):
            self.disabled_at = now() if disabled else None
