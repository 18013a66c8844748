"""Retention rules over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.members.retention_rule import (
    RetentionPreview,
    RetentionRule,
    RetentionRuleCreate,
    RetentionRuleUpdate,
)
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, CurrentRuntime, IfMatch, Routes, WriteSession, answer
from services.members.features.retention_rules import actions
from services.members.features.retention_rules.queries import retention_rules
from services.members.tables.retention_rule import RetentionRuleRow

routes = Routes("/v1/retention-rules", tag="Privacy")
routes.reads(retention_rules, scope="privacy:read")


@routes.post("", scope="privacy:write", response=RetentionRule, refuses=[actions.RetentionRuleTaken])
async def create_retention_rule(new: RetentionRuleCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create a retention rule.

    It begins paused: read its preview, then set it `active`.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, retention_rules, row.id, 201)


@routes.get("/{id}/preview", scope="privacy:read", response=RetentionPreview, refuses=[NotFound])
async def preview_retention_rule(id: UUID, runtime: CurrentRuntime, caller: CurrentCaller) -> RetentionPreview:
    """Preview a retention rule.

    How many records are due now, and the first hundred of them. The service that holds them is asked; 503 or 504
    when it cannot answer.
    """
    async with runtime.database.transaction() as session:
        rule = await session.scalar(retention_rules.seen_by(caller).where(RetentionRuleRow.id == id))
        if rule is None:
            raise NotFound("There is no retention rule with this id, or it is not yours to see.")
    return await actions.preview(runtime, rule)


@routes.patch("/{id}", scope="privacy:write", response=RetentionRule)
async def update_retention_rule(
    id: UUID, change: RetentionRuleUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change, pause or resume a retention rule.

    An active rule is applied every night; what it forgets or deletes stands in the audit log.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, retention_rules, id)


@routes.delete("/{id}", scope="privacy:write")
async def delete_retention_rule(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a retention rule.

    Records are kept from then on.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
