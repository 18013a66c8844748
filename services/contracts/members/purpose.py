"""Purposes: what personal data is used for. Some are agreed to, for some sensitive fields are read."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints
from typing_extensions import TypeAliasType

from services.contracts.base import Flag, Input, Instant, Names, NamesPatch, Output, Texts

PurposeKey = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z][a-z0-9_]{1,39}$")]
"""A short name for programs, such as `newsletter` or `visa_letter`."""

Decision = TypeAliasType("Decision", Literal["given", "withdrawn"])
PurposeStatus = TypeAliasType("PurposeStatus", Literal["active", "archived"])

_KEY = ["newsletter"]
_NAMES = [{"zh": "通讯", "en": "Newsletter"}]
_TEXTS = [{"zh": "我同意联盟向我发送通讯。", "en": "I agree that the alliance sends me its newsletter."}]


class PurposeCreate(Input):
    """A new purpose."""

    key: PurposeKey = Field(description="Unique among purposes; never changes.", examples=_KEY)
    names: Names = Field(examples=_NAMES)
    access: Flag = Field(False, description="Sensitive fields may be read for it.", examples=[False])
    consent: Flag = Field(True, description="Persons agree to it, or not.", examples=[True])
    texts: Texts | None = Field(None, description="What persons agree to: version 1.", examples=_TEXTS)


class PurposeUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    names: NamesPatch | MISSING = Field(MISSING, examples=_NAMES)
    access: Flag | MISSING = MISSING
    consent: Flag | MISSING = MISSING
    texts: Texts | MISSING = Field(
        MISSING,
        description="Given whole. Another text is another version; consents name the one that was agreed to.",
        examples=_TEXTS,
    )
    status: PurposeStatus | MISSING = Field(
        MISSING, description="`archived`: nothing is read for it, and nobody agrees to it any more."
    )


class Purpose(Output):
    """A purpose."""

    id: UUID
    key: str
    names: Names
    access: bool = Field(description="Sensitive fields may be read for it.")
    consent: bool = Field(description="Persons agree to it, or not.")
    texts: Texts | None = Field(None, description="What persons agree to now.")
    text_version: int = Field(description="Of `texts`; 0 while there is none.", examples=[1])
    status: PurposeStatus
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant


class PurposeText(Output):
    """One version of what persons agree to. It never changes."""

    id: UUID
    purpose: str = Field(description="The purpose's key.", examples=_KEY)
    text_version: int = Field(description="Counts from 1.", examples=[1])
    texts: Texts
    version: int = Field(description="Always 1.")
    created_at: Instant = Field(description="When it came into use.")
    updated_at: Instant


class ConsentState(Output):
    """What counts now for one purpose."""

    purpose: str = Field(description="The purpose's key.", examples=["newsletter"])
    decision: Decision = Field(description="What the person decided last.")
    decided_at: Instant = Field(description="When.")
