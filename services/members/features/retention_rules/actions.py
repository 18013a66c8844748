"""Editing retention rules, and applying them once a day."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.retention_rule import RetentionPreview, RetentionRuleCreate, RetentionRuleUpdate
from services.contracts.subject import SubjectKeys
from services.kit.audit import audited
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict
from services.kit.etag import IfMatch, held
from services.kit.jobs import task
from services.kit.patching import patch
from services.kit.runtime import Runtime
from services.members.features.erasures.actions import forget_person
from services.members.features.erasures.holdings import remove, remove_documents
from services.members.features.retention_rules.queries import due, retention_rules
from services.members.tables.retention_rule import RetentionRuleRow

_READ = ["privacy:read"]
_KEEPER: Final = Caller("service:members", "service")
_PORTION: Final = 50
_MOST_PORTIONS: Final = 40
"""A run does so much of a rule; the rest is done the next day."""
_SHOWN: Final = 100


class RetentionRuleTaken(Conflict):
    """There is such a rule for this resource.

    Change its days: `GET /v1/retention-rules?resource=…`.
    """


async def create(session: AsyncSession, caller: Caller, new: RetentionRuleCreate) -> RetentionRuleRow:
    """Add a rule; paused, so that nothing is gone before its preview was looked at."""
    staff_only(caller)
    row = RetentionRuleRow(**new.model_dump(), status="paused")
    session.add(row)
    with refused_by("uq_retention_rule_resource_after", RetentionRuleTaken()):
        await save(session, caller, "members.retention_rule.created", row, required_scopes=_READ)
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: RetentionRuleUpdate, if_match: IfMatch
) -> RetentionRuleRow:
    """Change how long, pause or resume."""
    staff_only(caller)
    row = await held(session, caller, retention_rules, id, if_match)
    patch(row, change)
    await save(session, caller, "members.retention_rule.updated", row, required_scopes=_READ)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a rule."""
    staff_only(caller)
    row = await held(session, caller, retention_rules, id, if_match)
    await session.delete(row)
    await save(session, caller, "members.retention_rule.deleted", row, required_scopes=_READ)


async def preview(session: AsyncSession, rule: RetentionRuleRow) -> RetentionPreview:
    """What the rule would do now."""
    rows = due(rule).subquery()
    count = await session.scalar(select(func.count()).select_from(rows))
    ids = await session.scalars(due(rule).with_only_columns(rule_row(rule).id).limit(_SHOWN))
    return RetentionPreview(count=count or 0, records=list(ids))


def rule_row(rule: RetentionRuleRow) -> Any:
    """The class of the rows the rule is about."""
    return due(rule).column_descriptions[0]["entity"]


@task("members.apply_retention", cron="47 2 * * *", attempts=1)
async def apply_retention(runtime: Runtime) -> None:
    """Apply every active rule, in portions that are each a transaction of their own."""
    async with runtime.database.transaction() as session:
        ids = list(await session.scalars(select(RetentionRuleRow.id).where(RetentionRuleRow.status == "active")))
    for id in ids:
        for _ in range(_MOST_PORTIONS):
            if await _apply(runtime, id) < _PORTION:
                break


async def _apply(runtime: Runtime, id: UUID) -> int:
    async with runtime.database.transaction() as session:
        rule = await session.get(RetentionRuleRow, id, with_for_update={"read": True})
        if rule is None or rule.status != "active":
            return 0
        locked = due(rule).limit(_PORTION).with_for_update(of=rule_row(rule), skip_locked=True)
        rows: Sequence[Any] = list(await session.scalars(locked))
        if not rows:
            return 0
        about = [row.id for row in rows]
        if rule.resource == "persons":
            for row in rows:
                await forget_person(session, _KEEPER, row, "retention")
        elif rule.resource == "documents":
            await remove_documents(session, _KEEPER, rows, SubjectKeys(person_id=rule.id))
        else:
            await remove(session, _KEEPER, rows, SubjectKeys(person_id=rule.id))
        await audited(
            session,
            _KEEPER,
            action="retention_rules.applied",
            resource=rule.resource,
            about=about,
            detail={"rule_id": str(rule.id), "after": rule.after, "keep_days": rule.keep_days},
        )
        return len(rows)
