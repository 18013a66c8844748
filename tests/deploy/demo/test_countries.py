"""Country names of many spellings find their code, and nothing finds a wrong one."""

import pycountry
import pytest
from babel import Locale

from deploy.demo.countries import read_country


@pytest.mark.parametrize("language", ["en", "zh", "zh_Hant"])
def test_every_current_country_is_found_by_its_cldr_name(language: str) -> None:
    names = Locale.parse(language).territories
    wrong = {country.alpha_2: names[country.alpha_2] for country in pycountry.countries
             if read_country(names[country.alpha_2]).code != country.alpha_2}  # fmt: skip
    assert wrong == {}


@pytest.mark.parametrize("kind", ["name", "common_name", "official_name"])
def test_every_current_country_is_found_by_its_iso_names(kind: str) -> None:
    wrong = {country.alpha_2: getattr(country, kind) for country in pycountry.countries
             if hasattr(country, kind) and read_country(getattr(country, kind)).code != country.alpha_2}  # fmt: skip
    assert wrong == {}


@pytest.mark.parametrize(("written", "code"), [
    ("中國", "CN"), ("Cote d'Ivoire", "CI"), ("Islamic Republic of Iran", "IR"), ("South Korea", "KR"),
    ("the Netherlands", "NL"), ("刚果（布）", "CG"), ("刚果（金）", "CD"), ("Turkey", "TR"), ("Népal", "NP"),
])  # fmt: skip
def test_reads_other_spellings(written: str, code: str) -> None:
    assert read_country(written).code == code


@pytest.mark.parametrize("written", ["Soviet Union", "捷克斯洛伐克", "Zaire", "Netherlands Antilles", "Ottoman Empire"])
def test_leaves_an_ended_state_without_a_code(written: str) -> None:
    reading = read_country(written)
    assert (reading.code, reading.unmapped) == (None, "historic")


@pytest.mark.parametrize("written", ["", "Atlantis", "European Union", "Order of Malta"])
def test_leaves_what_is_no_country_without_a_code(written: str) -> None:
    reading = read_country(written)
    assert (reading.code, reading.unmapped) == (None, "unknown")
