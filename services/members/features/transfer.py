"""Transfer across borders: callers abroad get only persons who agreed to it, wherever persons are told of."""

from sqlalchemy import ColumnElement, not_

from services.kit.auth import Caller
from services.kit.errors import Forbidden
from services.kit.filters import Column
from services.kit.person_copies import TRANSFER
from services.members.tables.consent import has_agreed


def not_agreed(person_id: Column) -> ColumnElement[bool]:
    """Whether a row is about a person who has not agreed; one that is about none is not."""
    return person_id.is_not(None) & not_(has_agreed(person_id, TRANSFER))


def not_from_abroad(caller: Caller) -> None:
    """Raise for a caller abroad who would make a person: nobody has agreed yet to the transfer."""
    if caller.abroad:
        raise Forbidden("A person is registered at the office, and seen abroad once they agreed to it.")
