"""Contacts as cards for address books: who they are, of which counterpart."""

from collections.abc import Mapping
from typing import Any

from services.kit.export.cards import Card, Cards


def _card(contact: Mapping[str, Any]) -> Card:
    get = contact.get
    counterpart = get("counterpart")
    return Card(
        kind="individual",
        id=contact["id"],
        names=get("names") or {},
        organisations=[counterpart["names"]] if counterpart else (),
        titles=[get("title") or {}],
        emails=get("emails") or (),
        phones=[phone["number"] for phone in get("phones") or ()],
        languages=get("languages") or (),
        updated_at=get("updated_at"),
    )


CARDS = Cards(_card, expand=("counterpart",))
