"""Cursors: opaque, signed, and bound to the list, sort and filters they were made for."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence

from services.kit.errors import InvalidCursor

_SIGNATURE_BYTES = 12


class Cursors:
    """Seals and opens the position after the last row of a page."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(secret.encode(), digest_size=32).digest()

    def seal(self, bound_to: str, position: Sequence[str | None]) -> str:
        """A cursor for the rows after `position` (the sort key of a row, as text)."""
        payload = json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(bound_to, payload) + payload).rstrip(b"=").decode()

    @staticmethod
    def read(cursor: str) -> bytes:
        """What a cursor holds, whatever list it is of. Raises `InvalidCursor` for what is none."""
        try:
            return base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidCursor() from error

    def open(self, bound_to: str, cursor: str, length: int) -> list[str | None]:
        """The position in a cursor. Raises `InvalidCursor` when it was tampered with or made for another list."""
        raw = self.read(cursor)
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(bound_to, payload)):
            raise InvalidCursor()
        position: list[str | None] = json.loads(payload)
        if len(position) != length:
            raise InvalidCursor()
        return position

    def _sign(self, bound_to: str, payload: bytes) -> bytes:
        return hashlib.blake2b(
            bound_to.encode() + b"\0" + payload, key=self._key, digest_size=_SIGNATURE_BYTES
        ).digest()
