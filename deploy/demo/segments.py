"""Loading segments: what the secretariat groups its members by, and one list that is kept by hand."""

from collections.abc import Mapping

from deploy.demo.gateway import Gateway, Json
from deploy.demo.once import Advance

_MEMBERS: Json = {"membership": {"status": ["active", "grace"], "on": "today"}}
_SEGMENTS: tuple[Json, ...] = (
    {
        "names": {"zh": "喜马拉雅地区会员", "en": "Members in the Himalaya"},
        "resource": "organisations",
        "definition": {"all": [_MEMBERS, {"field": "country", "op": "any_of", "value": ["NP", "BT", "IN", "PK"]}]},
    },
    {
        "names": {"zh": "半年未联系的会员", "en": "Members not spoken to for half a year"},
        "resource": "organisations",
        "definition": {"all": [_MEMBERS, {"last_interaction": {"op": "older_than", "days": 182}}]},
    },
    {
        "names": {"zh": "一年前是会员、现在不是", "en": "Members a year ago, no longer today"},
        "resource": "organisations",
        "definition": {"all": [{"membership": {"on": "-1y"}}, {"not": _MEMBERS}]},
    },
    {
        "names": {"zh": "到过山地旅游日的单位", "en": "Came to a Mountain Tourism Day"},
        "resource": "organisations",
        "definition": {"attendance": {"counts": "attended"}},
    },
    {
        "names": {"zh": "本人报名参加活动的人", "en": "People who are registered themselves"},
        "resource": "persons",
        "definition": {"attendance": {"counts": "registered", "of": "person"}},
    },
    {
        "names": {"zh": "会员单位的联系人", "en": "People at members"},
        "resource": "persons",
        "definition": _MEMBERS,
    },
)
_LIST: Json = {"names": {"zh": "理事会晚宴名单", "en": "Council dinner"}, "resource": "organisations"}
_GUESTS = 8


async def load_segments(gateway: Gateway, organisations: Mapping[str, str], advance: Advance) -> None:
    """Make the segments that are not there yet, told by their English name."""
    known = {str(row["names"].get("en")): row async for row in gateway.rows("/v1/segments")}
    for body in _SEGMENTS:
        if body["names"]["en"] not in known:
            await gateway.post("/v1/segments", body)
        advance(1)
    if _LIST["names"]["en"] not in known:
        made = await gateway.post("/v1/segments", _LIST)
        guests = [id for key, id in sorted(organisations.items()) if key.startswith("member-")][:_GUESTS]
        await gateway.post(f"/v1/segments/{made['id']}/entries", {"ids": guests})
    advance(1)
