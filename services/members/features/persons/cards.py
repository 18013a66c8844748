"""Persons as cards for address books: how to reach them at work. Nothing sensitive stands on a card."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.kit.clock import office_today
from services.kit.export.cards import Card, Cards, Place


def _card(person: Mapping[str, Any]) -> Card:
    roles = person.get("affiliations") or []
    return Card(
        kind="individual",
        id=person["id"],
        names=person.get("names") or {},
        parts=_parts(person),
        organisations=[role["organisation"]["names"] for role in roles],
        titles=[role["role"] for role in roles if role["role"]],
        emails=_each(person.get("email"), *(person.get("other_emails") or ()), *_reached_by(person, "email")),
        phones=_each(*[one["number"] for one in person.get("phones") or ()], *_reached_by(person, "phone")),
        languages=person.get("languages") or (),
        wechat=person.get("wechat"),
        place=Place(street=person.get("address"), country=person.get("country")),
        tags=person.get("tags") or (),
        updated_at=person.get("updated_at"),
    )


def _parts(person: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    parts = {
        language: (one.get("family") or "", one.get("given") or "")
        for language, one in (person.get("name_parts") or {}).items()
    }
    if not parts and (person.get("family_name") or person.get("given_name")):
        parts[""] = (person.get("family_name") or "", person.get("given_name") or "")
    return parts


def _reached_by(person: Mapping[str, Any], kind: str) -> Iterator[str]:
    """Channels of a kind that lead to the person's work today."""
    today = office_today().isoformat()
    for one in person.get("channels") or ():
        lasts = (one["valid_from"] or today) <= today <= (one["valid_to"] or today)
        if one["kind"] == kind and one["purpose"] == "work" and lasts:
            yield one["normalised"] or one["value"]


def _each(*values: str | None) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


CARDS = Cards(_card, expand=("affiliations",))
