"""Copies of members' persons, as far as liaison must heed them."""

from services.kit.person_copies import PersonCopyColumns
from services.liaison.tables.base import Base


class PersonCopyRow(PersonCopyColumns, Base):
    """Whether a person's data may go abroad."""
