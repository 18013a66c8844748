"""What the document cannot say of a request: a key is used once, a cursor comes from a page, and what the run itself
stands on is neither taken away nor changed. And which part of the coverage phase a run looks at."""

import os
import random
from typing import Any
from uuid import uuid4

import schemathesis

KEY = "Idempotency-Key"
OWN_IDS = frozenset(filter(None, os.environ.get("OWN_IDS", "").split(",")))
SHARE = float(os.environ.get("COVERAGE_SHARE", "1"))
"""Part of the cases of the coverage phase that are sent; which ones, the seed decides."""
_ALWAYS = int(os.environ.get("COVERAGE_FIRST", "8"))
"""The first cases of each operation are always sent: they are the plain ones."""
_seen: dict[str, int] = {}
_dice = random.Random(os.environ.get("COVERAGE_SEED", ""))


@schemathesis.hook
def filter_case(context: Any, case: "schemathesis.Case[Any]") -> bool:
    """Leave out part of the cases that the coverage phase makes of every value of every parameter."""
    if SHARE >= 1 or case.meta is None or case.meta.phase.name.value != "coverage":
        return True
    number = _seen[case.operation.label] = _seen.get(case.operation.label, 0) + 1
    return number <= _ALWAYS or _dice.random() < SHARE


@schemathesis.hook
def before_call(context: Any, case: "schemathesis.Case[Any]", kwargs: dict[str, Any]) -> None:
    """Give each well-formed request a key of its own, and take away cursors that no page gave out."""
    if case.path_parameters and case.path_parameters.get("id") in OWN_IDS:
        case.path_parameters["id"] = str(uuid4())
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.headers and KEY in case.headers:
        case.headers[KEY] = str(uuid4())
    if case.query and "cursor" in case.query:
        del case.query["cursor"]
    if "-custom-fields" in case.path and isinstance(case.body, dict):
        _ask_nothing_more(case.body)


def _ask_nothing_more(body: dict[str, Any]) -> None:
    """A field that is required from now on changes the document, which the run read when it began."""
    items = body.get("items")
    for item in items if isinstance(items, list) else [body]:
        if isinstance(item, dict) and "required" in item:
            item["required"] = False
