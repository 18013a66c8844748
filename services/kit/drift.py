"""Texts in several languages drift apart: one that changes in a language leaves the others behind until they are
changed, or confirmed to say the same still."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import literal_column, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.base import Language
from services.contracts.text_confirmation import Confirmation
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import Json
from services.kit.errors import BadRequest
from services.kit.etag import IfMatch, held
from services.kit.filters import Filter, yes_or_no
from services.kit.reading import Resource

Texts = Mapping[str, str]

LAGGING_HEADER: Final = "Stale-Texts"
"""On a change that a service asks for, to take an earlier one back: what lagged behind before, as JSON."""
_LAGGING: Final = TypeAdapter(dict[str, list[Language]])


def lagging_before(caller: Caller, given: str | None) -> dict[str, list[str]] | None:
    """What a service says lagged behind before the change that it takes back; None where nobody says so.

    A person's own call cannot say it: what lags behind follows from what they change and confirm.
    """
    if given is None or caller.via is None:
        return None
    try:
        return _LAGGING.validate_json(given)
    except ValidationError as error:
        raise BadRequest(f"{LAGGING_HEADER} holds languages by field, as JSON.") from error


def behind(before: Texts, after: Texts, stale: Collection[str]) -> list[str]:
    """The languages that lag behind after a change, those before it being `stale`.

    Who changes a language that lagged behind catches up; who changes one that did not says something new, which every
    other language lacks. A language that is added lacks nothing, and tells nothing new.
    """
    changed = {language for language in before.keys() & after.keys() if before[language] != after[language]}
    added = after.keys() - before.keys()
    lagging = (set(stale) & after.keys()) - changed
    if changed - set(stale):
        lagging |= after.keys() - changed - added
    return sorted(lagging)


class Drifting:
    """Mixin of a table with such texts. `drifting` names the columns; say `follow` after each change.

    What lags behind is the office's own concern: partners neither see it nor ask by it.
    """

    drifting: ClassVar[tuple[str, ...]] = ()

    stale_texts: Mapped[dict[str, list[str]]] = mapped_column(
        Json(dict[str, list[str]]), default=dict, server_default=text("'{}'")
    )
    """Field → the languages that lag behind; fields in which none does are left out."""

    def text_of(self, field: str) -> Texts:
        """The text of one field by language; empty where there is none."""
        return getattr(self, field) or {}

    def wording(self) -> dict[str, Texts]:
        """Every text as it is now: take it before a change and give it to `follow` after it."""
        return {field: dict(self.text_of(field)) for field in self.drifting}

    def follow(self, before: Mapping[str, Texts]) -> None:
        """Note what fell behind since `before`, and what caught up."""
        self._keep(
            {
                field: behind(before[field], self.text_of(field), self.stale_texts.get(field, []))
                for field in self.drifting
            }
        )

    def confirm(self, field: str, languages: Collection[str] | None = None) -> None:
        """Say that these languages of a text (all, when none are named) say the same as the newest one."""
        stale = self.stale_texts.get(field, [])
        left = [] if languages is None else [language for language in stale if language not in languages]
        self._keep({**self.stale_texts, field: left})

    def lag(self, lagging: Mapping[str, list[str]]) -> None:
        """Let the same languages lag behind as before a change that is taken back."""
        self._keep(lagging)

    def _keep(self, lagging: Mapping[str, list[str]]) -> None:
        kept = {field: languages for field, languages in lagging.items() if languages}
        if kept != self.stale_texts:
            self.stale_texts = kept


def stale(row: type[Any]) -> Filter:
    """`stale=true`: the filter of a resource over such a table."""
    return yes_or_no(row.stale_texts != literal_column("'{}'"), "Has texts that lag behind.", staff_only=True)


async def confirm(
    session: AsyncSession,
    caller: Caller,
    resource: Resource[Any],
    id: UUID,
    new: Confirmation,
    if_match: IfMatch,
    *,
    told: str,
    required_scopes: Iterable[str],
) -> None:
    """Take languages of a record's text off the list of those that lag behind; `told` is the type of the change."""
    staff_only(caller)
    row = await held(session, caller, resource, id, if_match)
    row.confirm(new.field, new.languages)
    await save(session, caller, told, row, required_scopes=required_scopes)
