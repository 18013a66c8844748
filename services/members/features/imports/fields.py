"""The fields that columns may become, for each kind of record."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from services.contracts.members.person import ChannelKind, ChannelPurpose
from services.members.tables.person import SENSITIVE

Kind = Literal[
    "id", "names", "name", "text", "prose", "texts", "kind", "country", "subdivision", "website", "emails", "phones",
    "identifiers", "identifier", "tags", "languages", "date", "number", "wechat", "organisation", "role", "custom",
    "record", "flag", "former_names", "reason", "passport", "channel", "name_part",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """What a column may become. With `by`, the field's name goes on after a dot: a language, a scheme, a key."""

    kind: Kind
    many: bool = False
    """Several columns may become it."""
    by: bool = False
    sensitive: bool = False


_COMMON: dict[str, Field] = {
    "id": Field("id"),
    "names": Field("names", many=True),
    "names.": Field("name", by=True),
    "country": Field("country"),
    "address": Field("text"),
    "emails": Field("emails", many=True),
    "phones": Field("phones", many=True),
    "identifiers": Field("identifiers", many=True),
    "identifiers.": Field("identifier", by=True),
    "tags": Field("tags", many=True),
}
_ORGANISATIONS: dict[str, Field] = {
    **_COMMON,
    "kind": Field("kind"),
    "subdivision": Field("subdivision"),
    "city": Field("text"),
    "website": Field("website"),
    "description": Field("texts", many=True),
    "description.": Field("texts", by=True),
    "contact_cadence_days": Field("number"),
    "parent_id": Field("record"),
    "officer_id": Field("record"),
    "former_names": Field("former_names", many=True),
    "key_member.reason": Field("reason", many=True),
    "key_member.starts_on": Field("date"),
    "key_member.ends_on": Field("date"),
    "custom.": Field("custom", by=True),
}


def _channels(head: str, *, sensitive: bool) -> dict[str, Field]:
    """`channels.assistant-phone` and its kin: what for, and what it is."""
    purposes, kinds = get_args(ChannelPurpose.__value__), get_args(ChannelKind.__value__)
    one = Field("channel", many=True, sensitive=sensitive)
    return {f"{head}.{purpose}-{kind}": one for purpose in purposes for kind in kinds}


_PERSONS: dict[str, Field] = {
    **_COMMON,
    # A person has no city apart: it ends the address.
    "address": Field("text", many=True),
    "family_name": Field("text"),
    "given_name": Field("text"),
    "titles": Field("names", many=True),
    "titles.": Field("name", by=True),
    "salutations": Field("names", many=True),
    "salutations.": Field("name", by=True),
    "name_parts.": Field("name_part", by=True),
    **_channels("channels", sensitive=False),
    **_channels("private_channels", sensitive=True),
    "passport.number": Field("passport", sensitive=True),
    "passport.country": Field("country", sensitive=True),
    "passport.expires_on": Field("date", sensitive=True),
    "languages": Field("languages", many=True),
    "wechat": Field("wechat"),
    "birth_date": Field("date", sensitive=True),
    "diet": Field("prose", sensitive=True),
    "health": Field("prose", sensitive=True),
    "affiliation.organisation": Field("organisation"),
    "affiliation.role": Field("role", many=True),
    "affiliation.starts_on": Field("date"),
    "affiliation.ends_on": Field("date"),
    "affiliation.primary": Field("flag"),
    "custom.": Field("custom", by=True),
}
_COUNTERPARTS: dict[str, Field] = {
    **{name: field for name, field in _COMMON.items() if name != "country"},
    "kind": Field("kind"),
    "represents": Field("country"),
    "stands_in": Field("country"),
    "city": Field("text"),
    "website": Field("website"),
    "contact_cadence_days": Field("number"),
    "organisation_id": Field("record"),
    "custom.": Field("custom", by=True),
}
FIELDS: Mapping[str, Mapping[str, Field]] = {
    "organisations": _ORGANISATIONS,
    "persons": _PERSONS,
    "counterparts": _COUNTERPARTS,
}
NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "organisations": ("names",),
    "persons": ("names", "family_name", "given_name"),
    "counterparts": ("names",),
}
"""One of these every record needs."""

# Meaning of a heading (files.vocabulary) → field.
_EVERYWHERE = {
    "id": "id",
    "external_id": "identifiers.external",
    "wikidata": "identifiers.wikidata",
    "credit_code": "identifiers.uscc",
    "identifiers": "identifiers",
    "name": "names",
    "name_zh": "names.zh",
    "name_zh_hant": "names.zh-Hant",
    "name_en": "names.en",
    "address": "address",
    "city": "city",
    "website": "website",
    "emails": "emails",
    "phones": "phones",
    "tags": "tags",
    "contact_cadence_days": "contact_cadence_days",
}
MEANT: Mapping[str, Mapping[str, str]] = {
    "organisations": {
        **_EVERYWHERE,
        "organisation_name": "names",
        "organisation": "names",
        "kind": "kind",
        "country": "country",
        "subdivision": "subdivision",
        "description": "description",
        "description_zh": "description.zh",
        "description_en": "description.en",
        "former_name": "former_names",
        "key_member_reason": "key_member.reason",
        "key_member_starts_on": "key_member.starts_on",
        "key_member_ends_on": "key_member.ends_on",
    },
    "persons": {
        **{meaning: field for meaning, field in _EVERYWHERE.items() if field in _PERSONS or "." in field},
        "city": "address",
        "person_name": "names",
        "family_name": "family_name",
        "given_name": "given_name",
        "country": "country",
        "wechat": "wechat",
        "languages": "languages",
        "birth_date": "birth_date",
        "diet": "diet",
        "health": "health",
        "title": "titles",
        "letter_salutation": "salutations",
        "passport": "passport.number",
        "passport_country": "passport.country",
        "passport_expires_on": "passport.expires_on",
        "assistant_phone": "channels.assistant-phone",
        "assistant_email": "channels.assistant-email",
        "whatsapp": "channels.work-whatsapp",
        "emergency_phone": "private_channels.emergency-phone",
        "private_phone": "private_channels.other-phone",
        "private_email": "private_channels.other-email",
        "organisation_name": "affiliation.organisation",
        "organisation": "affiliation.organisation",
        "organisation_id": "affiliation.organisation",
        "role": "affiliation.role",
        "role_en": "affiliation.role",
        "starts_on": "affiliation.starts_on",
        "ends_on": "affiliation.ends_on",
        "primary": "affiliation.primary",
    },
    "counterparts": {
        **_EVERYWHERE,
        "organisation_name": "names",
        "organisation": "names",
        "kind": "kind",
        "country": "represents",
        "represents": "represents",
        "stands_in": "stands_in",
    },
}


def field_of(resource: str, name: str) -> Field | None:
    """What a field of a mapping is; None where there is none of that name."""
    known = FIELDS[resource]
    if name in known:
        return known[name]
    head, dot, tail = name.partition(".")
    if head == "name_parts" and not tail.endswith(("-family", "-given")):
        return None
    return known.get(head + dot) if tail else None


def is_sensitive(resource: str, names: "Sequence[str | None]", private: Collection[str]) -> bool:
    """Whether any of these fields is one that not everyone reads; `private` are the custom ones of which that holds."""
    return any(
        name in private or ((field := field_of(resource, name)) is not None and field.sensitive)
        for name in names
        if name is not None
    )


SENSITIVE_FIELDS = frozenset(name for name, field in _PERSONS.items() if field.sensitive)
"""None of them goes on after a dot, so a column's field is one when its name is."""
assert {name.partition(".")[0] for name, field in _PERSONS.items() if field.sensitive} == SENSITIVE
