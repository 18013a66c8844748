"""How Chinese names are read: pinyin without tones, with the readings that names use (单, 曾, 仇, 解)."""

import re
from functools import lru_cache
from itertools import product
from math import prod

from services.kit.search.folding import simplified_in_context

COMBINATIONS = 12
"""Ways to read one name that are kept, likeliest first."""

_READINGS_OF_A_CHARACTER = 3
_LONGEST_SHORT_RUN = 4

# Read so as a surname. pypinyin knows nearly all of these readings, but not that they come first in a name.
_SURNAMES = {
    "万俟": ("mo", "qi"), "尉迟": ("yu", "chi"), "长孙": ("zhang", "sun"), "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"), "单": ("shan",), "曾": ("zeng",), "仇": ("qiu",), "解": ("xie",), "查": ("zha",),
    "盖": ("ge",), "区": ("ou",), "朴": ("piao",), "乐": ("yue",), "翟": ("zhai",), "覃": ("qin",),
    "黑": ("he",), "秘": ("bi",), "折": ("she",), "种": ("chong",), "员": ("yun",), "贠": ("yun",),
    "繁": ("po",), "祭": ("zhai",), "冼": ("xian",), "召": ("shao",), "薄": ("bo",), "卜": ("bu",),
    "牟": ("mu",), "缪": ("miao",), "乜": ("nie",), "长": ("chang",), "佴": ("nai",), "阚": ("kan",),
    "句": ("gou",), "颉": ("xie",), "藏": ("zang",), "粘": ("nian",), "蕃": ("bo",), "尉": ("wei",),
}  # fmt: skip

_COMPOUND_SURNAME = re.compile(
    "(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|司空|夏侯|端木|百里|呼延|南宫|西门|东郭|独孤|长孙|宇文|"
    "轩辕|拓跋|完颜|万俟|单于|申屠|公冶|宗政|濮阳|淳于|太叔|仲孙|钟离|鲜于|闾丘|司寇|巫马|公西|澹台|赫连|乐正|耶律|纳兰).+"
)

# Common in names, where only the first of the readings in the dictionary is in use today. Leaving out the others
# keeps the keys small, and 平 from being found as "beng".
_ONE_READING = frozenset(
    "王吴朱许冯邓彭董潘于蔡余杜叶丁任沈姚陆汪石贾夏方白尹陶郝万莫汤娜强洋明超平英红洁月勤莉莎青倩姣露蕊苑"
    "婕瑗园冰羽育馥可姬舒枝思俊彬信浩亨奇之伯言若以致炎盛波宁胜才广家大达地游盟员会化和体省市治族侗南瀑景"
    "度假团有限司份投研合台事服培技女"
)


def surname_lengths(name: str) -> tuple[int, ...]:
    """Where the given name may begin in a simplified Chinese personal name: the other order starts there."""
    if _COMPOUND_SURNAME.match(name):
        return (2,)
    # Four characters may be two surnames (范徐丽泰), or a surname and three characters.
    return (1, 2) if len(name) == _LONGEST_SHORT_RUN else (1,)


def syllables(run: str) -> list[list[str]]:
    """For each character of a Chinese run its readings, likeliest first.

    The dictionary's phrases decide in long runs (重庆 in 重庆银行). A short run may be a personal name, which no
    phrase decides, so there each character keeps all its readings.
    """
    converted = simplified_in_context(run)
    run = converted if len(converted) == len(run) else run
    if len(run) > _LONGEST_SHORT_RUN:
        return _in_phrases(run)
    options = [list(_readings(character)) for character in run]
    surname = _SURNAMES.get(run[:2]) or _SURNAMES.get(run[:1]) or ()
    for position, reading in enumerate(surname):
        options[position] = [reading, *(other for other in options[position] if other != reading)]
    return options


def combinations(options: list[list[str]]) -> list[tuple[str, ...]]:
    """The ways to read the whole, those with the fewest unlikely readings first, at most `COMBINATIONS`."""
    number = prod(map(len, options))
    if number <= 8 * COMBINATIONS:
        ways = list(product(*options))
        unlikeliness = list(map(sum, product(*[range(len(readings)) for readings in options])))
        return [ways[place] for place in sorted(range(number), key=unlikeliness.__getitem__)[:COMBINATIONS]]
    likeliest = tuple([readings[0] for readings in options])
    others = [
        (*likeliest[:position], reading, *likeliest[position + 1 :])
        for position, readings in enumerate(options)
        for reading in readings[1:]
    ]
    return [likeliest, *others[: COMBINATIONS - 1]]


def _in_phrases(run: str) -> list[list[str]]:
    from pypinyin.seg.simpleseg import seg

    found = [readings for word in seg(run) for readings in _readings_of_word(word)]
    if len(found) != len(run):  # Characters it does not know come together.
        return [list(_readings(character)) for character in run]
    return [
        list(readings) if len(readings) == 1 else list(_readings(character))
        for character, readings in zip(run, found, strict=True)
    ]


@lru_cache(maxsize=32_768)
def _readings_of_word(word: str) -> tuple[tuple[str, ...], ...]:
    """Of each character of a word that pypinyin parts off: names are made of few words, and reading one takes long."""
    from pypinyin import Style, pinyin

    return tuple(tuple(readings) for readings in pinyin(word, style=Style.NORMAL, heteronym=True))


@lru_cache(maxsize=32_768)
def _readings(character: str) -> tuple[str, ...]:
    # Loaded when first needed: the dictionary takes 0.2 s and 50 MB.
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    return tuple(found[: 1 if character in _ONE_READING else _READINGS_OF_A_CHARACTER])
