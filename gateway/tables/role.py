"""Roles: named sets of scopes."""

from sqlalchemy import ARRAY, CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.tables.base import Base
from services.contracts.base import Names
from services.kit.db import Json, Tracked


class RoleRow(Tracked, Base):
    """A role. Users hold roles by name; a name never changes."""

    __tablename__ = "role"
    __table_args__ = (CheckConstraint("cardinality(scopes) > 0", name="scopes_not_empty"),)

    name: Mapped[str] = mapped_column(unique=True)
    titles: Mapped[Names] = mapped_column(Json(Names))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    fixed: Mapped[bool] = mapped_column(default=False)
