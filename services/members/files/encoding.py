"""In which encoding bytes are text: where several fit, the one whose text reads as language."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from services.members.files.letters import ALPHABETS, COMMON_HAN, CYRILLIC, EUROPEAN, is_frequent_han

MULTI_BYTE = ("gb18030", "big5hkscs", "shift_jis_2004", "euc_jp", "cp949")
SINGLE_BYTE = (
    "cp1252", "mac_roman", "cp1250", "mac_latin2", "cp1251", "koi8_r", "mac_cyrillic", "cp1253", "mac_greek", "cp1254",
    "mac_turkish", "cp1257", "cp1258", "cp850", "cp437", "cp866", "cp1255", "cp1256", "cp874",
)  # fmt: skip
NAMES = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", *MULTI_BYTE, *SINGLE_BYTE)
"""What the caller may choose."""

_NO_TEXT = re.compile(rb"[\x01-\x08\x0e-\x19\x1b-\x1f]")
_SAMPLE_BYTES = 400_000
_SAMPLE_LETTERS = 3_000
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BARELY = 0.6
"""How close the score of a second encoding comes to be told of."""


def detect(content: bytes) -> list[str]:
    """The encodings that fit, best first; none when the bytes are no text."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return [name]
    sample = content[:_SAMPLE_BYTES]
    if b"\0" in sample:
        return detect(content.replace(b"\0", b"")) if _strayed(sample) else _wide(sample)
    if sample.isascii() and content.isascii():
        return ["utf-8"]
    if _fits(content, "utf-8"):
        return ["utf-8"]
    scored = sorted(_scores(content, sample), reverse=True)
    if not scored:
        return ["utf-8"] if _nearly_utf8(content) else []
    best = scored[0][0]
    if best < 0 and _nearly_utf8(content):
        return ["utf-8"]
    return [name for score, _, name in scored if score >= best - _BARELY]


def decode(content: bytes, encoding: str) -> str:
    """The text, without a byte order mark. What does not fit becomes U+FFFD, which `detect` allows for UTF-8 only."""
    return content.decode(encoding, "replace").removeprefix("\ufeff")


def _wide(sample: bytes) -> list[str]:
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    name = "utf-16-be" if even > odd else "utf-16-le"
    if max(even, odd) < 4 * min(even, odd) + 2 or not _fits(sample[: len(sample) // 2 * 2], name):
        return []
    return [name]


def _strayed(sample: bytes) -> bool:
    """Whether text holds some zero bytes, as some programs leave, and little else that no text has."""
    if sample.count(0) * 5 > len(sample) or len(_NO_TEXT.findall(sample)) * 500 > len(sample):
        return False
    wide = _wide(sample)
    return not wide or _reads_as_language(sample.decode(wide[0], "ignore")) < 0


def _fits(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        # A sample may end within a character.
        return len(content) == _SAMPLE_BYTES and error.start > len(content) - 5
    return True


def _nearly_utf8(content: bytes) -> bool:
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for letter in text[:1_000_000] if ord(letter) > 127) - broken
    return broken * 20 <= whole


def _scores(content: bytes, sample: bytes) -> Iterable[tuple[float, int, str]]:
    for place, name in enumerate((*MULTI_BYTE, *SINGLE_BYTE)):
        if not _fits(sample, name) or not _fits(content, name):
            continue
        # Of two that read alike, the one that is commoner.
        yield round(_reads_as_language(sample.decode(name, "ignore")), 3), -place, name


def _reads_as_language(text: str) -> float:
    """How much the letters beyond ASCII look as if people had written them, in the mean: -6 to 5."""
    total, letters = 0.0, 0
    foreign: list[str] = []
    for match in re.finditer(r"[^\x00-\x7f]", text):
        place = match.start()
        letter = match[0]
        before = text[place - 1] if place else " "
        after = text[place + 1] if place + 1 < len(text) else " "
        total += _score(letter, before, after)
        letters += 1
        if "\u00c0" <= letter <= "\u024f" and letter not in "×÷":
            foreign.append(letter.lower())
        if letters >= _SAMPLE_LETTERS:
            break
    if not letters:
        return 0.0
    score = total / letters
    if foreign:
        # Real text keeps to the letters of a language or two.
        score += 2.0 * max(sum(1 for letter in foreign if letter in abc) for abc in ALPHABETS) / letters
    return score


def _score(letter: str, before: str, after: str) -> float:
    kind = _category(letter)
    if kind in ("Cc", "Co", "Cn", "Cs"):
        return -6.0
    script = _script(letter)
    if script == "han":
        latin = "a" <= before.lower() <= "z" and "a" <= after.lower() <= "z"
        return (3.0 if letter in COMMON_HAN else 1.0 if is_frequent_han(letter) else -2.0) - 3.0 * latin
    if script == "kana":
        if "\uff61" <= letter <= "\uff9f":
            return -1.0
        return 2.0 if "kana" in (_script(before), _script(after)) else -0.5
    if script == "hangul":
        return 1.5 if {_script(before), _script(after)} <= {"hangul", "ascii"} else -1.0
    if kind[0] == "L":
        return _letter(letter, script, before, after)
    return _sign(letter, before, after)


def _letter(letter: str, script: str, before: str, after: str) -> float:
    if letter.isupper() and before.islower():
        return -3.0
    neighbours = [one for one in (before, after) if one.isalpha()]
    if any(_script(one) not in (script, "ascii" if script == "latin" else script) for one in neighbours):
        return -2.0
    if script == "cyrillic":
        return 2.0 if letter.lower() in CYRILLIC else 0.5
    if script == "greek":
        return 1.5 if neighbours else -0.5
    if script == "latin":
        if not neighbours:
            return -0.5
        # Letters with marks stand among plain ones; a word of them alone was written in another script.
        crowd = sum(1 for one in neighbours if ord(one) >= 0xC0)
        return (1.5 if letter.lower() in EUROPEAN else 0.0) - 1.2 * crowd
    return 0.5 if neighbours else -0.5


def _sign(letter: str, before: str, after: str) -> float:
    if letter in "，。、；：（）《》“”‘’！？【】「」—…·　":
        near = {_script(before), _script(after)}
        return 1.5 if "han" in near or letter in "“”‘’—…" else 0.0
    if before.isalpha() and after.isalpha():
        return 1.0 if letter in "’·" else -3.0
    return 0.5 if letter in "©®°§€£«»–\u00a0№" else -0.7


@cache
def _category(letter: str) -> str:
    return unicodedata.category(letter)


@cache
def _script(letter: str) -> str:
    code = ord(letter)
    if code < 128:
        return "ascii"
    if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or code >= 0x20000 or 0xF900 <= code <= 0xFAFF:
        return "han"
    if 0x3041 <= code <= 0x30FF or 0xFF61 <= code <= 0xFF9F:
        return "kana"
    if 0xAC00 <= code <= 0xD7A3:
        return "hangul"
    if 0x0400 <= code <= 0x052F:
        return "cyrillic"
    if 0x0370 <= code <= 0x03FF:
        return "greek"
    if code <= 0x024F or 0x1E00 <= code <= 0x1EFF:
        return "latin"
    return "other"
