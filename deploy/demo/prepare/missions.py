"""Make `data/missions.csv`: made-up diplomatic missions, as many as the Wikidata list the demo was meant for.

The rows are invented and say so; they claim nothing about which country keeps a mission where. What is real
is the shape of the work: country names in two languages and several spellings, states that ended, several
numbers in a cell, numbers that can't exist. `python -m deploy.demo.prepare.missions` writes the same bytes
each time.
"""

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pycountry
from babel.core import get_global
from babel.dates import get_timezone_location

from deploy.demo import reserved
from deploy.demo.countries import country_names

TARGET = Path(__file__).parents[1] / "data" / "missions.csv"
SIZE = 2_927

# Where the made-up missions stand, China first; each line below is filled before the next is begun.
# fmt: off
HOSTS = (
    "CN", "ID", "TH", "NP", "FR", "CH", "IT", "DE", "AT", "GB", "US", "AU", "SE", "BR", "KE", "PE",
    "MX", "EG", "ZA",
)
# fmt: on
CONSULATE_CITIES = (("Shanghai", "上海"), ("Guangzhou", "广州"), ("Chengdu", "成都"), ("Chongqing", "重庆"))

# fmt: off
SENDERS = (
    "AD", "AE", "AF", "AG", "AL", "AM", "AO", "AR", "AT", "AU", "AZ", "BA", "BB", "BD", "BE", "BF",
    "BG", "BH", "BI", "BJ", "BN", "BO", "BR", "BS", "BT", "BW", "BY", "CA", "CD", "CF", "CG", "CH",
    "CI", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ",
    "EC", "EE", "EG", "ER", "ES", "ET", "FI", "FJ", "FM", "FR", "GA", "GB", "GD", "GE", "GH", "GM",
    "GN", "GQ", "GR", "GW", "GY", "HR", "HU", "ID", "IE", "IL", "IN", "IQ", "IR", "IS", "IT", "JM",
    "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KR", "KW", "KZ", "LA", "LB", "LI", "LK", "LR", "LS",
    "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MG", "MK", "ML", "MM", "MN", "MR", "MT", "MU",
    "MV", "MW", "MX", "MY", "MZ", "NA", "NE", "NG", "NI", "NL", "NO", "NP", "NR", "NZ", "OM", "PA",
    "PE", "PG", "PH", "PK", "PL", "PT", "QA", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE",
    "SG", "SI", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SY", "TD", "TG", "TH", "TJ", "TL",
    "TM", "TN", "TO", "TR", "TT", "TZ", "UA", "UG", "US", "UY", "UZ", "VE", "VN", "VU", "WS", "YE",
    "ZA", "ZM", "ZW",
)
# fmt: on

# Ended states, to be left without a code and reported: name, and the last year the row says.
ENDED = (
    ("Soviet Union", "苏联"),
    ("Yugoslavia", "南斯拉夫"),
    ("Czechoslovakia", "捷克斯洛伐克"),
    ("German Democratic Republic", "民主德国"),
)


class Mission(NamedTuple):
    """A row of the file. `id` is a Wikidata QID in a real list and "mission-0001" in this one."""

    id: str
    kind: str
    name_en: str
    name_zh: str
    represents: str
    stands_in: str
    city_en: str
    city_zh: str
    phone: str
    email: str
    website: str


def missions() -> Iterator[Mission]:
    """The rows, in file order."""
    rows = itertools.islice(_unnumbered(), SIZE)
    for number, row in enumerate(rows, start=1):
        yield row._replace(
            id=f"mission-{number:04d}",
            phone=_phones(number, row.stands_in),
            stands_in=_as_written(row.stands_in, number // 3),
            email=reserved.email(f"mission-{number:04d}") if number % 3 else "",
            website=reserved.website(f"mission-{number:04d}") if number % 4 == 0 else "",
        )


def _unnumbered() -> Iterator[Mission]:
    """Rows whose host is still a code: ended states first, then embassies and consulates host by host."""
    for english, chinese in ENDED:
        yield _embassy(english, english, chinese, "CN")
    for host in HOSTS:
        for number, sender in enumerate(SENDERS):
            if sender != host:
                names = country_names(sender)
                yield _embassy(_as_written(sender, number), names["en"], names["zh"], host)
                if number % 7 == 0:
                    yield _consulate(sender, host, number)


def _embassy(represents: str, english: str, chinese: str, host: str) -> Mission:
    host_names = country_names(host)
    return Mission(
        id="",
        kind="embassy",
        name_en=f"Embassy of {english} in {host_names['en']} (demo)",
        name_zh=f"{chinese}驻{host_names['zh']}大使馆（演示）",
        represents=represents,
        stands_in=host,
        city_en="Beijing" if host == "CN" else "",
        city_zh="北京" if host == "CN" else "",
        phone="",
        email="",
        website="",
    )


def _consulate(sender: str, host: str, number: int) -> Mission:
    names = country_names(sender)
    cities = CONSULATE_CITIES if host == "CN" else _cities(host)
    city_en, city_zh = cities[number % len(cities)]
    return Mission(
        id="",
        kind="consulate general",
        name_en=f"Consulate-General of {names['en']} in {city_en} (demo)",
        name_zh=f"{names['zh']}驻{city_zh}总领事馆（演示）",
        represents=_as_written(sender, number),
        stands_in=host,
        city_en=city_en,
        city_zh=city_zh,
        phone="",
        email="",
        website="",
    )


def _cities(host: str) -> list[tuple[str, str]]:
    """Cities of a country that CLDR names in both languages, by the zones they stand for."""
    zones = sorted(zone for zone, territory in get_global("zone_territories").items() if territory == host)
    return [
        (
            get_timezone_location(zone, locale="en", return_city=True),
            get_timezone_location(zone, locale="zh", return_city=True),
        )
        for zone in zones
        if zone.count("/") == 1
    ]


def _as_written(code: str, number: int) -> str:
    """A country's name in one of the ways that lists spell it."""
    country = pycountry.countries.lookup(code)
    names = country_names(code)
    ways = (
        names["en"],
        getattr(country, "official_name", names["en"]),
        names["en"],
        names["zh"],
        country.name,
    )
    return str(ways[number % len(ways)])


def _phones(number: int, host: str) -> str:
    """None, one or two numbers in a cell, now and then one that can't exist."""
    first = reserved.phone(host, number)
    if first is None:
        return reserved.invalid_phone(number) if number % 11 == 0 else ""
    if number % 13 == 0:
        return f"{first}; {reserved.invalid_phone(number)}"
    return f"{first}; {reserved.phone(host, number + 1)}" if number % 5 == 0 else first


def main() -> None:
    """Write the file."""
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(Mission._fields)
        out.writerows(missions())


if __name__ == "__main__":
    main()
