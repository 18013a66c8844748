"""What the document cannot say of a request: a key is used once, a cursor comes from a page, and the run's own
credential is not to be revoked."""

import os
from typing import Any
from uuid import uuid4

import schemathesis

KEY = "Idempotency-Key"
OWN_ID = os.environ.get("API_KEY_ID")


@schemathesis.hook
def before_call(context: Any, case: "schemathesis.Case[Any]", kwargs: dict[str, Any]) -> None:
    """Give each well-formed request a key of its own, and take away cursors that no page gave out."""
    if OWN_ID and case.path_parameters and case.path_parameters.get("id") == OWN_ID:
        case.path_parameters["id"] = str(uuid4())
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.headers and KEY in case.headers:
        case.headers[KEY] = str(uuid4())
    if case.query and "cursor" in case.query:
        del case.query["cursor"]
