"""Made-up organisations with differently written copies of some, and others that only look like copies."""

import random
import unicodedata
from dataclasses import replace

from opencc import OpenCC
from pypinyin import lazy_pinyin

from services.members.matching import Record
from tests.members.duplicates.damage import listed, skewed, slip

_CITIES = [
    ("贵阳", "Guiyang", "CN"), ("遵义", "Zunyi", "CN"), ("昆明", "Kunming", "CN"), ("桂林", "Guilin", "CN"),
    ("黄山", "Huangshan", "CN"), ("重庆", "Chongqing", "CN"), ("北京", "Beijing", "CN"), ("安顺", "Anshun", "CN"),
    ("张家界", "Zhangjiajie", "CN"), ("凯里", "Kaili", "CN"),
    ("丽江", "Lijiang", "CN"), ("六盘水", "Liupanshui", "CN"),
]  # fmt: skip
_ABROAD = [
    ("Kathmandu", "NP"), ("Pokhara", "NP"), ("Grenoble", "FR"),
    ("Chamonix", "FR"), ("Granada", "ES"), ("Zürich", "CH"),
    ("Interlaken", "CH"), ("Bozen", "IT"), ("Chiang Mai", "TH"),
    ("Denpasar", "ID"), ("Cusco", "PE"), ("Medellín", "CO"),
    ("Innsbruck", "AT"), ("Garmisch", "DE"), ("Lima", "PE"), ("Nairobi", "KE"), ("Arusha", "TZ"), ("Lyon", "FR"),
]  # fmt: skip
_KINDS = [
    ("旅游协会", "Tourism Association"), ("国际旅行社有限公司", "International Travel Service Co., Ltd."),
    ("文化和旅游局", "Bureau of Culture and Tourism"), ("山地户外运动协会", "Mountain and Outdoor Sports Association"),
    ("大酒店有限公司", "Grand Hotel Co., Ltd."), ("风景名胜区管理委员会", "Scenic Area Administration Committee"),
    ("旅游投资集团有限公司", "Tourism Investment Group Co., Ltd."), ("大学", "University"), ("博物馆", "Museum"),
    ("文化传媒有限公司", "Culture Media Co., Ltd."), ("登山协会", "Mountaineering Association"),
    ("国际会展中心", "International Convention and Exhibition Centre"),
    ("日报社", "Daily"), ("商会", "Chamber of Commerce"),
]  # fmt: skip
_BRANDS_HAN = listed(
    """
    云峰 翠湖 金麟 远山 青禾 鼎盛 瑞泽 苍岭 星野 龙腾 木棠 听涛 望岳 沐溪 锦屏 长青 云栖 天麓 九黎 万峰
    """
)
_BRANDS = listed(
    """
    Alpina Condor Everest Summit Ridgeline Andino Montaña Gletscher Edelweiss Himal Sagarmatha Cordillera Aiguille
    Belvédère Panorama Höhenweg Trekker Skyline Bergfreunde Valhalla Kilele Serengeti Lotus Merapi Pumori Vertical
    Altiplano Refugio Cumbre Sierra
    """
)
_KINDS_ABROAD = [
    ("Tours", "S.A."), ("Trekking", "Pvt. Ltd."), ("Reisen", "GmbH"), ("Adventures", "Inc."), ("Voyages", "SARL"),
    ("Hotel", ""), ("Mountain Guides", "Ltd"), ("Outdoor Academy", ""), ("Expeditions", "LLC"), ("Resort", "S.p.A."),
    ("Alpine Club", ""), ("Travel Magazine", ""), ("Ski School", "AG"), ("Tourism Board", ""),
]  # fmt: skip
_STREETS = listed(
    """
    中华北路 人民大道 解放路 北京路 文昌街 滨河路 延安中路 新华路
    """
)
_STREETS_ABROAD = listed(
    """
    Lakeside Road, Rue de la Gare, Calle Mayor, Bahnhofstrasse, Thamel Marg, Station Road
    """
)
_TRADITIONAL = OpenCC("s2t")


def _is_chinese(name: str) -> bool:
    return any("\u4e00" <= one <= "\u9fff" for one in name)


class Institutions:
    """Draws them; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._number = 0
        self._taken: set[str] = set()
        self.records: list[Record] = []
        self.pairs: set[tuple[str, str]] = set()

    def draw(self, count: int) -> "Institutions":
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
        return f"o{self._number:06}"

    def _original(self) -> Record:
        """One whose name no other has."""
        while True:
            one = self._drawn()
            plain = {name.replace("市", "").casefold() for name in one.names}
            if not plain & self._taken:
                self._taken |= plain
                return one

    def _drawn(self) -> Record:
        rng = self._rng
        id = self._id()
        number = rng.randrange(1, 400)
        if rng.random() < 0.55:
            han, latin, country = rng.choice(_CITIES)
            kind_han, kind_latin = rng.choice(_KINDS)
            brand = rng.choice(_BRANDS_HAN) if rng.random() < 0.75 else ""
            read = "".join(lazy_pinyin(brand)).title()
            zh = f"{han}{brand}{kind_han}" if brand else f"{han}市{kind_han}"
            en = " ".join(part for part in (latin, read, kind_latin) if part)
            names = (zh, en) if rng.random() < 0.6 else (zh,) if rng.random() < 0.8 else (en,)
            city, street = rng.choice([han, latin]), f"{rng.choice(_STREETS)}{number}号"
            postcode = str(rng.randrange(100_000, 860_000)) if rng.random() < 0.5 else ""
            phone = f"+86851{rng.randrange(80_000_000, 89_999_999)}"
        else:
            city, country = rng.choice(_ABROAD)
            kind, form = rng.choice(_KINDS_ABROAD)
            own = rng.choice([rng.choice(_BRANDS), f"{rng.choice(_BRANDS)} {rng.choice(_BRANDS)}", city])
            names = (f"{own} {kind} {form}".strip(),)
            street = f"{number} {rng.choice(_STREETS_ABROAD)}"
            postcode = str(rng.randrange(1_000, 99_999)) if rng.random() < 0.5 else ""
            phone = f"+{rng.choice([977, 33, 34, 41, 49])}{rng.randrange(10_000_000, 99_999_999)}"
        host = f"www.{id}{skewed(['alpha', 'beta', 'gamma'], rng)}.example"
        return Record(
            id=id,
            names=names,
            country=country,
            city=city if rng.random() < 0.85 else "",
            address=street if rng.random() < 0.6 else "",
            postcode=postcode,
            phones=(phone,) if rng.random() < 0.6 else (),
            emails=(f"info@{host[4:]}",) if rng.random() < 0.5 else (),
            websites=(f"https://{host}/",) if rng.random() < 0.5 else (),
        )

    def _copy(self, one: Record) -> Record:
        """The same organisation, as somebody else wrote it down."""
        rng = self._rng
        names = tuple(self._rewritten(name) for name in one.names)
        if len(names) == 2 and rng.random() < 0.35:
            names = (rng.choice(names),)
        return replace(
            one,
            id=self._id(),
            names=names,
            city=self._other_script(one.city) if rng.random() < 0.8 else "",
            address=one.address if rng.random() < 0.6 else "",
            postcode=one.postcode if rng.random() < 0.7 else "",
            phones=one.phones if rng.random() < 0.7 else (),
            emails=one.emails if rng.random() < 0.6 else (),
            websites=tuple(site.replace("https://www.", "http://") for site in one.websites if rng.random() < 0.7),
        )

    def _other_script(self, city: str) -> str:
        for han, latin, _ in _CITIES:
            if city in (han, latin):
                return self._rng.choice([han, f"{han}市", latin])
        return city

    def _rewritten(self, name: str) -> str:
        rng = self._rng
        if not _is_chinese(name):
            return self._rewritten_latin(name)
        kind = rng.choice(["same", "traditional", "form", "short", "pinyin", "city", "sound"])
        match kind:
            case "traditional":
                return str(_TRADITIONAL.convert(name))
            case "form":
                return name.replace("集团有限公司", "集团").replace("有限公司", "") if "公司" in name else f"{name} "
            case "short":
                for long, short in (
                    ("文化和旅游", "文旅"),
                    ("风景名胜区管理委员会", "景区管委会"),
                    ("国际旅行社", "国旅"),
                ):
                    name = name.replace(long, short)
                return name
            case "pinyin":
                return "".join(lazy_pinyin(name)).title() if rng.random() < 0.3 else " ".join(lazy_pinyin(name)).title()
            case "city":
                return name.replace("市", "", 1)
        return name

    def _rewritten_latin(self, name: str) -> str:
        rng = self._rng
        match rng.choice(["same", "accents", "form", "slip", "capitals", "together", "words"]):
            case "accents":
                return "".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one))
            case "form":
                for old in (" Co., Ltd.", " GmbH", " S.A.", " Pvt. Ltd.", " Inc.", " SARL", " Ltd", " LLC", " AG"):
                    if name.endswith(old):
                        return name.removesuffix(old)
                return name.upper()
            case "slip":
                words = name.split()
                at = rng.randrange(min(2, len(words)))
                if len(words[at]) > 4:
                    words[at] = slip(words[at].lower(), rng).title()
                return " ".join(words)
            case "capitals":
                return name.upper()
            case "together":
                return name.replace(" ", "", 1) if rng.random() < 0.3 else name.replace(" and ", " & ")
            case "words":
                short = name.replace("Association", "Assn.").replace("International", "Int'l")
                return short.replace("Centre", "Center")
        return name

    def _alike(self, one: Record) -> Record:
        """Another organisation that shares a name or a phone with this one."""
        rng = self._rng
        id = self._id()
        bare = replace(one, id=id, emails=(), websites=(), address="", postcode="")
        match rng.choice(["country", "branch", "numbered", "direction", "neighbour", "department"]):
            case "country":
                country = rng.choice([code for code in ("NP", "FR", "US", "MY", "PE") if code != one.country])
                return replace(bare, country=country, city="", phones=())
            case "branch":
                if one.country == "CN":
                    han, latin, _ = rng.choice([place for place in _CITIES if one.city not in place])
                    names = tuple(
                        f"{name}{han}分公司" if _is_chinese(name) else f"{name} {latin} Branch" for name in one.names
                    )
                    return replace(bare, names=names, city=latin)
                return replace(
                    bare, names=tuple(f"{name} {rng.choice(_ABROAD)[0]} Branch" for name in one.names), city=""
                )
            case "numbered":
                return replace(bare, names=tuple(self._numbered(name) for name in one.names), websites=one.websites)
            case "direction":
                return replace(bare, names=tuple(f"{'北' if _is_chinese(n) else 'North '}{n}" for n in one.names))
            case "neighbour":
                host = f"www.{id}.example"
                names = (
                    (f"{rng.choice(_BRANDS_HAN)}{rng.choice(_BRANDS_HAN)}酒店",)
                    if one.country == "CN"
                    else (f"{rng.choice(_BRANDS)} {rng.choice(_BRANDS)} Lodge",)
                )
                return replace(one, id=id, names=names, emails=(), websites=(f"https://{host}",))
            case _:
                kinds = ("学院", "College") if any("大学" in name for name in one.names) else ("研究所", "Institute")
                names = tuple(
                    f"{name}{kinds[0]}" if _is_chinese(name) else f"{name} {kinds[1]} of Geology" for name in one.names
                )
                return replace(one, id=id, names=names, emails=())

    def _numbered(self, name: str) -> str:
        return f"{name[:2]}第二{name[2:]}" if _is_chinese(name) else f"Second {name}"
