"""Bodies of requests to members, valid unless told otherwise."""

from itertools import count
from typing import Any

_number = count(1)


def an_organisation(**given: Any) -> dict[str, Any]:
    """An organisation of its own name."""
    n = next(_number)
    return {
        "names": {"zh": f"测试景区{n}", "en": f"Test Scenic Area {n}"},
        "kind": "scenic_area",
        "country": "CN",
        **given,
    }


def a_person(**given: Any) -> dict[str, Any]:
    """A made-up person with an address of their own."""
    n = next(_number)
    return {"names": {"zh": f"林晓山{n}", "en": f"Lin Xiaoshan {n}"}, "email": f"person{n}@example.org", **given}


def an_affiliation(person_id: str, organisation_id: str, **given: Any) -> dict[str, Any]:
    """A role that began long ago and lasts."""
    return {
        "person_id": person_id,
        "organisation_id": organisation_id,
        "role": {"zh": "秘书长", "en": "Secretary General"},
        "starts_on": "2020-01-01",
        **given,
    }


def a_relation(from_id: str, to_id: str, **given: Any) -> dict[str, Any]:
    """An organisation operates another since long ago."""
    return {"from_id": from_id, "kind": "operates", "to_id": to_id, "starts_on": "2020-01-01", **given}


def a_membership_type(**given: Any) -> dict[str, Any]:
    """A type whose terms last a year from their start, with 30 days of grace."""
    return {
        "code": f"type-{next(_number)}",
        "names": {"zh": "正式会员", "en": "Full member"},
        "period": {"kind": "rolling", "months": 12},
        "grace_days": 30,
        "entitlements": ["member-price", "vote"],
        **given,
    }


def a_membership(organisation_id: str, type_id: str, **given: Any) -> dict[str, Any]:
    """A membership without terms."""
    return {"organisation_id": organisation_id, "type_id": type_id, **given}


def a_term(starts_on: str | None = None, ends_on: str | None = None) -> dict[str, Any]:
    """A term; dates left out are derived."""
    given = {"starts_on": starts_on, "ends_on": ends_on}
    return {name: day for name, day in given.items() if day is not None}


def a_segment(definition: Any = None, **given: Any) -> dict[str, Any]:
    """A segment of organisations; without a definition a list."""
    n = next(_number)
    return {
        "names": {"zh": f"分组{n}", "en": f"Segment {n}"},
        "resource": "organisations",
        **({} if definition is None else {"definition": definition}),
        **given,
    }


def a_note(organisation_id: str, **given: Any) -> dict[str, Any]:
    """A note about an organisation."""
    return {
        "about": {"resource": "organisation", "id": organisation_id},
        "text": f"Asked for the rating rules, visit {next(_number)}.",
        **given,
    }


def a_document(organisation_id: str, **given: Any) -> dict[str, Any]:
    """A document about an organisation, without its file."""
    n = next(_number)
    return {
        "about": {"resource": "organisation", "id": organisation_id},
        "title": {"zh": f"入会申请书{n}", "en": f"Application {n}"},
        "kind": "application",
        **given,
    }


def a_purpose(**given: Any) -> dict[str, Any]:
    """A purpose that persons agree to."""
    n = next(_number)
    return {
        "key": f"purpose_{n}",
        "names": {"zh": f"用途{n}", "en": f"Purpose {n}"},
        "texts": {"zh": "我同意。", "en": "I agree."},
        **given,
    }


def a_consent(person_id: str, purpose: str = "newsletter", **given: Any) -> dict[str, Any]:
    """A consent, on paper, now."""
    return {"person_id": person_id, "purpose": purpose, "decision": "given", "channel": "paper", **given}


def a_site(organisation_id: str, **given: Any) -> dict[str, Any]:
    """A scenic area of its own name."""
    n = next(_number)
    return {
        "organisation_id": organisation_id,
        "names": {"zh": f"试验山{n}", "en": f"Trial Mountain {n}"},
        "kind": "scenic_area",
        "country": "CN",
        **given,
    }


def a_designation(site_id: str, **given: Any) -> dict[str, Any]:
    """A rating that began long ago and lasts."""
    return {
        "site_id": site_id,
        "kind": "rating",
        "label": {"zh": "国家5A级旅游景区", "en": "National AAAAA Tourist Attraction"},
        "grade": "AAAAA",
        "awarded_on": "2018-10-29",
        **given,
    }


def a_merge(winner_id: str, loser_id: str, resource: str = "organisations", **fields: str) -> dict[str, Any]:
    """Two records of one organisation, or of one person; `fields` says whose values stay."""
    return {"resource": resource, "winner_id": winner_id, "loser_id": loser_id, "fields": fields}
