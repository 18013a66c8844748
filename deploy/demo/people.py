"""Made-up people: names put together from common parts by number, the same number giving the same person."""

from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin

from deploy.demo import reserved

_CHINESE_FAMILY = "何李王张刘陈杨赵黄周吴徐孙胡朱高林郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
# fmt: off
_CHINESE_GIVEN = (
    "青山", "云舒", "晓岚", "若溪", "思远", "明月", "嘉禾", "文清", "雨桐", "子墨", "亦凡", "书言",
    "静姝", "知行", "慕白", "初夏", "景行", "怀瑾", "安然", "望舒", "清扬", "乐山", "秋实", "向阳",
    "立春", "听雨", "致远",
)
_FAMILY = (
    "Almeida", "Bergström", "Castillo", "Dubois", "Eriksen", "Fischer", "García", "Haddad",
    "Ivanova", "Jansen", "Kovač", "Laurent", "Moreau", "Nakarin", "Okafor", "Pradhan", "Quispe",
    "Rossi", "Santoso", "Tamang", "Usmanov", "Vargas", "Weber", "Yılmaz", "Zhakupov", "O'Leary",
    "Müller", "Novák", "Silva",
)
_GIVEN = (
    "Amara", "Björn", "Camila", "Daniel", "Elena", "Farid", "Giulia", "Hana", "Ines", "Jakob",
    "Karim", "Léa", "Mateo", "Nadia", "Omar", "Paula", "Rafael", "Sofía", "Tenzin", "Ursula",
    "Viktor", "Wayan", "Yasmin",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Invented:
    """A person who does not exist: family and given name in Latin letters, the whole name in characters."""

    number: int
    family: str
    given: str
    chinese: str | None
    country: str

    @property
    def key(self) -> str:
        """What the demo calls this person, wherever it is loaded."""
        return f"person-{self.number:05d}"

    @property
    def full_name(self) -> str:
        """Given name first, in Latin letters."""
        return f"{self.given} {self.family}"

    @property
    def names(self) -> dict[str, str]:
        """The full name in each language it is used in."""
        return {"en": self.full_name} | ({"zh": self.chinese} if self.chinese else {})

    @property
    def name_parts(self) -> dict[str, dict[str, str]]:
        """Family and given name in each language."""
        parts = {"en": {"family": self.family, "given": self.given}}
        if self.chinese:
            parts["zh"] = {"family": self.chinese[0], "given": self.chinese[1:]}
        return parts

    @property
    def salutations(self) -> dict[str, str]:
        """How a letter to them begins."""
        english = {"en": f"Dear {self.full_name}"}
        return english | ({"zh": f"尊敬的{self.chinese}"} if self.chinese else {})

    @property
    def email(self) -> str:
        """A reserved address, unique by number."""
        return reserved.email(self.key)


def invent(number: int, country: str) -> Invented:
    """The person of that number: named in characters and pinyin for China, else in Latin letters only."""
    if country == "CN":
        family = _CHINESE_FAMILY[number % len(_CHINESE_FAMILY)]
        given = _CHINESE_GIVEN[(number // len(_CHINESE_FAMILY) + number * 7) % len(_CHINESE_GIVEN)]
        return Invented(number, _pinyin(family), _pinyin(given), family + given, country)
    family = _FAMILY[number % len(_FAMILY)]
    given = _GIVEN[(number // len(_FAMILY) + number * 5) % len(_GIVEN)]
    return Invented(number, family, given, None, country)


def _pinyin(characters: str) -> str:
    return "".join(lazy_pinyin(characters, style=Style.NORMAL)).capitalize()
