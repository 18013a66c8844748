"""Who sees what of liaison, for all its features.

The log is the staff's. A partner's key reads what concerns counterparts that are its own organisation, and nothing
confidential, whatever its scopes; it writes nothing. Staff need `liaison:confidential` for confidential interactions
and for what follows from them.
"""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, and_, cast, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from services.kit.auth import Caller
from services.kit.reading import CALLER_ORGANISATION, CALLER_SCOPES, EVERY_ROW, Rule
from services.liaison.tables import CounterpartRow
from services.liaison.tables.interaction import CONFIDENTIAL, NORMAL

READ = "liaison:read"
SEE_CONFIDENTIAL = "liaison:confidential"

_OWN_COUNTERPARTS = select(CounterpartRow.id).where(CounterpartRow.organisation_id == CALLER_ORGANISATION)
_NOT_BOUND = CALLER_ORGANISATION.is_(None)

CALLER_SEES_CONFIDENTIAL: ColumnElement[bool] = and_(
    CALLER_SCOPES.bool_op("@>")(cast([SEE_CONFIDENTIAL], ARRAY(Text))), _NOT_BOUND
)
"""The same as `sees_confidential`, inside a statement."""


def sees_confidential(caller: Caller) -> bool:
    """Whether the caller may see and write what is confidential."""
    return caller.kind != "partner" and caller.holds(SEE_CONFIDENTIAL)


def scopes_to_read(confidentiality: str = NORMAL) -> list[str]:
    """What a reader of the change feed needs."""
    return [READ, SEE_CONFIDENTIAL] if confidentiality == CONFIDENTIAL else [READ]


def seen_with_its_counterpart(counterpart_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """For rows embedded in others: the caller may see them on their own too."""
    return or_(_NOT_BOUND, counterpart_id.in_(_OWN_COUNTERPARTS))


def rules(
    counterpart_id: InstrumentedAttribute[Any], confidentiality: InstrumentedAttribute[str] | None = None
) -> tuple[Rule, ...]:
    """Row rules of a table that hangs on counterparts."""
    own = counterpart_id.in_(_OWN_COUNTERPARTS)
    if confidentiality is None:
        return (Rule("partner", lambda caller: caller.kind == "partner", own), EVERY_ROW)
    open_to_all = confidentiality == NORMAL
    return (
        Rule("partner", lambda caller: caller.kind == "partner", and_(own, open_to_all)),
        Rule("staff with confidential", sees_confidential),
        Rule("staff", lambda _: True, open_to_all),
    )
