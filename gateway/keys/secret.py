"""The text of an API key: `alc_live_`, 32 random letters and digits (190 bits), and a checksum of six.

The checksum tells a mistyped or made-up key without asking the database; only the hash of a key is ever stored.
"""

import hashlib
import secrets
import string
import zlib
from typing import Final

PREFIX: Final = "alc_live_"
_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM: Final = 32
_CHECKSUM: Final = 6
_LENGTH: Final = len(PREFIX) + _RANDOM + _CHECKSUM
SHOWN: Final = len(PREFIX) + 6
"""How much of a key may be shown later, so that people can tell which is which."""


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode())
    digits = []
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def new_secret() -> str:
    """A new key. Show it once; keep only its hash."""
    text = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return text + _checksum(text)


def well_formed(key: str) -> bool:
    """Whether this could be one of our keys at all."""
    return (
        len(key) == _LENGTH
        and key.startswith(PREFIX)
        and key.isascii()
        and _checksum(key[:-_CHECKSUM]) == key[-_CHECKSUM:]
    )


def hashed(key: str) -> bytes:
    """What is stored. A plain SHA-256 will do: with 190 random bits there is nothing to guess."""
    return hashlib.sha256(key.encode()).digest()
