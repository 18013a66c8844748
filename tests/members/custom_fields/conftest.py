"""Fields of the test's own: keys and labels that no other test uses."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import pytest

from tests.wire.api import Api

ORGANISATIONS = "/v1/organisations"
FIELDS = "/v1/organisation-custom-fields"
_number = count(1)

Define = Callable[..., Awaitable[str]]


def a_field(type: str = "text", **given: Any) -> dict[str, Any]:
    """A definition with a key of its own."""
    key = f"field_{next(_number)}"
    by_type: dict[str, dict[str, Any]] = {
        "choice": {"choices": [{"value": v, "labels": {"en": v}} for v in ("gold", "silver", "bronze")]},
        "reference": {"reference_to": "organisation"},
    }
    besides = by_type.get(type, {})
    return {"key": key, "type": type, "labels": {"zh": f"栏目 {key}", "en": f"Field {key}"}, **besides, **given}


@pytest.fixture
def define(members: Api) -> Define:
    """Defines a field of organisations; answers its key."""

    async def make(type: str = "text", **given: Any) -> str:
        return str((await members.made(FIELDS, a_field(type, **given)))["key"])

    return make
