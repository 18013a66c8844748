"""The query parameters of lists: one grammar, as a model per resource, read from the address without a framework."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar
from urllib.parse import parse_qsl

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    create_model,
)

from services.contracts.base import FieldError
from services.contracts.custom_field import KEY
from services.kit.auth import Caller
from services.kit.disclosure import PATTERN
from services.kit.errors import Invalid
from services.kit.filters import Filter, StoredCondition
from services.kit.statement import Run

if TYPE_CHECKING:
    from services.kit.reading import Resource

MAX_LIMIT = 200
SELECTION = "application/vnd.alliance.selection+json"
"""Media type of answers to `fields=`: the record's JSON with only the fields asked for."""
ANY_CUSTOM_FIELD = rf"custom\.{KEY}"
"""Of the pattern of `sort`; the document names each field instead (kit.custom.describing)."""
_MAX_PARAMETERS = 200


def _true_or_false(value: Any) -> Any:
    # pydantic would also take 1, on, yes and the like.
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, bool):
        return value
    raise ValueError("say true or false")


TrueOrFalse = Annotated[bool, BeforeValidator(_true_or_false)]
Text = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\u0000]*$")]
_AS_READ: dict[Any, Any] = {bool: TrueOrFalse, str: Text}
"""How plain types of filters are read from an address."""


def as_read(type_: Any) -> Any:
    """The type of a filter, as strict as addresses are read."""
    return _AS_READ.get(type_, type_)


class Selection(BaseModel):
    """What is shown of a record."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)
    many: ClassVar[frozenset[str]] = frozenset()
    """Take the parameter repeated."""
    by_comma: ClassVar[frozenset[str]] = frozenset({"fields", "expand"})
    """Take several values in one, or the parameter repeated: their values never hold a comma."""

    fields: list[str] = []

    @property
    def stated(self) -> str | None:
        """What `purpose` says; a resource without sensitive fields does not take the parameter."""
        return vars(self).get("purpose")

    @property
    def embedded(self) -> Sequence[str]:
        """What `expand` asks for; a resource that embeds nothing does not take the parameter."""
        embedded: Sequence[str] = vars(self).get("expand", ())
        return embedded


@dataclass(frozen=True, slots=True)
class CustomAsked:
    """What a request asks by custom fields, put into slots that the resource knows (kit.custom.asking)."""

    filters: Mapping[str, Any] = field(default_factory=dict)
    """Slot → value."""
    sort: str | None = None
    """The whole order, with slots for custom fields."""
    bindings: Mapping[str, Any] = field(default_factory=dict)
    """What the slots of the order, and of facets that are no filters, are bound to."""
    facets: Mapping[str, str] = field(default_factory=dict)
    """Slot → the name under which its values are counted."""


class RowQuery(Selection):
    """Which rows of a list, and in what order."""

    filter_names: ClassVar[Mapping[str, str]] = {}

    sort: str | None = None
    # Kept beside the parameters: pydantic's private attributes cost more to read than the rest of a query.
    _custom: ClassVar[CustomAsked | None] = None
    _conditions: ClassVar[tuple[StoredCondition, ...]] = ()

    def ask(self, custom: CustomAsked) -> None:
        """Add what is asked by custom fields."""
        vars(self)["_custom"] = custom

    @property
    def order(self) -> str | None:
        """The order asked for, in names that the resource knows."""
        return self.sort if self._custom is None else self._custom.sort

    @property
    def bindings(self) -> Mapping[str, Any]:
        """Values of the statement that belong to the order."""
        return {} if self._custom is None else self._custom.bindings

    @property
    def conditions(self) -> tuple[StoredCondition, ...]:
        """What the values of filters that are looked up stand for."""
        return self._conditions

    async def look_up(self, run: Run, caller: Caller, filter: Callable[[str], Filter]) -> None:
        """Look up what is stored, before the list is asked for. Raises what the caller may not ask by."""
        found = []
        for name, value in self.given_filters().items():
            if (resolve := filter(name).resolve) is not None:
                found.append(await resolve(run, caller, value))
        if found:
            vars(self)["_conditions"] = tuple(found)

    @property
    def searched_for(self) -> str | None:
        """What `q` asks for; a resource without a search does not take the parameter, or has a filter of that name."""
        return None if "q" in self.filter_names else vars(self).get("q")

    @property
    def wanted_facets(self) -> Sequence[str]:
        """What `facets` asks for; a resource without any does not take the parameter."""
        named: Sequence[str] = vars(self).get("facets") or ()
        return named if self._custom is None else [*named, *self._custom.facets]

    @property
    def facet_names(self) -> Mapping[str, str]:
        """What facets are called that are no filters of that name."""
        return {} if self._custom is None else self._custom.facets

    def given_filters(self) -> dict[str, Any]:
        """Filters that the request uses, by their public name."""
        names, values = self.filter_names, vars(self)
        given = {names[attribute]: values[attribute] for attribute in sorted(names.keys() & self.model_fields_set)}
        return given if self._custom is None else {**given, **self._custom.filters}

    def given_parameters(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Values for the resource's parameters that the request gives."""
        return {name: getattr(self, name) for name in parameters if name in self.model_fields_set}


class ListQuery(RowQuery):
    """What every list takes."""

    limit: int = Field(50, ge=1, le=MAX_LIMIT, description="Rows a page.")
    cursor: str | None = Field(
        None,
        max_length=8_000,
        description="`next_cursor` of the page before.",
        json_schema_extra={"pattern": "^[!-~]*$"},  # said only: what is no cursor is a 400, whatever it looks like
    )
    count: TrueOrFalse = Field(False, description="Adds `total`.")

    @property
    def wants_ranks(self) -> bool:
        """Whether `ranks` is asked for."""
        return bool(vars(self).get("ranks", False))


def _choices(names: Sequence[str]) -> Any:
    return Literal[tuple(names)]


def _selection_fields(resource: "Resource[Any]") -> dict[str, Any]:
    shown: dict[str, Any] = {
        "fields": (
            list[_choices(list(resource.columns))],  # type: ignore[misc]
            Field(
                [],
                max_length=60,
                description="Only these fields (and `id`), separated by commas or repeated.",
            ),
        )
    }
    if resource.expandable:
        shown["expand"] = (
            list[_choices(list(resource.expandable))],  # type: ignore[misc]
            Field(
                [],
                max_length=10,
                description=f"Embed: {', '.join(resource.expandable)}; separated by commas or repeated.",
            ),
        )
    if resource.asks_purpose:
        shown["purpose"] = (
            Annotated[str, StringConstraints(max_length=40, pattern=PATTERN)] | None,
            Field(
                None,
                description="What sensitive fields are read for: the key of one of `/v1/purposes?access=true`. Without "
                "it, or the header `Purpose`, they are left out. The read is kept in the audit log.",
                examples=["visa_letter"],
            ),
        )
    return shown


def selection_model(resource: "Resource[Any]") -> type[Selection]:
    """The parameters of reading one record."""
    parameters = {n: (p.type, Field(None, description=p.description)) for n, p in resource.parameters.items()}
    fields = {**_selection_fields(resource), **parameters}
    return create_model(f"{resource.model.__name__}Selection", __base__=Selection, **fields)


def query_model(resource: "Resource[Any]") -> type[ListQuery]:
    """The parameters of a resource's list."""
    more: dict[str, Any] = {}
    if resource.search is not None:
        more["ranks"] = (TrueOrFalse, Field(False, description="Adds `ranks`, when `q` decides the order."))
    if resource.facets:
        more["facets"] = (
            list[_choices(resource.facets)],  # type: ignore[misc]
            Field(
                None,
                min_length=1,
                max_length=20,
                description="Adds `facets`: how many rows each value of these filters would find, "
                f"beside the other filters: {', '.join(resource.facets)}. Separated by commas.",
            ),
        )
    return row_query_model(resource, "Query", ListQuery, **more)


Rows = TypeVar("Rows", bound=RowQuery)


def row_query_model(resource: "Resource[Any]", suffix: str, base: type[Rows], **more: Any) -> type[Rows]:
    """The parameters that say which rows of a resource, and those of `base` and `more`."""
    fields = {**_selection_fields(resource), **more}
    names: dict[str, str] = {}
    many: set[str] = set()
    for public, kind in resource.filters.items():
        # An export has a `format` of its own; a filter of that name is `filter.format` there.
        asked_as = f"filter.{public}" if public in more else public
        attribute = asked_as.replace(".", "_")
        names[attribute] = public
        if kind.many:
            many.add(asked_as)
        one_type = as_read(kind.type)
        type_ = Annotated[list[one_type], Field(min_length=1, max_length=100)] if kind.many else one_type  # type: ignore[valid-type]
        fields[attribute] = (type_, Field(None, alias=asked_as, description=kind.description))
    for name, parameter in resource.parameters.items():
        fields[name] = (parameter.type, Field(None, description=parameter.description))
    sorts = [*resource.sorts, "id", *(["relevance"] if resource.search is not None else [])]
    named = [name.replace(".", r"\.") for name in sorts]
    if resource.custom is not None:
        named.append(ANY_CUSTOM_FIELD)
    each = f"-?({'|'.join(named)})"
    fields["sort"] = (
        Annotated[str, StringConstraints(max_length=200, pattern=f"^{each}(,{each}){{0,3}}$")] | None,
        Field(
            None,
            description=f"Any of {', '.join(sorts)}; `-` before one turns it round. Default: {resource.default_sort}.",
        ),
    )
    if resource.search is not None:
        fields["q"] = (
            Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\u0000]*$")] | None,
            Field(
                None,
                description="Search, best match first: Chinese, pinyin, initials, Latin without accents. Names come "
                "before ids, addresses and numbers.",
            ),
        )
    model = create_model(f"{resource.model.__name__}{suffix}", __base__=base, **fields)
    model.filter_names = names
    model.many = frozenset(many)
    model.by_comma = base.by_comma | {"facets"}
    return model


Model = TypeVar("Model", bound=Selection)


def read_query(model: type[Model], query: bytes) -> Model:
    """Validate a query string against a model. An unknown or doubled parameter is a 422 that names it."""
    return read_pairs(model, pairs_of(query)) if query else model()


def pairs_of(query: bytes) -> list[tuple[str, str]]:
    """The parameters of a query string, in its order."""
    try:
        return parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError as error:
        raise Invalid("There are too many query parameters.") from error


def read_pairs(model: type[Model], pairs: Iterable[tuple[str, str]]) -> Model:
    """Validate parameters against a model, as `read_query` does."""
    values: dict[str, Any] = {}
    for name, value in pairs:
        if "\0" in value:
            raise Invalid.value(name, "nul_character", "A value must not hold the NUL character.")
        if name in model.many:
            values.setdefault(name, []).append(value)
        elif name in model.by_comma:
            values.setdefault(name, []).extend(value.split(","))
        elif name in values:
            raise Invalid.value(name, "given_twice", "This parameter takes one value.")
        else:
            values[name] = value
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_input=False, include_context=False)) from error


def invalid(errors: Sequence[Any]) -> Invalid:
    """A 422 that lists what pydantic found, by parameter; values are left out. At most 100 entries."""
    return Invalid(
        errors=[
            FieldError(
                pointer=str(error["loc"][0]) if error["loc"] else "",
                code="unknown_parameter" if error["type"] == "extra_forbidden" else error["type"],
                detail=error["msg"],
            )
            for error in list(errors)[:100]
        ]
    )
