"""vCards 2.1, 3.0 and 4.0, as phones and mail programs write them: one card, one row."""

import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from services.members.files.encoding import decode, detect
from services.members.files.table import Facts, Options, Row, Table, Unreadable

_BREAK = re.compile(rb"\r\n|\r|\n")
_COLUMNS = {
    "UID": "UID", "FN": "FN", "TEL": "TEL", "ORG": "ORG", "TITLE": "TITLE", "URL": "URL",
    "BDAY": "BDAY", "LANG": "LANG", "CATEGORIES": "CATEGORIES", "NOTE": "NOTE", "X-WECHAT": "wechat",
}  # fmt: skip
_NAME = ("N.family", "N.given", "N.additional", "N.prefix")
_PLACE = {2: "ADR", 3: "ADR.city", 4: "ADR.region", 5: "ADR.postcode", 6: "ADR.country"}
_LABELS = {
    "home": "home", "private": "home", "personal": "home", "家": "home", "家庭": "home", "住宅": "home",
    "私人": "home", "个人": "home", "個人": "home", "domicile": "home", "privat": "home",
    "work": "work", "office": "work", "business": "work", "工作": "work", "公司": "work", "单位": "work",
    "單位": "work", "办公": "work", "辦公": "work", "办公室": "work", "辦公室": "work", "bureau": "work",
    "fax": "fax", "homefax": "home,fax", "workfax": "work,fax", "otherfax": "fax", "传真": "fax", "傳真": "fax",
    "home fax": "home,fax", "work fax": "work,fax", "家庭传真": "home,fax", "工作传真": "work,fax",
    "住宅傳真": "home,fax", "工作傳真": "work,fax",
}  # fmt: skip
"""What address books call an item, in its `X-ABLabel` → the types that vCard has for it."""
_OWN_LABEL = re.compile(r"_\$!<(.*)>!\$_")
"""How Apple's programs write a label that they translate, and not one that somebody typed."""


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    parameters: dict[str, str]
    value: str
    group: str = ""
    """What stands before the name, `item1.`: the same for what belongs together."""


def read_vcards(path: Path, options: Options) -> Table:
    """Cards as rows. Properties that may come several times share a cell, one a line."""
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.decode("utf-16", "replace").encode()
    content = content.removeprefix(b"\xef\xbb\xbf")
    fitting = [options.encoding] if options.encoding else detect(content)
    facts = Facts("vcard", encoding=fitting[0] if fitting else "utf-8", other_encodings=fitting[1:])
    columns: dict[str, int] = {}
    cards: list[tuple[dict[str, str], str]] = []
    for lines in _cards(content):
        raw = decode(b"\n".join(lines), facts.encoding or "utf-8")
        card = _cells(_properties(lines, facts.encoding or "utf-8"))
        for name in card:
            columns.setdefault(name, len(columns))
        cards.append((card, raw))
    if not cards:
        raise Unreadable("broken", "The file begins like a vCard, but no card in it is complete.")
    facts.columns = list(columns)

    def body() -> Iterator[Row]:
        for number, (card, raw) in enumerate(cards, 1):
            yield Row(number, [card.get(name, "").replace("\0", "") for name in columns], raw.replace("\0", ""))

    return Table(facts, body())


def _cards(content: bytes) -> Iterator[list[bytes]]:
    """The lines of each card, those of cards within it left out."""
    depth, lines = 0, list[bytes]()
    for line in _BREAK.split(content):
        word = line.strip().upper().replace(b" ", b"")
        if word == b"BEGIN:VCARD":
            depth += 1
            if depth == 1:
                lines = [line.strip()]
        elif word == b"END:VCARD" and depth:
            depth -= 1
            if depth == 0:
                yield [*lines, b"END:VCARD"]
        elif depth == 1:
            lines.append(line)


def _properties(lines: list[bytes], encoding: str) -> Iterator[_Property]:
    version = next((line.split(b":")[1].strip() for line in lines if line.upper().startswith(b"VERSION:")), b"3.0")
    old = version.startswith(b"2")
    unfolded: list[bytes] = []
    for line in lines:
        if unfolded and _quoted_printable(unfolded[-1]) and unfolded[-1].endswith(b"="):
            unfolded[-1] = unfolded[-1][:-1] + line.lstrip(b" \t")
        elif unfolded and line[:1] in (b" ", b"\t"):
            # 2.1 folds where white space stood; later versions add it.
            unfolded[-1] += b" " + line.lstrip() if old and not _is_base64(unfolded[-1]) else line[1:]
        else:
            unfolded.append(line)
    for line in unfolded:
        if (found := _property(line, encoding)) is not None:
            yield found


def _quoted_printable(line: bytes) -> bool:
    return b"QUOTED-PRINTABLE" in line.split(b":", 1)[0].upper()


def _is_base64(line: bytes) -> bool:
    head = line.split(b":", 1)[0].upper()
    return b"BASE64" in head or b"ENCODING=B" in head


def _property(line: bytes, encoding: str) -> _Property | None:
    match = re.match(rb'((?:[^":;]|"[^"]*")*)((?:;(?:[^":;]|"[^"]*")*)*):(.*)\Z', line, re.DOTALL)
    if match is None:
        return None
    group, _dot, name = match[1].decode("latin-1").strip().upper().rpartition(".")
    parameters: dict[str, str] = {}
    for part in re.findall(rb';((?:[^";]|"[^"]*")*)', match[2]):
        key, _, value = part.decode("latin-1").partition("=")
        key = key.strip().upper()
        if not value:  # 2.1 writes values alone: TEL;CELL
            key, value = ("ENCODING", key) if key in ("QUOTED-PRINTABLE", "BASE64", "8BIT") else ("TYPE", key)
        parameters[key] = f"{parameters[key]},{value}" if key in parameters else value.strip('"')
    value_bytes = match[3]
    if parameters.get("ENCODING", "").upper() == "QUOTED-PRINTABLE":
        value_bytes = quopri.decodestring(value_bytes)
        encoding = (detect(value_bytes) or [encoding])[0]
    charset = parameters.get("CHARSET", "").strip()
    return _Property(name, parameters, _decoded(value_bytes, charset, encoding), group)


def _decoded(value: bytes, charset: str, encoding: str) -> str:
    if charset.lower() in ("gb2312", "gbk"):
        charset = "gb18030"
    for one in (charset, encoding, "utf-8"):
        try:
            return value.decode(one) if one else value.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return value.decode("utf-8", "replace")


def _parts(value: str, separator: str) -> list[str]:
    found = re.split(rf"(?<!\\){re.escape(separator)}", value)
    return [_plain(part).strip() for part in found]


def _plain(value: str) -> str:
    return re.sub(r"\\([nN,;:\\])", lambda match: "\n" if match[1] in "nN" else match[1], value)


def _types(one: _Property) -> set[str]:
    return set(one.parameters.get("TYPE", "").replace('"', "").lower().split(","))


def _is_private(one: _Property) -> bool:
    """Whether a number or address is that of somebody's home, and of no office as well."""
    return "home" in (types := _types(one)) and "work" not in types


def _is_fax(one: _Property) -> bool:
    """Whether nobody answers a number."""
    return "fax" in (types := _types(one)) and not types & {"voice", "cell"}


def _rank(address: _Property) -> tuple[bool, bool, int]:
    """Which of the e-mail addresses comes first: one for work, and of several the one that the card prefers."""
    types, preference = _types(address), address.parameters.get("PREF", "")
    place = 1 if "pref" in types else int(preference) if re.fullmatch(r"[0-9]{1,3}", preference) else 101
    return _is_private(address), "work" not in types, place


def _labelled(properties: Sequence[_Property]) -> Iterator[_Property]:
    """The properties, each with the types that its label says (`item1.X-ABLabel` of `item1.EMAIL`)."""
    said: dict[str, str] = {}
    for one in properties:
        if one.name == "X-ABLABEL" and one.group:
            label = _OWN_LABEL.sub(r"\1", _plain(one.value).strip()).casefold()
            said[one.group] = _LABELS.get(label, "")
    for one in properties:
        if types := said.get(one.group):
            known = one.parameters.get("TYPE")
            one = replace(one, parameters={**one.parameters, "TYPE": f"{known},{types}" if known else types})
        yield one


def _cells(found: Iterator[_Property]) -> dict[str, str]:
    properties = list(_labelled(list(found)))
    # An address of somebody's home is kept apart, unless there is no other: it is how they are reached, then.
    addresses = sorted((one for one in properties if one.name == "EMAIL" and one.value.strip()), key=_rank)
    held: dict[str, dict[str, None]] = {}

    def add(column: str, value: str) -> None:
        if value := value.strip():
            held.setdefault(column, {})[value] = None  # once each, in the card's order

    for one in properties:
        if one.name == "N":
            for column, part in zip(_NAME, _parts(one.value, ";"), strict=False):
                add(column, part)
        elif one.name == "ADR":
            for index, part in enumerate(_parts(one.value, ";")):
                if index in _PLACE and _PLACE[index] not in held:
                    add(_PLACE[index], part.replace("\n", ", "))
        elif one.name == "ORG":
            # The organisation, and the units of it.
            whole, *units = _parts(one.value, ";")
            add("ORG", whole)
            add("ORG.unit", ", ".join(unit for unit in units if unit))
        elif one.name == "TEL":
            number = _plain(one.value).removeprefix("tel:").replace(";ext=", " ext. ")
            add("fax" if _is_fax(one) else "home phone" if _is_private(one) else "TEL", number)
        elif one.name == "EMAIL":  # the first that stands there brings them all
            for place, address in enumerate(addresses):
                add("home email" if place and _is_private(address) else "EMAIL", _plain(address.value))
            addresses = []
        elif one.name == "FN" and (language := one.parameters.get("LANGUAGE", "")):
            add(f"names.{language}", _plain(one.value))
        elif one.name in ("IMPP", "X-SOCIALPROFILE") and "wechat" in (one.value + str(one.parameters)).lower():
            add("wechat", re.sub(r"^(x-apple|wechat|weixin):", "", _plain(one.value)))
        elif one.name == "CATEGORIES":
            for part in _parts(one.value, ","):
                add("CATEGORIES", part)
        elif one.name in _COLUMNS:
            add(_COLUMNS[one.name], _plain(one.value).removeprefix("urn:uuid:"))
    card = {column: "\n".join(values) for column, values in held.items()}
    if (prefix := card.get("N.prefix")) and card.get("FN", "").startswith(f"{prefix} "):
        # What stands before the name has a column of its own.
        card["FN"] = card["FN"].removeprefix(f"{prefix} ")
    if "FN" not in card and ("N.family" in card or "N.given" in card):
        given, family = card.get("N.given", ""), card.get("N.family", "")
        han = re.search("[\u4e00-\u9fff]", family + given)
        card["FN"] = f"{family}{given}" if han else f"{given} {family}".strip()
    return card
