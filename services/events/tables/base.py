"""The tables of events have their own metadata: no service can refer to another's tables."""

from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from services.kit.db import NAMING, TYPES


class Base(DeclarativeBase):
    """A row of events."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = TYPES
