"""Made-up people of several countries with differently written copies of some, and others that only look like copies:
relatives, colleagues with the office's phone and mailbox, and namesakes."""

import random
from dataclasses import replace

from opencc import OpenCC
from pypinyin import lazy_pinyin

from services.members.matching import Record
from tests.members.duplicates.damage import listed, skewed, slip

_FAMILIES = list("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
_GIVEN = listed(
    "伟 芳 娜 敏 静 丽 强 磊 洋 艳 勇 军 杰 娟 涛 明 超 秀英 桂英 建华 晓东 志强 海燕 文博 雨桐 "
    "子涵 一诺 浩然 思远 嘉怡 亚非 国栋 晓山 云飞 "
    "梦瑶 振华 立新 若曦 承志 凯旋 慧敏 学文 宏图 逸飞 清扬 雪松 佩玲 守仁 怀瑾 景行"
)
_FIRST = listed(
    "Anna Maria José Luca Sofia Pemba Tenzing Jean Claire Hans Ursula Ingrid Björn François Amélie Giulia Pablo Lucía "
    "Ngima Sunita Ramesh Priya Kofi Amara Yuki Haruto Linh Thanh Mateo Camila Andrés Zoë Søren Łukasz Agnieszka Emre"
)
_LAST = listed(
    "Smith Müller García Rossi Sherpa Gurung Dubois Lefèvre Schneider Fischer Hansen Øverland Novák Kowalczyk Silva "
    "Fernández Nakamura Tanaka Nguyen Okafor Mensah Yılmaz Bianchi Moreau Keller Zimmermann Quispe Mamani Thapa Rai "
    "Lindqvist Ferrari Castillo Ortega Weber Brunner Petrov Ivanova Haddad Khoury"
)
_TRADITIONAL = OpenCC("s2t")


class People:
    """Draws them; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._number = 0
        self.records: list[Record] = []
        self.pairs: set[tuple[str, str]] = set()

    def draw(self, count: int) -> "People":
        """So many originals; half have a copy, a third somebody who looks alike."""
        for _ in range(count):
            one = self._original()
            self.records.append(one)
            if self._rng.random() < 0.5:
                copy = self._copy(one)
                self.records.append(copy)
                self.pairs.add((min(one.id, copy.id), max(one.id, copy.id)))
            if self._rng.random() < 0.35:
                self.records.append(self._alike(one))
        self._rng.shuffle(self.records)
        return self

    def _id(self) -> str:
        self._number += 1
        return f"p{self._number:06}"

    def _original(self) -> Record:
        rng, id = self._rng, self._id()
        office = rng.randrange(60)
        if rng.random() < 0.55:
            name, country = skewed(_FAMILIES, rng) + rng.choice(_GIVEN), "CN"
        else:
            first = rng.choice(_FIRST) if rng.random() < 0.6 else f"{rng.choice(_FIRST)}-{rng.choice(_FIRST)}"
            name, country = f"{first} {skewed(_LAST, rng)}", rng.choice(["NP", "FR", "DE", "PE", "JP"])
        born = f"{rng.randrange(1950, 2003)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
        mailbox = "".join(lazy_pinyin(name)).replace(" ", ".").lower()
        own = f"{mailbox}{rng.randrange(1, 99)}@mail{rng.randrange(9)}.example"
        shared = f"office@org{office}.example"
        emails = (own, shared) if rng.random() < 0.2 else (own,) if rng.random() < 0.7 else (shared,)
        mobile, desk = f"+8613{rng.randrange(10**8, 10**9)}", f"+868518555{office:04}"
        return Record(
            id=id,
            names=(name,),
            country=country,
            born=born if rng.random() < 0.5 else "",
            emails=emails,
            phones=(mobile,) if rng.random() < 0.7 else (desk,),
            belongs_to=(f"org{office}",) if rng.random() < 0.8 else (),
        )

    def _copy(self, one: Record) -> Record:
        """The same person, as somebody else wrote them down; something to tell them by is left."""
        rng = self._rng
        born = one.born
        if born and rng.random() < 0.2:
            year, month, day = born.split("-")
            born = f"{year}-{day}-{month}" if int(day) < 13 else born
        keeps = rng.random()
        return replace(
            one,
            id=self._id(),
            names=(self._rewritten(one.names[0]),),
            country=one.country if rng.random() < 0.8 else "",
            born=born if rng.random() < 0.7 or keeps > 0.9 else "",
            emails=one.emails if keeps < 0.7 else (),
            phones=one.phones if keeps > 0.4 else (),
            belongs_to=one.belongs_to if rng.random() < 0.7 else (),
        )

    def _rewritten(self, name: str) -> str:
        rng = self._rng
        if not any("\u4e00" <= one <= "\u9fff" for one in name):
            first, _, last = name.partition(" ")
            kind = rng.choice(["same", "turned", "comma", "capitals", "slip", "plain"])
            return {
                "turned": f"{last} {first}",
                "comma": f"{last}, {first}",
                "capitals": f"{first} {last.upper()}",
                "slip": f"{first} {slip(last.lower(), rng).title()}" if len(last) > 4 else name,
            }.get(kind, name)
        family, *given = lazy_pinyin(name)
        kind = rng.choice(["same", "traditional", "pinyin", "turned", "together", "apart"])
        return {
            "traditional": str(_TRADITIONAL.convert(name)),
            "pinyin": f"{family.title()} {''.join(given).title()}",
            "turned": f"{''.join(given).title()} {family.upper()}",
            "together": f"{family}{''.join(given)}",
            "apart": " ".join(part.title() for part in (family, *given)),
        }.get(kind, name)

    def _alike(self, one: Record) -> Record:
        """Somebody else."""
        rng, id = self._rng, self._id()
        name = one.names[0]
        han = "\u4e00" <= name[0] <= "\u9fff"
        match rng.choice(["colleague", "relative", "namesake"]):
            case "colleague":
                other = (
                    skewed(_FAMILIES, rng) + rng.choice(_GIVEN) if han else f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
                )
                emails = tuple(email for email in one.emails if email.startswith("office@"))
                return replace(one, id=id, names=(self._not(name, other),), born="", emails=emails)
            case "relative":
                family = name[0] if han else name.partition(" ")[2]
                given = rng.choice(_GIVEN if han else _FIRST)
                other = family + given if han else f"{given} {family}"
                return replace(
                    one,
                    id=id,
                    names=(self._not(name, other),),
                    born=f"{rng.randrange(1925, 1940)}-11-{rng.randrange(1, 30):02}",
                    emails=(),
                    belongs_to=(),
                )
            case _:
                born = f"{rng.randrange(1940, 1950)}-12-{rng.randrange(13, 29)}"
                mobile = f"+8615{rng.randrange(10**8, 10**9)}"
                return replace(one, id=id, born=born, emails=(), phones=(mobile,), belongs_to=(f"other{id}",))

    def _not(self, name: str, other: str) -> str:
        if other != name:
            return other
        return "钟灵毓秀" if name[0] >= "\u4e00" else "Zora Quimby"
