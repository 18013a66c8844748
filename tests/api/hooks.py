"""What the document cannot say of a request: a key is used once, and a cursor comes from a page."""

from typing import Any
from uuid import uuid4

import schemathesis

KEY = "Idempotency-Key"


@schemathesis.hook
def before_call(context: Any, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Give each well-formed request a key of its own, and take away cursors that no page gave out."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.headers and KEY in case.headers:
        case.headers[KEY] = str(uuid4())
    if case.query and "cursor" in case.query:
        del case.query["cursor"]
