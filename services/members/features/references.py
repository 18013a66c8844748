"""What custom fields of members may refer to: what the caller sees."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import Select

from services.kit.auth import Caller
from services.kit.custom.declared import References
from services.members.tables.organisation import OrganisationRow
from services.members.tables.person import PersonRow


def _organisations(caller: Caller) -> Select[UUID]:
    # Imported when it is needed: each resource may refer to the other.
    from services.members.features.organisations.queries import organisations

    return organisations.seen_by(caller).with_only_columns(OrganisationRow.id)


def _persons(caller: Caller) -> Select[UUID]:
    from services.members.features.persons.queries import persons

    return persons.seen_by(caller).with_only_columns(PersonRow.id)


REFERENCES: Final[Mapping[str, References]] = {"organisation": _organisations, "person": _persons}
