"""Showing what is sensitive: only for a stated purpose, and only once the audit log has it.

A read that would show such fields, or asks by them, tells so before its bytes leave; when that fails, the read fails.
What reads without a way to tell (`tell=None`) is not shown them.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.audit import audited
from services.kit.auth import Caller
from services.kit.errors import Invalid, PurposeRequired

HEADER = "purpose"
PATTERN = r"^[a-z][a-z0-9_]{1,39}$"
"""Of a purpose's key."""
_WELL_FORMED = re.compile(PATTERN)

PurposeKnown = Callable[[AsyncSession, str], Awaitable[bool]]
"""Whether sensitive fields may be read for a purpose of this key."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a read is about to show."""

    action: str
    resource: str
    about: list[UUID]
    fields: frozenset[str]
    """Shown, or asked by."""
    detail: Mapping[str, Any] = field(default_factory=dict)


Tell = Callable[[Caller, Disclosure], Awaitable[None]]
"""Puts a disclosure on record, for good; raises when it cannot."""


def stating(caller: Caller, header: str | None, parameter: str | None = None) -> Caller:
    """The caller with the purpose a request states. Raises `Invalid` for a header that can be none."""
    purpose = parameter or header
    if purpose is not None and not _WELL_FORMED.match(purpose):
        raise Invalid.value("purpose", "string_pattern_mismatch", "A purpose is a key such as visa_letter.")
    return caller.stating(purpose)


async def check_purpose(session: AsyncSession, known: PurposeKnown | None, caller: Caller) -> None:
    """Raise `PurposeRequired` unless the caller's purpose is one of those that `known` knows."""
    if caller.purpose is None or (known is not None and not await known(session, caller.purpose)):
        raise PurposeRequired("This is no purpose for which sensitive fields are read; see /v1/purposes?access=true.")


async def tell_within(
    session: AsyncSession, known: PurposeKnown | None, caller: Caller, disclosure: Disclosure
) -> None:
    """Put a disclosure on record in a transaction; the caller of this commits it before anything is shown."""
    await check_purpose(session, known, caller)
    await audited(
        session,
        caller,
        action=disclosure.action,
        resource=disclosure.resource,
        about=disclosure.about,
        fields=disclosure.fields,
        purpose=caller.purpose,
        detail=disclosure.detail,
    )
