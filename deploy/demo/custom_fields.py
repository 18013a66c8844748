"""The demo alliance's own fields: what an administrator would add on the first day."""

from collections.abc import Mapping
from typing import Final

from deploy.demo.gateway import Gateway, Json
from deploy.demo.institutions import Institution
from deploy.demo.once import Advance, make_missing

_LEVELS: Final = (
    ("strategic", {"zh": "战略合作", "en": "Strategic"}),
    ("regular", {"zh": "日常合作", "en": "Regular"}),
    ("new", {"zh": "新近建立", "en": "New"}),
)

FIELDS: Final[Mapping[str, tuple[Json, ...]]] = {
    "organisation": (
        {
            "key": "cooperation_level",
            "type": "choice",
            "labels": {"zh": "合作层级", "en": "Cooperation level"},
            "help": {"zh": "由会员部每年评定。", "en": "Decided by the members' department each year."},
            "choices": [{"value": value, "labels": labels} for value, labels in _LEVELS],
            "position": 10,
        },
        {
            "key": "highest_point_m",
            "type": "number",
            "labels": {"zh": "最高海拔（米）", "en": "Highest point (metres)"},
            "minimum": -430,
            "maximum": 8849,
            "shown_to_partners": True,
            "position": 20,
        },
        {
            "key": "last_survey_on",
            "type": "date",
            "labels": {"zh": "最近一次会员调查", "en": "Last member survey"},
            "position": 30,
        },
    ),
    "person": (
        {
            "key": "visa_history",
            "type": "text",
            "labels": {"zh": "签证记录", "en": "Visa history"},
            "sensitive": True,
            "max_length": 500,
        },
    ),
    "registration": (
        {
            "key": "airport_pickup",
            "type": "choice",
            "labels": {"zh": "接机", "en": "Airport pick-up"},
            "choices": [
                {"value": "yes", "labels": {"zh": "需要", "en": "Needed"}},
                {"value": "no", "labels": {"zh": "不需要", "en": "Not needed"}},
            ],
            "shown_to_partners": True,
        },
    ),
    "counterpart": (
        {
            "key": "gift_given_on",
            "type": "date",
            "labels": {"zh": "最近一次赠礼", "en": "Last gift"},
        },
    ),
}
"""Resource → the fields its records have besides."""


async def load_custom_fields(gateway: Gateway, advance: Advance) -> None:
    """Define the fields."""
    for resource, fields in FIELDS.items():
        path = f"/v1/{resource}-custom-fields"
        known = {str(row["key"]): str(row["id"]) async for row in gateway.rows(path)}
        wanted = {str(field["key"]): field for field in fields}
        await make_missing(gateway, path, wanted, known, advance)


def values_of(institution: Institution) -> Json:
    """What the demo fills in for an institution, made up from its key."""
    number = sum(institution.key.encode())
    values: Json = {
        "cooperation_level": _LEVELS[number % len(_LEVELS)][0],
        "last_survey_on": f"2025-{1 + number % 12:02}-{1 + number % 28:02}",
    }
    if institution.kind == "scenic_area":
        values["highest_point_m"] = 800 + number * 37 % 4200
    return values
