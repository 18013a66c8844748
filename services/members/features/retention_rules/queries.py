"""What can be read of retention rules, and what is due by one."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, false, literal, select

from services.contracts.members.retention_rule import RetainedResource, RetentionRule, RetentionStatus
from services.kit.clock import office_today
from services.kit.db import now
from services.kit.filters import any_of, created_and_updated
from services.kit.reading import EVERY_ROW, Resource, Rule, Sort
from services.members.tables.affiliation import AffiliationRow, lasting_on
from services.members.tables.document import DocumentRow
from services.members.tables.note import NoteRow
from services.members.tables.person import PersonRow
from services.members.tables.retention_rule import RetentionRuleRow

retention_rules = Resource(
    name="retention rule",
    path="/v1/retention-rules",
    model=RetentionRule,
    row=RetentionRuleRow,
    filters={
        "resource": any_of(RetentionRuleRow.resource, RetainedResource, "About any of these resources."),
        "status": any_of(RetentionRuleRow.status, RetentionStatus, "Active, or paused."),
        **created_and_updated(RetentionRuleRow),
    },
    sorts={"created_at": Sort(RetentionRuleRow.created_at), "updated_at": Sort(RetentionRuleRow.updated_at)},
    rules=(Rule("partner", lambda caller: caller.kind == "partner", false()), EVERY_ROW),
)

_ROWS: dict[str, Any] = {"persons": PersonRow, "notes": NoteRow, "documents": DocumentRow}


def due(rule: RetentionRuleRow) -> Select[Any]:
    """The rows whose time is over, oldest first."""
    row = _ROWS[rule.resource]
    since = getattr(row, rule.after)
    query = select(row).where(since < now() - timedelta(days=rule.keep_days)).order_by(since, row.id)
    if rule.resource != "persons":
        return query.where(row.person_id.is_not(None))
    # Who holds a role is in use, however long the record has not changed.
    busy = (
        select(AffiliationRow.id)
        .where(AffiliationRow.person_id == PersonRow.id, lasting_on(literal(office_today())))
        .exists()
    )
    return query.where(PersonRow.erased_at.is_(None), PersonRow.merged_into.is_(None), ~busy)
