"""A row of a file as the record it means: validated as the API validates, and told of where it is not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from services.contracts.liaison.counterpart import CounterpartCreate
from services.contracts.members.imports import ImportDefaults
from services.contracts.members.organisation import OrganisationCreate
from services.contracts.members.person import PersonCreate
from services.kit.phones import e164
from services.members.features.imports.convert.cells import take
from services.members.features.imports.convert.found import Column, Context, Found
from services.members.features.imports.convert.names import language_of
from services.members.features.imports.convert.texts import clean, is_nothing
from services.members.features.imports.convert.told import Told
from services.members.features.imports.fields import field_of

MODELS: Mapping[str, type[BaseModel]] = {
    "organisations": OrganisationCreate,
    "persons": PersonCreate,
    "counterparts": CounterpartCreate,
}
_ROUNDS = 40
_TOTALS = frozenset(
    [*("合计", "總計", "总计", "合計", "小计", "小計", "共计", "共計"), *("total", "subtotal", "grand total", "sum")]
)
_PHONES = ("phone", "whatsapp")
_COUNTRY_OF = {"organisations": "country", "persons": "country", "counterparts": "stands_in"}


@dataclass(slots=True)
class Parsed:
    """A row that was read."""

    found: Found
    new: Any
    """The record to create; None where the row is rejected."""
    given: frozenset[str]
    """Fields that the file itself says something of."""

    @property
    def number(self) -> int:
        """The row's number."""
        return self.found.number

    @property
    def told(self) -> Told:
        """What is told of it."""
        return self.found.told

    @property
    def identifiers(self) -> list[tuple[str, str]]:
        """Ids that others gave the record."""
        return [(one["scheme"], one["value"]) for one in self.found.body.get("identifiers", [])]


class RowReader:
    """Reads the rows of one import."""

    def __init__(
        self,
        context: Context,
        columns: Sequence[Mapping[str, Any]],
        defaults: ImportDefaults,
        *,
        strict: bool,
    ) -> None:
        self._context = context
        self._defaults = defaults
        self._strict = strict
        self._headings = [column["column"] for column in columns]
        self._columns = [
            Column(index, column["column"], column["field"], known, column["date_order"])
            for index, column in enumerate(columns)
            if column["field"] is not None and (known := field_of(context.resource, column["field"])) is not None
        ]
        self._by_field = {column.name: column for column in self._columns}
        context.country = defaults.country

    def keys(self, cells: Sequence[str]) -> list[str]:
        """What a row is told apart by: ids, and a person's main address. Costs less than reading it."""
        found = Found(0, Told())
        for column in self._columns if cells else ():
            wanted = column.field.kind in ("id", "identifier", "identifiers") or (
                self._context.resource == "persons" and column.field.kind == "emails"
            )
            if wanted and not is_nothing(text := clean(cells[column.index])):
                take(found, column, text, self._context)
        keys = [f"id:{found.id}"] if found.id else []
        keys += [f"{one['scheme']}:{one['value']}" for one in found.body.get("identifiers", [])]
        emails = found.body.get("emails")
        return [*keys, f"email:{emails[0].lower()}"] if emails else keys

    def read(self, number: int, cells: Sequence[str], extra: Sequence[str]) -> Parsed:
        """The record that a row means."""
        found = Found(number, Told())
        if not cells:
            found.told.reject("forgotten", "The row named a person who was forgotten.")
            return Parsed(found, None, frozenset())
        if self._is_total(cells):
            found.told.reject("total_row", "This row counts the others and is no record.")
            return Parsed(found, None, frozenset())
        if extra:
            found.told.say("extra_cells", "The row has more cells than the header.", value=" | ".join(extra))
        for column in self._columns:
            raw = cells[column.index]
            text = clean(raw)
            if "\ufffd" in text:
                found.told.say(
                    "broken_characters", "Some characters could not be read.", column=column.heading, value=text
                )
            # NA is Namibia's code.
            if is_nothing(text) and not (column.field.kind == "country" and text == "NA"):
                continue
            take(found, column, text, self._context)
        self._complete(found)
        given = frozenset(found.body)
        new = None if found.told.rejected else self._validated(found)
        if self._strict and new is not None and any(_costs(problem) for problem in found.told.problems):
            found.told.rejected = True
            new = None
        return Parsed(found, new, given & frozenset(found.body))

    def _is_total(self, cells: Sequence[str]) -> bool:
        """Whether a row stands below a table to sum it up: it says so first, and says no more than numbers."""
        first = next((text for cell in cells if (text := clean(cell))), "")
        if first.strip(":：").casefold() not in _TOTALS:
            return False
        said = [text for cell in cells if (text := clean(cell))]
        return len(said) > 1 and not any(re.search(r"[^\W\d_]", text) for text in said[1:])

    def _complete(self, found: Found) -> None:
        """What follows from several cells."""
        body, context = found.body, self._context
        if context.resource == "persons":
            _person(body)
            self._passport(found)
        place = _COUNTRY_OF[context.resource]
        country = body.get(place) or self._defaults.country
        for phone in body.get("phones", []):
            self._phone(found, phone, phone["number"], country)
            phone["country"] = country
        for channel in [*body.get("channels", []), *body.get("private_channels", [])]:
            self._phone(found, channel, channel["value"] if channel["kind"] in _PHONES else None, country)
        subdivision = body.get("subdivision")
        if subdivision is not None and not subdivision.startswith(f"{country}-"):
            found.told.say(
                "not_in_country", "The subdivision lies in another country.", field="subdivision", value=subdivision
            )
            del body["subdivision"]
        for name in ("names", "titles", "salutations"):
            if name in body and not body[name]:
                del body[name]
        if "names" not in body and not body.get("name_parts"):
            headings = [column.heading for column in self._columns if column.name.partition(".")[0] == "names"]
            found.told.reject(
                "no_name", "The row has no name.", column=headings[0] if headings else None, field="names"
            )

    def _phone(self, found: Found, one: dict[str, Any], number: str | None, country: str | None) -> None:
        """Tell of a number that no phone can have; of where it stood, no more is needed."""
        column, name = one.pop("_column"), one.pop("_field")
        if number is not None and e164(number, country) is None:
            detail = "No phone of that number can exist; it is kept as written."
            found.told.say("phone_as_written", detail, column=column, field=name, value=number)

    def _passport(self, found: Found) -> None:
        """A passport without its country is one of the person's own, which is told."""
        passport = found.body.get("passport")
        if passport is None or {"number", "country"} <= passport.keys():
            return
        country = found.body.get("country") or self._defaults.country
        if "number" in passport and country is not None:
            passport["country"] = country
            found.told.say(
                "passport_country_taken", f"Its country was taken for the person's own, {country}.", field="passport"
            )
        else:
            del found.body["passport"]
            found.told.say("passport_incomplete", "A passport has a number and a country.", field="passport")

    def _validated(self, found: Found) -> Any:
        """The record as the API would take it. A value it refuses is left out and told; a name it needs is not."""
        model = MODELS[self._context.resource]
        body = self._with_defaults(found.body)
        for _ in range(_ROUNDS):
            try:
                return model.model_validate(body)
            except ValidationError as error:
                if not self._leave_out(found, body, error):
                    return None
        found.told.reject("too_many_problems", "Too many values of the row cannot be taken.")
        return None

    def _with_defaults(self, given: dict[str, Any]) -> dict[str, Any]:
        body = dict(given)
        defaults, resource = self._defaults, self._context.resource
        if resource != "persons" and "kind" not in body:
            body["kind"] = defaults.kind if resource == "organisations" and defaults.kind else "other"
        place = _COUNTRY_OF[resource]
        if defaults.country and place not in body:
            body[place] = defaults.country
        if defaults.tags:
            body["tags"] = list(dict.fromkeys([*body.get("tags", []), *defaults.tags]))
        return body

    def _leave_out(self, found: Found, body: dict[str, Any], error: ValidationError) -> bool:
        """Drop what was refused; False when the row cannot do without it."""
        told = found.told
        for one in error.errors(include_url=False, include_context=False)[:10]:
            path = [str(part) for part in one["loc"]] or [""]
            name = path[0]
            column = self._by_field.get(".".join(path[:2])) or self._by_field.get(name)
            value = one["input"] if isinstance(one["input"], str) else None
            about = {"column": column.heading if column else None, "field": name, "value": value}
            if name not in body:
                told.reject("no_name" if name == "names" else one["type"], "The row has no name.", **about)
                return False
            told.say(one["type"], f"{one['msg']}.", **about)
            held = body[name]
            if isinstance(held, dict) and len(path) > 1 and len(held) > 1:
                body[name] = {key: item for key, item in held.items() if key != path[1]}
            elif isinstance(held, list) and one["type"] == "too_long":
                body[name] = held[: int(one.get("ctx", {}).get("max_length", 20))] or held[:20]
            elif isinstance(held, list) and len(path) > 1 and path[1].isdigit():
                body[name] = [item for index, item in enumerate(held) if index != int(path[1])]
            else:
                del body[name]
                found.body.pop(name, None)
                if name == "names":
                    told.rejected = True
                    return False
                continue
            found.body[name] = body[name]
            break  # the places of the rest have changed
        return True


_HARMLESS = frozenset(
    {"reading_removed", "serial_date", "two_digit_year", "other_order", "phone_as_written", "passport_country_taken"}
)


def _costs(problem: Mapping[str, Any]) -> bool:
    """Whether something of the row was left out."""
    return problem["code"] not in _HARMLESS


def _person(body: dict[str, Any]) -> None:
    """Names from their parts, and one main address."""
    family, given = body.get("family_name", ""), body.get("given_name", "")
    whole = f"{family}{given}" if language_of(family + given) != "en" else f"{given} {family}".strip()
    if whole:
        language = language_of(whole)
        body.setdefault("names", {}).setdefault(language, whole)
        if language != "en":  # those fields are for Latin letters
            body.pop("family_name", None)
            body.pop("given_name", None)
            body.setdefault("name_parts", {})[language] = {"family": family or None, "given": given or None}
    emails = body.pop("emails", [])
    if emails:
        body["email"], *others = emails
        if others:
            body["other_emails"] = others
