"""Editing retention rules, and applying them once a day."""

from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.clients.subjects import SubjectsClient
from services.contracts.members.retention_rule import RetentionRuleCreate, RetentionRuleUpdate
from services.contracts.retention import RetentionOrder, RetentionPreview
from services.kit import retention
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict, Problem
from services.kit.etag import IfMatch, held
from services.kit.jobs import task
from services.kit.patching import patch
from services.kit.runtime import Runtime
from services.members.features.retention_rules.queries import retention_rules
from services.members.features.retention_rules.retained import ELSEWHERE, HERE
from services.members.tables.retention_rule import RetentionRuleRow

_READ = ["privacy:read"]
_KEEPER: Final = Caller("service:members", "service")
_MOST_PORTIONS: Final = 40
"""A run does so much of a rule; the rest is done the next day."""

log = structlog.get_logger(__name__)


class RetentionRuleTaken(Conflict):
    """There is such a rule for this resource.

    Change its days: `GET /v1/retention-rules?resource=…`.
    """


async def create(session: AsyncSession, caller: Caller, new: RetentionRuleCreate) -> RetentionRuleRow:
    """Add a rule; paused, so that nothing is gone before its preview was looked at."""
    staff_only(caller)
    row = RetentionRuleRow(**new.model_dump(), status="paused")
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


async def preview(runtime: Runtime, rule: RetentionRuleRow) -> RetentionPreview:
    """What the rule would do now. Raises a 503 or 504 when the service that holds the records cannot say."""
    order = order_of(rule)
    if rule.resource in ELSEWHERE:
        return await _holder(runtime, rule.resource).due(order)
    async with runtime.database.transaction() as session:
        return await retention.preview(session, HERE[rule.resource], order)


def order_of(rule: RetentionRuleRow) -> RetentionOrder:
    """The rule, as who holds the records is told it."""
    return RetentionOrder.model_validate(
        {"rule_id": rule.id, "resource": rule.resource, "after": rule.after, "keep_days": rule.keep_days}
    )


def _holder(runtime: Runtime, resource: str) -> SubjectsClient:
    client = runtime.peers[ELSEWHERE[resource]]
    assert isinstance(client, SubjectsClient)
    return client


@task("members.apply_retention", cron="47 2 * * *", attempts=1)
async def apply_retention(runtime: Runtime) -> None:
    """Apply every active rule, in portions that are each a transaction of their own."""
    async with runtime.database.transaction() as session:
        active = select(RetentionRuleRow.id).where(RetentionRuleRow.status == "active").order_by(RetentionRuleRow.id)
        ids = list(await session.scalars(active))
    for id in ids:
        try:
            for _ in range(_MOST_PORTIONS):
                if await _apply(runtime, id) < retention.PORTION:
                    break
        except Problem as problem:  # a service that is down does its part the next night; the other rules go on
            log.warning("retention_put_off", rule_id=str(id), reason=problem.title)
        except Exception:  # whatever it is, a statement that took too long say: the rules behind it are applied
            log.exception("retention_failed", rule_id=str(id))


async def _apply(runtime: Runtime, id: UUID) -> int:
    """Let go of a portion; answers how many records it was."""
    async with runtime.database.transaction() as session:
        rule = await session.get(RetentionRuleRow, id, with_for_update={"read": True})
        if rule is None or rule.status != "active":
            return 0
        order = order_of(rule)
        if order.resource in HERE:
            return (await retention.apply_portion(session, _KEEPER, HERE[order.resource], order)).count
    return (await _holder(runtime, order.resource).let_go(order)).count
