"""The demo has the sizes that the reports give."""

from itertools import pairwise

from deploy.demo.institutions import institutions, municipal_bodies, overseas_institutions, signatories
from deploy.demo.programme import MOUNTAIN_DAY, editions, series
from deploy.demo.standings import SIGNATORY, stays


def test_chongqings_window_has_the_reported_sizes() -> None:
    held = [edition for edition in editions() if edition.series.startswith("window-")]
    assert len(held) > 40
    assert sum(sum(edition.guests.values()) for edition in held) > 4_000
    assert len({country for edition in held for country in edition.guests}) > 10
    assert 29_000 < sum(edition.online for edition in held) < 30_000
    assert len(list(overseas_institutions())) > 40
    assert len(list(municipal_bodies())) == 10


def test_thirty_five_outlets_sign_and_are_members_from_that_day() -> None:
    signed = [stay for stay in stays() if stay.type == SIGNATORY]
    assert len(signed) == len(list(signatories())) == 35
    assert {stay.terms[0][0].isoformat() for stay in signed} == {"2024-12-07"}


def test_mountain_day_is_on_29_may() -> None:
    days = [edition.day for edition in editions() if edition.series == MOUNTAIN_DAY]
    assert {(day.month, day.day) for day in days} == {(5, 29)}
    assert len(days) == 7


def test_some_members_left_and_came_back() -> None:
    gaps = [stay for stay in stays() if any((b - a).days > 1 for (_, a), (b, _) in pairwise(stay.terms))]
    assert len(gaps) > 5


def test_keys_and_names_are_unique() -> None:
    everyone = list(institutions())
    for field in ("key", "zh", "en"):
        assert len({getattr(one, field) for one in everyone}) == len(everyone)
    assert len({brand.en for brand in series()}) == len(list(series()))
    assert len({(edition.series, edition.en) for edition in editions()}) == len(list(editions()))


def test_nobody_comes_in_greater_number_than_there_are_places() -> None:
    assert all(sum(edition.guests.values()) <= (edition.capacity or 0) for edition in editions() if edition.guests)
