"""What members asks the other services about persons, and about records whose time is over."""

from collections.abc import Sequence

from services.contracts.retention import RetentionDone, RetentionOrder, RetentionPreview
from services.contracts.subject import (
    ErasureOrder,
    ErasureReceipt,
    MentionQuestion,
    Mentions,
    SubjectKeys,
    SubjectRecords,
)
from services.kit.http import Peer

_WITHIN = 10.0
"""Seconds; the records may be many."""


class SubjectsClient(Peer):
    """A service that holds data about persons."""

    async def erase(self, order: ErasureOrder) -> ErasureReceipt:
        """Have a person forgotten; safe to ask again."""
        reply = await self.post("/internal/erasures", order, within=_WITHIN)
        return ErasureReceipt.model_validate_json(reply.content)

    async def held_about(self, keys: SubjectKeys) -> SubjectRecords:
        """What it holds about a person."""
        reply = await self.post("/internal/subjects", keys, within=_WITHIN)
        return SubjectRecords.model_validate_json(reply.content)

    async def mentions(self, names: Sequence[str]) -> Mentions:
        """Where its free text holds one of the names."""
        reply = await self.post("/internal/mentions", MentionQuestion(names=list(names)), within=_WITHIN)
        return Mentions.model_validate_json(reply.content)

    async def due(self, order: RetentionOrder) -> RetentionPreview:
        """What a retention rule would do there now."""
        reply = await self.post("/internal/retention/previews", order)
        return RetentionPreview.model_validate_json(reply.content)

    async def let_go(self, order: RetentionOrder) -> RetentionDone:
        """Apply a retention rule to a portion of what is due; safe to ask again."""
        reply = await self.post("/internal/retention/portions", order, within=_WITHIN)
        return RetentionDone.model_validate_json(reply.content)
