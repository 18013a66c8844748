"""Cells as texts: what nobody sees is dropped, words for "nothing" are nothing, lists are parted."""

import re
import unicodedata

from services.kit.export.text import begins_a_formula

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_CONTROL = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]")
_NOTHING = frozenset(
    [
        "n/a",
        "n.a.",
        "n.a",
        "na#",
        "#n/a",
        "nan",
        "null",
        "none",
        "nil",
        "(null)",
        "(none)",
        "<null>",
        "tbd",
        "tba",
        "tbc",
        "unknown",
        "undefined",
        "-",
        "--",
        "---",
        "—",
        "——",
        "–",
        "_",
        "/",
        "//",
        "\\",
        ".",
        "..",
        "…",
        "?",
        "？",
        "*",
        "无",
        "無",
        "暂无",
        "暂缺",
        "暫缺",
        "缺",
        "从缺",
        "從缺",
        "未详",
        "未詳",
        "无数据",
        "無資料",
        "不适用",
        "不適用",
        "not available",
        "not applicable",
        "not known",
        "no data",
        "暫無",
        "没有",
        "沒有",
        "未知",
        "不详",
        "不詳",
        "空",
        "未填",
        "未提供",
        "待定",
        "待补充",
        "待補充",
        "略",
        "同上",
    ]
)
_HALF = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_SEVERAL = re.compile(r"[;；、\n|]+")
_SEVERAL_OR_COMMA = re.compile(r"[;；、\n|,，]+|\s+/\s+|\s+or\s+|或")


def clean(text: str) -> str:
    """A cell without what nobody sees; full-width letters and digits are made plain. An apostrophe that an export put
    before what might be a formula is taken away again."""
    if text.startswith("'") and begins_a_formula(text):
        text = text[1:]
    text = _CONTROL.sub(" ", _UNSEEN.sub("", text)).replace("\u3000", " ").replace("\u00a0", " ").translate(_HALF)
    return unicodedata.normalize("NFC", text).strip()


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    bare = text.strip().strip("。.").casefold() or text.strip()
    return not text or bare in _NOTHING or text.strip() in ("NA", "N.A.", "N/A", "。", ".")


def one_line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """A code or number as it is typed on any keyboard."""
    return unicodedata.normalize("NFKC", text).strip()


def several(text: str, *, commas: bool = False) -> list[str]:
    """The values in a cell, each once."""
    parts = (_SEVERAL_OR_COMMA if commas else _SEVERAL).split(text)
    return list(dict.fromkeys(part.strip() for part in parts if part.strip() and not is_nothing(part.strip())))
