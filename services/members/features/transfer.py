"""Transfer across borders: callers abroad get only persons who agreed to it, wherever persons are told of."""

from typing import Final

from sqlalchemy import ColumnElement, not_

from services.kit.auth import Caller
from services.kit.errors import Forbidden
from services.kit.filters import Column
from services.kit.shape import LeftOut
from services.members.tables.consent import has_agreed

PURPOSE: Final = "cross_border_transfer"
REASON: Final = "no_cross_border_consent"


def not_agreed(person_id: Column) -> ColumnElement[bool]:
    """Whether a row is about a person who has not agreed; one that is about none is not."""
    return person_id.is_not(None) & not_(has_agreed(person_id, PURPOSE))


def kept_from_abroad(where: ColumnElement[bool]) -> LeftOut:
    """Keeps these rows from callers abroad, who are told how many they are."""
    return LeftOut(REASON, lambda caller: caller.abroad, where, everywhere=True)


def not_from_abroad(caller: Caller) -> None:
    """Raise for a caller abroad who would make a person: nobody has agreed yet to the transfer."""
    if caller.abroad:
        raise Forbidden("A person is registered at the office, and seen abroad once they agreed to it.")
