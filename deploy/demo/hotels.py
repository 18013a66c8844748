"""The hotel list, from CrossWOZ's layout to organisations."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.demo.cells import split_phones

FILE = Path(__file__).parent / "data" / "hotels.json"

_CLASSES = {"经济型": "economy", "舒适型": "comfort", "高档型": "upscale", "豪华型": "luxury"}
_CITY = re.compile(r"^(北京)市?")

Body = dict[str, Any]


def hotels() -> Iterator[tuple[str, Body]]:
    """Each hotel as a key and the organisation to create. The list has no ids, so the key is made from the name."""
    for name, entry in json.loads(FILE.read_text(encoding="utf-8")):
        digest = hashlib.sha256(name.encode()).hexdigest()[:12]
        yield f"hotel-{digest}", _organisation(name, entry)


def _organisation(name: str, entry: Body) -> Body:
    city = _CITY.match(entry["地址"] or "")
    kind = _CLASSES.get(entry["酒店类型"] or "")
    return {
        "names": {"zh": name},
        "kind": "hotel",
        "country": "CN",
        "subdivision": "CN-BJ",
        "city": city.group(1) if city else None,
        "address": entry["地址"] or None,
        "phones": [{"number": number, "country": "CN"} for number in split_phones(entry["电话"] or "")],
        "tags": ["hotel"] + ([kind] if kind else []),
    }
