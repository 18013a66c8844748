"""One file in a form (RFC 7578), as browsers and `curl -F` send it: taken out piece by piece, never held whole."""

from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from services.kit.errors import BadRequest

MEDIA_TYPE = "multipart/form-data"
_LONGEST_HEADER = 4096


class FileInForm:
    """Give it the body as it comes; it gives back what of it is the file. Raises `BadRequest` for any other form."""

    def __init__(self, content_type: str) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if not 0 < len(boundary) <= 70:  # RFC 2046
            raise BadRequest("The Content-Type of a form says its boundary.")
        self.name = ""
        """As the form calls the file; known when its first piece is."""
        self._found: list[bytes] = []
        self._header = self._value = b""
        self._parts = 0
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": self._header_goes_on,
                "on_header_value": self._value_goes_on,
                "on_header_end": self._header_ends,
                "on_part_data": self._file_goes_on,
                "on_end": self._form_ends,
            },
            max_header_size=_LONGEST_HEADER,
        )

    def take(self, piece: bytes) -> bytes:
        """What of a piece of the form belongs to the file."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise BadRequest("The form is broken: its parts cannot be told apart.") from error
        found, self._found = b"".join(self._found), []
        return found

    def end(self) -> None:
        """The body has ended."""
        if not self._ended or not self._parts:
            raise BadRequest("The form broke off, or holds no file.")

    def _part_begins(self) -> None:
        self._parts += 1
        if self._parts > 1:
            raise BadRequest("The form holds more than the file; parameters are said in the address.")

    def _header_goes_on(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _value_goes_on(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._named(parse_options_header(self._value.decode("latin-1"))[1])
        self._header = self._value = b""

    def _named(self, options: dict[bytes, bytes]) -> None:
        if b"filename" not in options:
            raise BadRequest("The form holds a field that is no file; parameters are said in the address.")
        self.name = options[b"filename"].decode("utf-8", "replace").replace("%22", '"')

    def _file_goes_on(self, data: bytes, start: int, end: int) -> None:
        self._found.append(data[start:end])

    def _form_ends(self) -> None:
        self._ended = True


def described(binary: dict[str, Any]) -> dict[str, Any]:
    """The form, for the document; `binary` is the file's schema."""
    fields = {"type": "object", "required": ["file"], "properties": {"file": binary}, "additionalProperties": False}
    return {"schema": fields, "encoding": {"file": {"contentType": "*/*"}}}
