"""Country labels: what the office takes a written country name for, where ISO 3166 and CLDR do not decide."""

from uuid import UUID

from pydantic import MISSING, Field

from services.contracts.base import Input, Instant, Output, ShortLabel
from services.contracts.codes import CountryCode

_LABEL = ["苏联"]
_COUNTRY = [None]


class CountryLabelCreate(Input):
    """A new label. Spellings that differ in case, width, accents or script count as one."""

    label: ShortLabel = Field(description="As files write it.", examples=_LABEL)
    country: CountryCode | None = Field(
        None,
        description="ISO 3166-1; null: records with this label get no country, and nobody is told.",
        examples=_COUNTRY,
    )


class CountryLabelUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    label: ShortLabel | MISSING = Field(MISSING, examples=_LABEL)
    country: CountryCode | None | MISSING = Field(MISSING, examples=_COUNTRY)


class CountryLabel(Output):
    """What a written country name is taken for."""

    id: UUID
    label: str
    country: CountryCode | None = Field(None, description="Null: no country.")
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
