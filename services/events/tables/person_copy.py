"""Copies of members' persons, as far as events must heed them."""

from services.events.tables.base import Base
from services.kit.person_copies import PersonCopyColumns


class PersonCopyRow(PersonCopyColumns, Base):
    """Whether a person's data may go abroad."""
