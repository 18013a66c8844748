"""Counterparts as cards for address books."""

from collections.abc import Mapping
from typing import Any

from services.kit.export.cards import Card, Cards, Place


def _card(counterpart: Mapping[str, Any]) -> Card:
    get = counterpart.get
    return Card(
        kind="org",
        id=counterpart["id"],
        names=get("names") or {},
        organisations=[get("names") or {}],
        emails=get("emails") or (),
        phones=[phone["number"] for phone in get("phones") or ()],
        website=get("website"),
        place=Place(street=get("address"), city=get("city"), country=get("stands_in")),
        tags=get("tags") or (),
        updated_at=get("updated_at"),
    )


CARDS = Cards(_card)
