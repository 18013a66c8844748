"""Cells with several values are split, each value once."""

from deploy.demo.cells import split_phones, split_values


def test_splits_several_numbers_in_a_cell() -> None:
    numbers = split_phones("010-00000001；+44 20 7946 0123/+1 202-555-0101、010-00000001")
    assert numbers == ["010-00000001", "+44 20 7946 0123", "+1 202-555-0101"]


def test_keeps_a_stroke_that_divides_no_numbers() -> None:
    assert split_phones("010-00000001/2") == ["010-00000001/2"]


def test_names_an_extension_as_parsers_know_it() -> None:
    assert split_phones("010-00000001转8001") == ["010-00000001 ext. 8001"]


def test_reads_no_number_from_an_empty_cell() -> None:
    assert split_phones(" ") == []


def test_splits_values_once_each() -> None:
    assert split_values("one; two；one | three") == ["one", "two", "three"]
