"""Cells as people write them, one by one."""

from datetime import date

import pycountry
import pytest

from services.kit.countries import country_of, why_unnamed
from services.members.features.imports.convert.dates import read_date
from services.members.features.imports.convert.names import by_script, without_readings
from services.members.features.imports.convert.texts import clean, is_nothing, several


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("黄山旅游局 Huangshan Tourism Bureau", {"zh": "黄山旅游局", "en": "Huangshan Tourism Bureau"}),
        ("Huangshan Tourism Bureau（黄山旅游局）", {"zh": "黄山旅游局", "en": "Huangshan Tourism Bureau"}),
        ("黄山局（演示） Huangshan (demo)", {"zh": "黄山局（演示）", "en": "Huangshan (demo)"}),
        ("中国（贵州）公司/China (Guizhou) Co., Ltd.", {"zh": "中国（贵州）公司", "en": "China (Guizhou) Co., Ltd."}),
        ("贵州ABC公司", {"zh": "贵州ABC公司"}),
        ("臺灣觀光協會", {"zh-Hant": "臺灣觀光協會"}),
        ("富士山ホテル", {"ja": "富士山ホテル"}),
        ("Nepal Tourism Board", {"en": "Nepal Tourism Board"}),
    ],
)
def test_a_name_is_parted_by_script(text: str, names: dict[str, str]) -> None:
    assert by_script(text) == names


def test_only_a_reading_of_the_character_before_it_is_noise() -> None:
    assert without_readings("鄉(xiāng)村")[0] == "鄉村"
    assert without_readings("重（chóng）庆")[0] == "重庆"
    assert without_readings("黄山(anhui)") == ("黄山(anhui)", [])
    assert without_readings("六盘水(liùpánshuǐ)市") == ("六盘水市", ["六盘水(liùpánshuǐ)"])
    assert without_readings("乌当（Wū dāng）区") == ("乌当区", ["乌当（Wū dāng）"])
    # Without tones it may be the name in English.
    assert without_readings("贵阳(Guiyang)")[0] == "贵阳(Guiyang)"


@pytest.mark.parametrize(
    ("text", "order", "day", "told"),
    [
        ("2024年5月29日", None, date(2024, 5, 29), None),
        ("２０２４/５/２９", None, date(2024, 5, 29), None),
        ("29 May 2024", None, date(2024, 5, 29), None),
        ("May 29, 2024", None, date(2024, 5, 29), None),
        ("20240529", None, date(2024, 5, 29), None),
        ("05/06/2024", "day_first", date(2024, 6, 5), None),
        ("05/06/2024", "month_first", date(2024, 5, 6), None),
        ("05/06/2024", None, None, "ambiguous_date"),
        ("05/05/2024", None, date(2024, 5, 5), None),
        ("31/12/2023", "month_first", date(2023, 12, 31), "other_order"),
        ("2023-02-30", None, None, "impossible_date"),
        ("2024-05-29 25:00", None, None, "impossible_time"),
        ("2024-05-29T00:00:00", None, date(2024, 5, 29), None),
        ("2024-05-29 14:30", None, date(2024, 5, 29), "time_left_out"),
        ("45441", None, date(2024, 5, 29), "serial_date"),
        ("45441.75", None, date(2024, 5, 29), "serial_date time_left_out"),
        ("45441.0", None, date(2024, 5, 29), "serial_date"),
        ("29/5/24 10:30", "day_first", date(2024, 5, 29), "two_digit_year time_left_out"),
        ("2024年5月", None, None, "incomplete_date"),
        ("29-May-24", None, date(2024, 5, 29), "two_digit_year"),
        ("29-May-80", None, date(1980, 5, 29), "two_digit_year"),
        ("soon", None, None, "no_date"),
    ],
)
def test_a_date_is_a_day_or_told(text: str, order: str | None, day: date | None, told: str | None) -> None:
    reading = read_date(text, order)  # type: ignore[arg-type]
    said = [one[0] for one in (reading.problem, *reading.notes) if one]
    assert (reading.day, " ".join(said) or None) == (day, told)


def test_serial_numbers_may_count_from_1904() -> None:
    assert read_date("43979", None, since_1904=True).day == date(2024, 5, 29)


@pytest.mark.parametrize("text", ["N.A.", "n/a", "无", "暂无", "—", "-", "null", "NULL", "#N/A", "？", "未知"])
def test_words_for_nothing_are_nothing(text: str) -> None:
    assert is_nothing(clean(text))


def test_values_in_one_cell_are_parted() -> None:
    assert several("a；b、c\nd | a") == ["a", "b", "c", "d"]
    assert several("a, b / c 或 d", commas=True) == ["a", "b", "c", "d"]


def test_what_nobody_sees_is_dropped_and_full_width_is_made_plain() -> None:
    assert clean("\ufeff\u200b Ａ１２３　b\u00a0") == "A123 b"
    assert clean("'=1+1") == "=1+1"


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("中國", "CN"), ("尼泊尔", "NP"), ("USA", "US"), ("U.K.", "GB"), ("Korea, Republic of", "KR"),
        ("NP", "NP"), ("FRA", "FR"), ("刚果（金）", "CD"), ("Côte d’Ivoire", "CI"), ("Taiwan", None),
        ("台湾", None), ("USSR", None), ("Atlantis", None), ("156", "CN"), ("008", "AL"), ("8", "AL"), ("５２４", "NP"),
        ("999", None), ("0", None),
    ],
)  # fmt: skip
def test_countries_are_found_by_name_and_code(label: str, code: str | None) -> None:
    assert country_of(label) == code


def test_it_is_told_why_a_country_has_no_code() -> None:
    assert (why_unnamed("臺灣"), why_unnamed("苏联"), why_unnamed("Atlantis")) == ("disputed", "historic", "unknown")


@pytest.mark.parametrize(
    "label",
    [
        *("Taiwan, Province of China", "TAIWAN (Province of China)", "Province of China Taiwan", "Taïwan", "台灣省"),
        *(
            "Palestine, State of",
            "the State of Palestine",
            "巴勒斯坦领土",
            "巴勒斯坦自治區",
            "Territoires palestiniens",
        ),
        *("Falkland Islands (Malvinas)", "Îles Malouines", "Falkland Islands (Islas Malvinas)", "福克蘭群島"),
        *("Sahara occidental", "直布羅陀", "Kosovo"),
    ],
)
def test_every_name_of_what_is_disputed_is_left_to_the_office(label: str) -> None:
    assert (country_of(label), why_unnamed(label)) == (None, "disputed")


@pytest.mark.parametrize(
    ("code", "country"),
    [("TW", "TW"), ("twn", "TW"), ("158", "TW"), ("PSE", "PS"), ("fk", "FK"), ("EH", "EH"), ("292", "GI")],
)
def test_a_code_of_what_is_disputed_is_what_its_sender_chose(code: str, country: str) -> None:
    assert country_of(code) == country


def test_all_names_of_the_rest_keep_their_code() -> None:
    for country in pycountry.countries:
        if country.alpha_2 not in {"EH", "FK", "GI", "PS", "TW"}:
            assert country_of(country.name) == country.alpha_2, country.name
