"""The demo's event series and editions, with the sizes that the public reports give."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from deploy.demo.institutions import CHONGQING_WINDOW, SECRETARIAT, SICHUAN_ALLIANCE

ON_SITE_GUESTS = 4_120
ONLINE_VIEWERS = 29_640
ACTIVITIES = 42

Format = Literal["on_site", "online", "hybrid"]
Progress = Literal["draft", "published", "completed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Series:
    """A brand under which events are held; `yearly` is its month and day, where it has one."""

    key: str
    zh: str
    en: str
    organiser: str
    yearly: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One event: `guests` counts people on site by country, `online` those who only watched."""

    key: str
    series: str
    zh: str
    en: str
    day: date
    format: Format
    time_zone: str
    country: str
    place_zh: str
    place_en: str
    progress: Progress
    capacity: int | None
    guests: dict[str, int] = field(default_factory=dict)
    online: int = 0


MOUNTAIN_DAY = "mountain-tourism-day"
CONVENTION = "promotion-convention"

_WINDOW_BRANDS = (
    ("window-salon", "世界风物沙龙", "World Ways Salon"),
    ("window-screening", "窗口光影", "Window Screenings"),
    ("window-tea", "茶叙山城", "Tea in the Mountain City"),
    ("window-market", "国际文旅集市", "Culture and Travel Fair"),
    ("window-classroom", "文化开放课堂", "Open Classroom of Cultures"),
    ("window-dialogue", "文旅机构对话", "Dialogue of Institutions"),
)

_GUEST_COUNTRIES = ("FR", "TH", "DE", "HU", "JP", "KR", "SG", "ES", "IT", "BR", "NP", "ID", "GB", "KH")


def series() -> Iterator[Series]:
    """Every series of the demo."""
    yield Series(MOUNTAIN_DAY, "国际山地旅游日", "International Mountain Tourism Day", SECRETARIAT, (5, 29))
    yield Series(CONVENTION, "文旅推广公约", "Convention of Promotion", SICHUAN_ALLIANCE)
    for key, zh, en in _WINDOW_BRANDS:
        yield Series(key, zh, en, CHONGQING_WINDOW)


def editions() -> Iterator[Edition]:
    """Every event of the demo, oldest first within its series."""
    yield from _mountain_days()
    yield Edition(
        "promotion-convention-2024",
        CONVENTION,
        "文旅推广公约签约仪式",
        "Signing of the Convention of Promotion",
        date(2024, 12, 7),
        "on_site",
        "Asia/Shanghai",
        "CN",
        "成都演示会议中心",
        "Chengdu Demo Conference Centre",
        "completed",
        120,
        {"CN": 86},
        0,
    )
    yield from _window_activities()


def _mountain_days() -> Iterator[Edition]:
    held = (
        (
            2021,
            "Asia/Shanghai",
            "CN",
            "贵阳演示会议中心",
            "Guiyang Demo Conference Centre",
            180,
            {"CN": 51, "NP": 2},
            5_200,
        ),
        (
            2022,
            "Asia/Shanghai",
            "CN",
            "遵义演示山地公园",
            "Zunyi Demo Mountain Park",
            200,
            {"CN": 56, "KR": 3},
            6_100,
        ),
        (
            2023,
            "Asia/Makassar",
            "ID",
            "巴厘岛演示度假村",
            "Bali Demo Resort",
            240,
            {"ID": 26, "CN": 21, "AU": 9},
            4_400,
        ),
        (
            2024,
            "Asia/Kathmandu",
            "NP",
            "加德满都演示会馆",
            "Kathmandu Demo Hall",
            260,
            {"NP": 34, "CN": 18, "IN": 12},
            7_300,
        ),
        (
            2025,
            "Europe/Paris",
            "FR",
            "格勒诺布尔演示中心",
            "Grenoble Demo Centre",
            240,
            {"FR": 28, "CN": 19, "CH": 11},
            8_050,
        ),
        (
            2026,
            "Asia/Bangkok",
            "TH",
            "清迈演示会议中心",
            "Chiang Mai Demo Centre",
            300,
            {"TH": 31, "CN": 20, "LA": 14},
            9_400,
        ),
    )
    for year, zone, country, place_zh, place_en, capacity, guests, online in held:
        yield Edition(
            f"{MOUNTAIN_DAY}-{year}",
            MOUNTAIN_DAY,
            f"{year}年国际山地旅游日",
            f"International Mountain Tourism Day {year}",
            date(year, 5, 29),
            "hybrid",
            zone,
            country,
            place_zh,
            place_en,
            "completed",
            capacity,
            guests,
            online,
        )
    yield Edition(
        f"{MOUNTAIN_DAY}-2027",
        MOUNTAIN_DAY,
        "2027年国际山地旅游日",
        "International Mountain Tourism Day 2027",
        date(2027, 5, 29),
        "hybrid",
        "Asia/Makassar",
        "ID",
        "巴厘岛演示度假村",
        "Bali Demo Resort",
        "published",
        50,
    )


def _window_activities() -> Iterator[Edition]:
    """Chongqing's window: over 40 activities since August 2021, over 4,000 guests, close to 30,000 online."""
    sizes = _shares(ON_SITE_GUESTS, ACTIVITIES)
    audiences = _shares(ONLINE_VIEWERS, ACTIVITIES)
    for number in range(ACTIVITIES):
        key, zh, en = _WINDOW_BRANDS[number % len(_WINDOW_BRANDS)]
        round_ = number // len(_WINDOW_BRANDS) + 1
        day = date(2021, 8, 20) + timedelta(days=30 * number)
        yield Edition(
            f"{key}-{round_:02d}",
            key,
            f"{zh}第{round_}期",
            f"{en} No. {round_}",
            day,
            "hybrid",
            "Asia/Shanghai",
            "CN",
            "重庆演示多功能厅",
            "Chongqing Demo Multifunctional Hall",
            "completed",
            sizes[number] + 30,
            _guests(number, sizes[number]),
            audiences[number],
        )


def _shares(total: int, parts: int) -> list[int]:
    """Split a total into parts that differ, and still add up to it."""
    weights = [10 + part * 7 % 11 for part in range(parts)]
    shares = [total * weight // sum(weights) for weight in weights]
    shares[0] += total - sum(shares)
    return shares


def _guests(number: int, size: int) -> dict[str, int]:
    """Most guests from China, some from three other countries each time, fourteen in all."""
    foreign = {_GUEST_COUNTRIES[(number * 3 + place) % len(_GUEST_COUNTRIES)]: 3 + place * 2 for place in range(3)}
    return {"CN": size - sum(foreign.values())} | foreign
