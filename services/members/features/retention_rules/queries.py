"""What can be read of retention rules."""

from sqlalchemy import false

from services.contracts.members.retention_rule import RetainedAfter, RetainedResource, RetentionRule, RetentionStatus
from services.kit.filters import any_of, created_and_updated
from services.kit.reading import EVERY_ROW, Resource, Rule, Sort
from services.members.tables.retention_rule import RetentionRuleRow

retention_rules = Resource(
    name="retention rule",
    path="/v1/retention-rules",
    model=RetentionRule,
    row=RetentionRuleRow,
    filters={
        "resource": any_of(RetentionRuleRow.resource, RetainedResource, "About any of these resources."),
        "status": any_of(RetentionRuleRow.status, RetentionStatus, "Active, or paused."),
        "after": any_of(RetentionRuleRow.after, RetainedAfter, "Counted from any of these."),
        **created_and_updated(RetentionRuleRow),
    },
    facets=("resource", "status", "after"),
    sorts={"created_at": Sort(RetentionRuleRow.created_at), "updated_at": Sort(RetentionRuleRow.updated_at)},
    rules=(Rule("partner", lambda caller: caller.kind == "partner", false()), EVERY_ROW),
)
