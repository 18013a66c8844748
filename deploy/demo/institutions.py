"""Who is in the demo: the institutions of the public reports, and made-up members and partners around them.

Names marked "(demo)" and "（演示）" are invented. The others describe institutions that reports tell of; what
they have here beyond the reported figures is invented as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from deploy.demo.countries import country_names

Kind = Literal[
    "association",
    "destination_authority",
    "scenic_area",
    "hotel",
    "travel_agency",
    "media_outlet",
    "university",
    "enterprise",
    "government_body",
]

SECRETARIAT = "secretariat"
CHONGQING_WINDOW = "chongqing-window"
SICHUAN_ALLIANCE = "sichuan-promotion-alliance"
CONVENTION_SIGNED = date(2024, 12, 7)
SIGNATORIES = 35
MUNICIPAL_BODIES = 10
OVERSEAS_INSTITUTIONS = 43


@dataclass(frozen=True, slots=True)
class Institution:
    """An organisation of the demo; `key` names it wherever it is loaded."""

    key: str
    kind: Kind
    zh: str
    en: str
    country: str
    subdivision: str | None
    city: str | None
    tags: tuple[str, ...]


def institutions() -> Iterator[Institution]:
    """Every organisation of the demo alliance, hotels aside."""
    yield Institution(
        SECRETARIAT,
        "association",
        "山地旅游联盟秘书处（演示）",
        "Mountain Tourism Alliance Secretariat (demo)",
        "CN",
        "CN-GZ",
        "贵阳",
        ("secretariat",),
    )
    yield Institution(
        CHONGQING_WINDOW,
        "government_body",
        "重庆国际文化旅游交流窗口",
        "Chongqing's window for international culture and tourism exchange",
        "CN",
        "CN-CQ",
        "重庆",
        ("exchange window",),
    )
    yield Institution(
        SICHUAN_ALLIANCE,
        "association",
        "四川文化旅游推广联盟",
        "Sichuan's promotion alliance",
        "CN",
        "CN-SC",
        "成都",
        ("promotion alliance",),
    )
    yield from municipal_bodies()
    yield from overseas_institutions()
    yield from signatories()
    yield from members()


_FIELDS_OF_WORK = (
    ("文化旅游", "Culture and Tourism"),
    ("外事", "Foreign Affairs"),
    ("商务", "Commerce"),
    ("教育", "Education"),
    ("体育", "Sports"),
    ("交通", "Transport"),
    ("新闻", "Information"),
    ("招商", "Investment"),
    ("农业农村", "Rural Affairs"),
    ("会展", "Exhibitions"),
)


def municipal_bodies() -> Iterator[Institution]:
    """The ten municipal bodies of the report on Chongqing, under made-up names."""
    for number, (zh, en) in enumerate(_FIELDS_OF_WORK[:MUNICIPAL_BODIES], start=1):
        yield Institution(
            f"municipal-body-{number:02d}",
            "government_body",
            f"重庆{zh}协作部门（演示）",
            f"Chongqing {en} Partner Body (demo)",
            "CN",
            "CN-CQ",
            "重庆",
            ("municipal body",),
        )


# fmt: off
_OVERSEAS = (
    "AT", "AU", "BR", "CH", "DE", "EG", "ES", "FR", "GB", "HU", "ID", "IN", "IT", "JP", "KE", "KH",
    "KR", "LA", "MX", "MY", "NP", "NZ", "PE", "PL", "RS", "SG", "TH", "TR", "UZ", "VN", "ZA",
)
# fmt: on
_OVERSEAS_KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("destination_authority", "旅游推广局", "Tourism Board"),
    ("association", "文化交流协会", "Cultural Exchange Association"),
    ("university", "文化旅游学院", "Institute of Culture and Tourism"),
)


def overseas_institutions() -> Iterator[Institution]:
    """The over 40 overseas institutions of the report on Chongqing, under made-up names."""
    for number in range(OVERSEAS_INSTITUTIONS):
        round_, place = divmod(number, len(_OVERSEAS))
        kind, zh, en = _OVERSEAS_KINDS[(place + round_) % len(_OVERSEAS_KINDS)]
        country = _OVERSEAS[place]
        names = country_names(country)
        yield Institution(
            f"overseas-institution-{number + 1:02d}",
            kind,
            f"{names['zh']}{zh}（演示）",
            f"{names['en']} {en} (demo)",
            country,
            None,
            None,
            ("overseas institution",),
        )


_MEDIA_PLACES = (
    ("成都", "Chengdu"),
    ("绵阳", "Mianyang"),
    ("乐山", "Leshan"),
    ("阿坝", "Aba"),
    ("甘孜", "Garze"),
    ("雅安", "Ya'an"),
    ("宜宾", "Yibin"),
)
_MEDIA_KINDS = (
    ("山地日报", "Mountain Daily"),
    ("旅游频道", "Travel Channel"),
    ("文旅周刊", "Culture and Travel Weekly"),
    ("广播台", "Radio"),
    ("新媒体中心", "New Media Centre"),
)


def signatories() -> Iterator[Institution]:
    """The 35 media outlets that sign the convention of 7 December 2024, under made-up names."""
    for number in range(SIGNATORIES):
        place_zh, place_en = _MEDIA_PLACES[number % len(_MEDIA_PLACES)]
        zh, en = _MEDIA_KINDS[number // len(_MEDIA_PLACES)]
        yield Institution(
            f"signatory-{number + 1:02d}",
            "media_outlet",
            f"{place_zh}{zh}（演示）",
            f"{place_en} {en} (demo)",
            "CN",
            "CN-SC",
            place_zh,
            ("convention signatory",),
        )


# fmt: off
_MEMBER_COUNTRIES = (
    "CN", "NP", "CN", "FR", "CH", "CN", "ID", "TH", "CN", "IT", "AT", "CN", "PE", "JP", "KR", "CN",
    "ES", "DE", "NZ", "CN", "KG", "KZ", "CA", "CN", "GE", "SI", "SK", "NO", "AR", "CL",
)
# fmt: on
_MEMBER_KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("scenic_area", "山地景区", "Mountain Park"),
    ("destination_authority", "山地旅游局", "Mountain Tourism Authority"),
    ("association", "登山协会", "Mountaineering Association"),
    ("travel_agency", "山野旅行社", "Highland Travel"),
    ("enterprise", "户外装备企业", "Outdoor Equipment"),
    ("university", "山地研究院", "Mountain Research Institute"),
)
_NAMED_AFTER = (("云岭", "Yunling"), ("雪峰", "Snow Peak"), ("青松", "Green Pine"), ("长河", "Long River"))
_CHINESE_SEATS = (
    ("CN-GZ", "贵阳", ("贵州", "Guizhou"), ("贵阳", "Guiyang")),
    ("CN-YN", "昆明", ("云南", "Yunnan"), ("昆明", "Kunming")),
    ("CN-SC", "成都", ("四川", "Sichuan"), ("成都", "Chengdu")),
    ("CN-XZ", "拉萨", ("西藏", "Xizang"), ("拉萨", "Lhasa")),
    ("CN-QH", "西宁", ("青海", "Qinghai"), ("西宁", "Xining")),
)
_OF_A_PROVINCE: frozenset[Kind] = frozenset({"destination_authority", "association", "university"})
MEMBERS = 96


def members() -> Iterator[Institution]:
    """The alliance's own members: 96 made-up organisations of two dozen countries, over a quarter Chinese."""
    for number in range(MEMBERS):
        country = _MEMBER_COUNTRIES[number % len(_MEMBER_COUNTRIES)]
        kind, zh, en = _MEMBER_KINDS[number % len(_MEMBER_KINDS)]
        after_zh, after_en = _NAMED_AFTER[number // len(_MEMBER_COUNTRIES)]
        names = country_names(country)
        subdivision, city, where_zh, where_en = None, None, names["zh"], names["en"]
        if country == "CN":
            subdivision, city, province, seat = _CHINESE_SEATS[number % len(_CHINESE_SEATS)]
            where_zh, where_en = province if kind in _OF_A_PROVINCE else seat
        yield Institution(
            f"member-{number + 1:03d}",
            kind,
            f"{where_zh}{after_zh}{zh}（演示）",
            f"{after_en} {en}, {where_en} (demo)",
            country,
            subdivision,
            city,
            ("alliance member",),
        )
