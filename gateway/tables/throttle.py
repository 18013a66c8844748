"""Failed attempts to sign in, counted where all replicas see them."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.tables.base import Base
from services.kit.db import Moment


class SignInThrottleRow(Base):
    """Attempts of one kind of origin (account and address, or address); the key is a hash, so no address is kept."""

    __tablename__ = "sign_in_throttle"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    attempts: Mapped[int]
    seen_at: Mapped[Moment] = mapped_column(index=True)
    blocked_until: Mapped[Moment]
