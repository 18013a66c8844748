"""Errors people and machines make in records, drawn at random: slips of the keyboard, misheard and misread letters,
spaces, missing values. The model is the one that febrl's generator of test data describes; the code is our own."""

import random

_NEIGHBOURS = {
    "a": "qsz", "b": "vgn", "c": "xdv", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "ko", "m": "n", "n": "bm", "o": "ipl", "p": "o", "q": "wa", "r": "etf", "s": "adw",
    "t": "ryg", "u": "yij", "v": "cb", "w": "qes", "x": "zcs", "y": "tuh", "z": "xa",
    **{str(n): f"{(n - 1) % 10}{(n + 1) % 10}" for n in range(10)},
}  # fmt: skip
_SOUNDS = [("ph", "f"), ("ck", "k"), ("ee", "ea"), ("ie", "y"), ("ou", "u"), ("gh", "g"), ("mac", "mc"), ("ll", "l")]
_SHAPES = [("m", "rn"), ("l", "1"), ("o", "0"), ("s", "5"), ("w", "vv"), ("h", "n"), ("u", "v"), ("cl", "d")]


def listed(text: str) -> list[str]:
    """The values of a list written as a text, with commas between them where values have spaces."""
    return [one.strip() for one in text.split("," if "," in text else None)]


def slip(text: str, rng: random.Random) -> str:
    """One error in a text."""
    if len(text) < 2:
        return text
    kind = rng.choices(["insert", "delete", "replace", "swap", "sound", "shape", "space"], [20, 25, 25, 15, 6, 5, 4])[0]
    at = rng.randrange(len(text))
    near = rng.choice(_NEIGHBOURS.get(text[at], "aeiou0"))
    match kind:
        case "insert":
            return text[:at] + near + text[at:]
        case "delete":
            return text[:at] + text[at + 1 :]
        case "replace":
            return text[:at] + near + text[at + 1 :]
        case "swap":
            at = rng.randrange(len(text) - 1)
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        case "space":
            return text.replace(" ", "", 1) if " " in text else f"{text[:at]} {text[at:]}"
        case _:
            for one, other in rng.sample(_SOUNDS, len(_SOUNDS)) if kind == "sound" else rng.sample(_SHAPES, 8):
                for old, new in ((one, other), (other, one)):
                    if old in text:
                        return text.replace(old, new, 1)
            return text[:at] + text[at + 1 :]


def skewed(values: list[str], rng: random.Random) -> str:
    """One of the values: the first are common, the last are rare, as names are (Zipf)."""
    return rng.choices(values, [1 / (n + 2) for n in range(len(values))])[0]
