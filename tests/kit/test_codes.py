"""The code lists of the contracts are those of their sources."""

import importlib.resources
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pycountry

from services.contracts import codes

# Metals, funds, units of account and test codes: no money that anyone pays with.
NOT_IN_CIRCULATION = {"XAD", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"}


def values(alias: Any) -> list[str]:
    return list(get_args(get_args(alias.__value__)[0]))  # inside `Annotated`


def test_countries_are_those_of_iso_3166() -> None:
    assert sorted(values(codes.CountryCode)) == sorted(country.alpha_2 for country in pycountry.countries)


def test_currencies_are_those_of_iso_4217_that_circulate() -> None:
    known = {currency.alpha_3 for currency in pycountry.currencies}
    assert sorted(values(codes.CurrencyCode)) == sorted(known - NOT_IN_CIRCULATION)


def test_time_zones_are_those_of_the_zone_table_and_utc() -> None:
    table = (importlib.resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text()
    zones = {line.split("\t")[2] for line in table.splitlines() if not line.startswith("#")}
    assert sorted(values(codes.TimeZone)) == sorted(zones | {"UTC"})


def test_every_time_zone_can_be_used() -> None:
    for zone in values(codes.TimeZone):
        assert ZoneInfo(zone).key == zone
