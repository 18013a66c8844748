"""Every problem tells what is wrong, and what to do about it."""

import re

import pytest

from services.kit.errors import Problem
from tests.shape.house import PACKAGES, service


def every_problem() -> list[type[Problem]]:
    for package in PACKAGES:
        assert service(package).features
    found: list[type[Problem]] = []
    waiting = list(Problem.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if not kind.__module__.startswith("tests."):
            found.append(kind)
    return sorted(set(found), key=lambda kind: (kind.slug, kind.__module__))


@pytest.mark.parametrize("problem", every_problem(), ids=lambda kind: kind.slug)
def test_a_problem_says_what_is_wrong_and_what_to_do(problem: type[Problem]) -> None:
    assert "__doc__" in vars(problem), f"{problem.__name__} has no docstring of its own"
    assert 3 < len(problem.title) < 100
    assert len(problem.advice) > 10, f"the docstring of {problem.__name__} needs a paragraph of advice"
    assert problem.advice.endswith((".", "`"))
    assert 300 <= problem.status < 600
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.slug)


def test_each_has_an_address_of_its_own() -> None:
    slugs = [problem.slug for problem in every_problem()]
    assert sorted({slug for slug in slugs if slugs.count(slug) > 1}) == []
