"""What the columns of a file become: by a saved mapping, by their headings, by what their values look like."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from services.contracts.members.imports import ColumnMapping, MappedColumn
from services.kit.countries import country_of
from services.kit.errors import Contradiction
from services.members.features.imports.convert.flags import says_flags
from services.members.features.imports.fields import FIELDS, MEANT, NAMED_BY, field_of, is_sensitive
from services.members.files.header import REASON
from services.members.files.vocabulary import heading, meaning_of

Because = Literal["heading", "values", "saved", "given", "unknown"]
_MOST = 0.6
_LANGUAGE = re.compile(r"^(names|titles|description|custom|identifiers)[. ]([A-Za-z0-9][A-Za-z0-9_-]{0,40})$")
_OF_ORGANISATION = re.compile("单位|單位|机构|機構|企业|企業|公司|organi[sz]ation|company|institution", re.IGNORECASE)

_HONORIFIC = re.compile(
    r"(?:(?:mr|mrs|ms|miss|mx|dr|prof|professor|doctor|sir|madam|m|mme|herr|frau|h\.?e|the hon)\b\.?\s*)+"
    r"|先生|女士|小姐|夫人|太太|教授|副教授|博士|院士|阁下|閣下",
    re.IGNORECASE,
)


def header_key(columns: Sequence[str]) -> str:
    """What files with the same columns share."""
    return "\n".join(sorted(heading(column) for column in columns))


def propose(resource: str, columns: Sequence[str], looks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A field for each column, or none, and what that rests on."""
    found: list[tuple[str | None, Because]] = [(None, "unknown")] * len(columns)
    taken: set[str] = set()

    def take(index: int, field: str, because: Because) -> None:
        known = field_of(resource, field)
        if found[index][0] is None and known is not None and (known.many or field not in taken):
            found[index] = (field, because)
            taken.add(field)

    meant = [_meant(resource, column, look) for column, look in zip(columns, looks, strict=True)]
    for index, field in enumerate(meant):
        if field is not None:
            take(index, field, "heading")
    for index, look in enumerate(looks):
        unheard_of = _meaning(columns[index], look) is None
        if meant[index] is None and unheard_of and (field := _by_values(resource, look)) is not None:
            take(index, field, "values")
    if not any(_names(resource, field) for field, _ in found):
        place = _looks_like_names(columns, found, looks)
        if place is not None:
            take(place, "names", "values")
    return [
        proposed(column, look, field, because)
        for column, look, (field, because) in zip(columns, looks, found, strict=True)
    ]


def proposed(
    column: str, look: Mapping[str, Any], field: str | None, because: Because, order: str | None = None
) -> dict[str, Any]:
    """A column as the import keeps it."""
    return {"column": column, "field": field, "because": because, "date_order": order or date_order(look), "look": look}


def applied(
    columns: Sequence[Mapping[str, Any]], mapping: Sequence[MappedColumn], because: Because
) -> list[dict[str, Any]]:
    """The columns under a mapping that was saved or given; what it leaves out is not imported."""
    by_heading = {heading(one.column): one for one in mapping} | {one.column: one for one in mapping}
    result = []
    for column in columns:
        one = by_heading.get(column["column"]) or by_heading.get(heading(column["column"]))
        field, order = (one.field, one.date_order) if one is not None else (None, None)
        made = proposed(column["column"], column["look"], field, because if field else "unknown", order)
        result.append(made | {"sensitive": column["sensitive"]} if "sensitive" in column else made)
    return result


def marked(resource: str, columns: Sequence[Mapping[str, Any]], private: Collection[str]) -> list[dict[str, Any]]:
    """The columns, with the sensitive field of those that become one; `private` are the custom ones. The mark stays
    when another mapping leaves such a column out: its cells are what they were."""
    return [
        {**column, "sensitive": column["field"]} if is_sensitive(resource, [column["field"]], private) else {**column}
        for column in columns
    ]


def date_order(look: Mapping[str, Any]) -> str | None:
    """What the whole column shows of 05/06/2024; None when it does not show it, or shows both."""
    first, second = look.get("first", 0), look.get("second", 0)
    if first and not second:
        return "day_first"
    return "month_first" if second and not first else None


def waits_for(resource: str, columns: Sequence[Mapping[str, Any]]) -> dict[str, str] | None:
    """What must be said before rows can be read; None when nothing is missing."""
    if any(_names(resource, column["field"]) for column in columns):
        return None
    return {
        "code": "no_names",
        "detail": "No column was recognised as the name. Say which with POST /v1/imports/{id}/runs.",
    }


def check_mapping(resource: str, mapping: ColumnMapping, columns: Sequence[str] | None, at: str = "/mapping") -> None:
    """Refuse fields that there are not, or that two columns would become, and columns the file has not."""
    taken: set[str] = set()
    known = None if columns is None else {*columns, *(heading(column) for column in columns)}
    for index, one in enumerate(mapping):
        if known is not None and one.column not in known and heading(one.column) not in known:
            raise Contradiction.value(f"{at}/{index}/column", "no_such_column", "The file has no column of that name.")
        if one.field is None:
            continue
        field = field_of(resource, one.field)
        if field is None:
            fields = ", ".join(sorted(name + ("…" if name.endswith(".") else "") for name in FIELDS[resource]))
            raise Contradiction.value(
                f"{at}/{index}/field", "no_such_field", f"There is no such field; there are {fields}."
            )
        if one.field in taken and not field.many:
            raise Contradiction.value(
                f"{at}/{index}/field", "field_twice", "Another column becomes this field already."
            )
        taken.add(one.field)


def _mostly(look: Mapping[str, Any], pattern: "re.Pattern[str]") -> bool:
    samples = [sample for sample in look["samples"] if sample]
    return bool(samples) and sum(1 for sample in samples if pattern.fullmatch(sample)) >= _MOST * len(samples)


def _names(resource: str, field: str | None) -> bool:
    return field is not None and field.partition(".")[0] in NAMED_BY[resource]


def _meant(resource: str, column: str, look: Mapping[str, Any]) -> str | None:
    if (match := _LANGUAGE.match(column)) and field_of(resource, f"{match[1]}.{match[2]}"):
        return f"{match[1]}.{match[2]}"
    if column in FIELDS[resource]:
        return column
    meaning = _meaning(column, look)
    if meaning == "role" and resource == "persons" and _mostly(look, _HONORIFIC):
        meaning = "title"  # "Title" is both
    if meaning == "family_name" and resource != "persons" and heading(column) == "nom":
        meaning = "name"  # French has one word for a person's family name and for any name
    if meaning == "name" and resource == "persons" and _OF_ORGANISATION.search(column):
        meaning = "organisation_name"
    if meaning in ("name_zh", "name_en") and resource == "persons" and _OF_ORGANISATION.search(column):
        return None
    return MEANT[resource].get(meaning) if meaning else None


def _meaning(column: str, look: Mapping[str, Any]) -> str | None:
    """What a heading stands for. "Primary" may be any main thing: it is a flag where its cells say yes or no."""
    meaning = meaning_of(column)
    return None if meaning == "primary" and not says_flags(look["samples"]) else meaning


def _by_values(resource: str, look: Mapping[str, Any]) -> str | None:
    seen = min(look["filled"], 2_000)
    if not seen:
        return None
    for kind, field in (
        ("email", "emails"),
        ("url", "website"),
        ("qid", "identifiers.wikidata"),
        ("credit_code", "identifiers.uscc"),
        ("uuid", "id"),
    ):
        if look[kind] >= _MOST * seen and field_of(resource, field):
            return field
    if look["phone"] >= _MOST * seen and look["date"] < 0.2 * seen and look["postcode"] < 0.5 * seen:
        lengths = [len(re.sub(r"\D", "", sample)) for sample in look["samples"]]
        if lengths and sum(lengths) / len(lengths) >= 7:
            return "phones"
    samples = [sample for sample in look["samples"] if sample]
    # Small numbers are amounts and counts more often than codes of countries: those need the heading.
    countries = [None if sample.strip().isdecimal() else country_of(sample) for sample in samples]
    if len(samples) > 1 and sum(1 for code in countries if code) >= _MOST * len(samples):
        return "represents" if resource == "counterparts" else "country"
    return None


def _looks_like_names(
    columns: Sequence[str], found: Sequence[tuple[str | None, Because]], looks: Sequence[Mapping[str, Any]]
) -> int | None:
    """The first column of texts that differ from row to row, but for why rows were rejected the last time."""
    for index, look in enumerate(looks):
        if columns[index] == REASON:
            continue
        seen = min(look["filled"], 2_000)
        texts = look["han"] + look["latin"]
        others = look["email"] + look["url"] + look["phone"] + look["date"] + look["number"] + look["qid"]
        different = len(look["samples"]) >= min(seen, 10) * 0.9
        if seen and found[index][0] is None and texts >= 0.9 * seen and others < 0.1 * seen and different:
            return index
    return None
