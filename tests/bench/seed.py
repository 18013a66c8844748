"""100,000 organisations for measuring: names in two scripts, countries and kinds in realistic shares."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from services.kit.ids import new_id
from services.kit.names import sort_name
from services.kit.search import search_document

ROWS = 100_000
COUNTRIES = ("CN", "NP", "FR", "IT", "CH", "AT", "ID", "TH", "KE", "PE")
KINDS = ("scenic_area", "hotel", "travel_agency", "destination_authority", "media_outlet", "association")
_PLACES = tuple("贵州 云南 四川 西藏 青海 桂林 黄山 庐山 泰山 华山 峨眉 丽江 大理 梵净山 张家界 长白山".split())  # noqa: SIM905
_WHAT = ("旅游集团", "国际旅行社", "景区管理委员会", "山地酒店", "旅游协会", "文化传媒", "户外运动俱乐部")
_LATIN = ("Alpine", "Andes", "Annapurna", "Bromo", "Dolomiti", "Énergie", "Göschenen", "Jura", "Mérida", "Pyrénées")
_NOUNS = ("Board", "Lodge", "Trails", "Agency", "Association", "Media", "Institute", "Guides")
_COLUMNS = (
    "id, version, created_at, updated_at, names, sort_name, kind, country, city, website, emails, phones, identifiers, "
    "tags, status, search"
)


def names_of(chance: random.Random, number: int) -> dict[str, str]:
    """Names of an organisation that are its own by their number."""
    zh = f"{chance.choice(_PLACES)}{chance.choice(_PLACES)}{chance.choice(_WHAT)}{number % 977}"
    return {"zh": zh, "en": f"{chance.choice(_LATIN)} {chance.choice(_LATIN)} {chance.choice(_NOUNS)} {number}"}


def organisations(rows: int = ROWS, start: int = 0) -> Iterator[tuple[Any, ...]]:
    """Rows in the order of `_COLUMNS`, numbered from `start`, the same on every run."""
    chance = random.Random(2026 + start)
    for number in range(start, start + rows):
        names = names_of(chance, number)
        phone = f"{10_000_000 + number}"
        at = datetime.fromtimestamp(1_600_000_000 + number * 60, UTC)
        yield (
            new_id(),
            1,
            at,
            at,
            Jsonb(names),
            sort_name(names),
            chance.choice(KINDS),
            chance.choice(COUNTRIES),
            "Guiyang",
            f"https://member{number}.example.org",
            [f"office@member{number}.example.org"],
            Jsonb([{"number": f"+86851{phone}", "written": f"0851 {phone}", "valid": True}]),
            Jsonb([]),
            ["mountain"],
            "active",
            search_document(names.values()),
        )


def fill(url: str, rows: int = ROWS, start: int = 0) -> None:
    """Put them into a migrated members database, beside `start` that are there."""
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE incoming (LIKE organisation INCLUDING DEFAULTS) ON COMMIT DROP")
            cursor.execute("ALTER TABLE incoming ALTER COLUMN search TYPE text")
            with cursor.copy(f"COPY incoming ({_COLUMNS}) FROM STDIN") as copy:
                for row in organisations(rows, start):
                    copy.write_row(row)
            columns = _COLUMNS.replace("search", "search::tsvector")
            cursor.execute(f"INSERT INTO organisation ({_COLUMNS}) SELECT {columns} FROM incoming")
        connection.execute("VACUUM ANALYZE")
