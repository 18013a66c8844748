"""What is compared: plain records, of organisations or persons, from the database or a file."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["organisations", "persons"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record. Whatever is not known is empty."""

    id: str
    names: tuple[str, ...] = ()
    """Whole names in any script and language, former ones too."""
    family: str = ""
    given: str = ""
    born: str = ""
    """A date of any spelling; its digits are compared, so that a mistyped one still tells something."""
    identifiers: tuple[str, ...] = ()
    """`scheme:value`."""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    """E.164 where they are valid, else as written."""
    websites: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    """WeChat and the like: `kind:value`."""
    address: str = ""
    """Street and house number, or the whole address."""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    belongs_to: tuple[str, ...] = ()
    """Ids or names of organisations: a person's, or an organisation's head office."""
