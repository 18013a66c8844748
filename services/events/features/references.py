"""What custom fields of events may refer to: organisations as members has told of them."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select

from services.events.tables.organisation_copy import OrganisationCopyRow
from services.kit.auth import Caller
from services.kit.custom.declared import References


def _organisations(caller: Caller) -> Select[UUID]:
    told = select(OrganisationCopyRow.id).where(OrganisationCopyRow.status.in_(("active", "archived")))
    return told if caller.kind != "partner" else told.where(OrganisationCopyRow.id == caller.organisation_id)


REFERENCES: Final[Mapping[str, References]] = {"organisation": _organisations}
