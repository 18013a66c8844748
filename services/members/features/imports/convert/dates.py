"""Dates as people write them. What is no day is told; nothing is guessed that the column does not show."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.members.features.imports.convert.texts import plain

Order = Literal["day_first", "month_first"]

_YEAR_FIRST = re.compile(r"^(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?[日号]?(.*)$", re.DOTALL)
_NUMBERS = re.compile(r"^(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})(\D.*)?$", re.DOTALL)
_COMPACT = re.compile(r"^(1[89]|20|21)(\d{2})(\d{2})(\d{2})$")
_DAY_NAMED = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)?[ .-]+([A-Za-z]{3,9})\.?[ ,.-]+(\d{4}|\d{2})$")
_NAMED_DAY = re.compile(r"^([A-Za-z]{3,9})\.?[ -]+(\d{1,2})(?:st|nd|rd|th)?,?[ -]+(\d{4})$")
_NO_DAY = re.compile(r"^\d{4}\s?[-/.年]\s?\d{1,2}\s?月?$|^\d{4}年?$")
_TIME = re.compile(r"^[T\s]*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2}|[AaPp][Mm])?$")
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"),
        1,
    )
    for name in names.split()
}  # fmt: skip
_FIRST_SERIAL, _LAST_SERIAL = 1, 109_574  # to the end of 2199
_FIRST_YEAR, _LAST_YEAR = 1000, 2999


@dataclass(frozen=True, slots=True)
class Reading:
    """A day, or why there is none; `notes` are what to look at although there is one."""

    day: date | None
    problem: tuple[str, str] | None = None
    notes: tuple[tuple[str, str], ...] = ()


def read_date(text: str, order: Order | None, *, since_1904: bool = False, this_year: int = 2026) -> Reading:
    """The day a cell names. `order` is what the column as a whole shows of 05/06/2024."""
    text = plain(text)
    if match := _YEAR_FIRST.match(text):
        return _with_time(_day(int(match[1]), int(match[2]), int(match[3]), text), match[4], text)
    if match := _NUMBERS.match(text):
        return _with_time(_numbers(match, order, this_year, text), match[4] or "", text)
    if match := _COMPACT.match(text):
        return _day(int(match[1] + match[2]), int(match[3]), int(match[4]), text)
    if match := _DAY_NAMED.match(text):
        if month := _MONTHS.get(match[2].lower()):
            year, note = _year(match[3], this_year)
            return _noted(_day(year, month, int(match[1]), text), note)
    elif (match := _NAMED_DAY.match(text)) and (month := _MONTHS.get(match[1].lower())):
        return _day(int(match[3]), month, int(match[2]), text)
    if _NO_DAY.match(text):
        return Reading(None, ("incomplete_date", f"A day is missing: {text}."))
    if re.fullmatch(r"\d{1,6}(\.\d+)?", text):
        return _serial(float(text), since_1904, text)
    return Reading(None, ("no_date", f"This is no date: {text[:60]}."))


def _numbers(match: "re.Match[str]", order: Order | None, this_year: int, text: str) -> Reading:
    first, second = int(match[1]), int(match[2])
    year, note = _year(match[3], this_year)
    if first > 12 or second > 12 or first == second:
        # Either order gives the same day, or only one of them gives one.
        month, day = (second, first) if first > 12 else (first, second)
        against = order is not None and first != second and (order == "day_first") is not (first > 12)
        if against and first <= 31 and second <= 31:
            note = ("other_order", f"This date is not in the order of its column: {text}.")
        return _noted(_day(year, month, day, text), note)
    if order is None:
        return Reading(None, ("ambiguous_date", f"{text} may be two days, and no date of the column tells which."))
    month, day = (second, first) if order == "day_first" else (first, second)
    return _noted(_day(year, month, day, text), note)


def _year(written: str, this_year: int) -> tuple[int, tuple[str, str] | None]:
    if len(written) == 4:
        return int(written), None
    century = this_year // 100 * 100
    year = century + int(written)
    year = year - 100 if year > this_year + 10 else year
    return year, ("two_digit_year", f"The year {written} was taken for {year}.")


def _day(year: int, month: int, day: int, text: str) -> Reading:
    try:
        found = date(year, month, day)
    except ValueError:
        return Reading(None, ("impossible_date", f"There is no such day: {text}."))
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return Reading(None, ("impossible_date", f"The year is out of reach: {text}."))
    return Reading(found)


def _noted(reading: Reading, note: tuple[str, str] | None) -> Reading:
    return Reading(reading.day, notes=(*reading.notes, note)) if reading.day and note else reading


def _with_time(reading: Reading, rest: str, text: str) -> Reading:
    rest = rest.strip()
    if reading.day is None or not rest:
        return reading
    match = _TIME.match(rest)
    if match is None:
        return Reading(None, ("no_date", f"This is no date: {text[:60]}."))
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return Reading(None, ("impossible_time", f"There is no such time: {text}."))
    if (hour, minute, second) == (0, 0, 0):
        return reading
    return _noted(reading, ("time_left_out", f"Only the day was taken of {text}."))


def _serial(number: float, since_1904: bool, text: str) -> Reading:
    whole = int(number)
    if not _FIRST_SERIAL <= whole <= _LAST_SERIAL or whole < 367:
        return Reading(None, ("no_date", f"This is no date: {text}."))
    # Excel believes that 1900 had a 29 February: serials beyond it are one too many.
    origin = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
    day = Reading(
        origin + timedelta(days=whole), notes=(("serial_date", f"{text} was taken for a day's serial number."),)
    )
    return _noted(day, ("time_left_out", f"Only the day was taken of {text}.")) if number > whole else day
