"""What happens to custom fields. Edits of one resource's fields wait for each other, and for writes that go by them."""

import functools
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.custom_field import MOST_FIELDS, CustomFieldCreate, CustomFieldUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.custom.declared import Custom
from services.kit.custom.definitions import hold_for_edit
from services.kit.custom.tables import CustomFieldColumns
from services.kit.db import refused_by
from services.kit.errors import Conflict, Contradiction
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.kit.reading import Resource

_CAN_BE_SEVERAL = ("text", "choice", "reference")


class CustomFieldKeyTaken(Conflict):
    """Another custom field of this kind of record has this key.

    Choose another key, or change that field; an archived one can be brought back.
    """


class TooManyCustomFields(Conflict):
    """This kind of record has as many custom fields as there can be.

    Delete those that hold no values; archived ones count, too.
    """


class CustomFieldInUse(Conflict):
    """Records hold values of the custom field.

    Archive it instead: `PATCH` its `archived`. Its values stay readable.
    """


class Editing:
    """The verbs for the fields of one resource."""

    def __init__(self, custom: Custom, resource: Resource[Any]) -> None:
        self._custom = custom
        self._resource = resource
        self._save = functools.partial(save, required_scopes=[custom.reads])

    async def create(self, session: AsyncSession, caller: Caller, new: CustomFieldCreate) -> CustomFieldColumns:
        """Add a field. Records that are there already hold no value of it."""
        staff_only(caller)
        await hold_for_edit(session, self._custom)
        fields = self._custom.fields
        here = fields.resource == self._custom.resource
        there = await session.scalar(select(func.count()).select_from(fields).where(here)) or 0
        # A bulk call writes its rows at the end.
        if there + sum(isinstance(row, fields) for row in session.new) >= MOST_FIELDS:
            raise TooManyCustomFields(f"There are {MOST_FIELDS}.")
        make: Any = fields  # a mixin's constructor is not known to take its columns
        row: CustomFieldColumns = make(
            **new.model_dump(exclude={"choices"}), choices=new.choices, resource=self._custom.resource
        )
        self._check(row)
        session.add(row)
        with refused_by("uq_custom_field_resource_key", CustomFieldKeyTaken()):
            await self._save(session, caller, self._type("created"), row)
        return row

    async def update(
        self, session: AsyncSession, caller: Caller, id: UUID, change: CustomFieldUpdate, if_match: IfMatch
    ) -> CustomFieldColumns:
        """Change a field. What records hold stays as it is."""
        staff_only(caller)
        await hold_for_edit(session, self._custom)
        row: CustomFieldColumns = await held(session, caller, self._resource, id, if_match)
        archived, sensitive = row.archived, row.sensitive
        before = {choice.value for choice in row.choices or ()}
        patch(row, change)
        self._check(row)
        if row.sensitive != sensitive and await self._is_held(session, row):
            # The values would stand in the change log, or in other places, where they stood before.
            raise CustomFieldInUse("Whether it is sensitive can change only while no record holds a value.")
        gone = before - {choice.value for choice in row.choices or ()}
        if gone and (kept := await self._held_of(session, row, gone)):
            raise CustomFieldInUse(f"Records hold {', '.join(kept)}: archive the choice instead of leaving it out.")
        verb = "updated" if row.archived == archived else "archived" if row.archived else "restored"
        await self._save(session, caller, self._type(verb), row)
        return row

    async def delete(self, session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
        """Remove a field that no record holds a value of."""
        staff_only(caller)
        await hold_for_edit(session, self._custom)
        row: CustomFieldColumns = await held(session, caller, self._resource, id, if_match)
        if await self._is_held(session, row):
            raise CustomFieldInUse()
        await session.delete(row)
        await self._save(session, caller, self._type("deleted"), row)

    def _type(self, verb: str) -> str:
        return f"{self._custom.service}.custom_field.{verb}"

    def _held(self, row: CustomFieldColumns) -> ColumnElement[bool]:
        return self._custom.values.key == row.key

    async def _is_held(self, session: AsyncSession, row: CustomFieldColumns) -> bool:
        found = select(self._custom.values.record_id).where(self._held(row)).limit(1)
        return await session.scalar(found) is not None

    async def _held_of(self, session: AsyncSession, row: CustomFieldColumns, values: Collection[str]) -> list[str]:
        value = self._custom.values.text_value
        found = select(value).where(self._held(row), value.in_(values)).distinct().order_by(value)
        return [one for one in await session.scalars(found) if one is not None]

    def _check(self, row: CustomFieldColumns) -> None:
        """What a schema cannot say of a definition."""

        def refuse(field: str, detail: str) -> None:
            raise Contradiction.value(f"/{field}", f"not_for_{row.type}", detail)

        if (row.choices is not None) != (row.type == "choice"):
            refuse("choices", "A choice has choices, and nothing else has.")
        if row.choices is not None:
            if len({choice.value for choice in row.choices}) < len(row.choices):
                raise Contradiction.value("/choices", "unique_items", "The same value stands there twice.")
            if all(choice.archived for choice in row.choices):
                raise Contradiction.value("/choices", "none_offered", "At least one choice must be offered.")
        if (row.reference_to is not None) != (row.type == "reference"):
            refuse("reference_to", "A reference refers to something, and nothing else does.")
        if row.reference_to is not None and row.reference_to not in self._custom.references:
            known = ", ".join(self._custom.references) or "nothing"
            raise Contradiction.value("/reference_to", "unknown_target", f"These records can refer to {known}.")
        if row.multiple and row.type not in _CAN_BE_SEVERAL:
            refuse("multiple", f"Only {', '.join(_CAN_BE_SEVERAL)} can hold a list.")
        if row.max_length is not None and row.type != "text":
            refuse("max_length", "Only a text has a length.")
        if row.type != "number" and (row.minimum is not None or row.maximum is not None):
            refuse("minimum" if row.minimum is not None else "maximum", "Only a number has bounds.")
        if row.minimum is not None and row.maximum is not None and row.maximum < row.minimum:
            raise Contradiction.value("/maximum", "below_minimum", "It cannot be below the minimum.")
