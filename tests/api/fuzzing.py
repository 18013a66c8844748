"""Schemathesis, all phases and every check, as four callers; what each may be answered, operation by operation."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.api.callers import Office
from tests.api.matrix import ENDS_ITSELF, Kind, expected, operations
from tests.api.tools import HERE, OUT, beside, run

CALLERS: Final[dict[str, Callable[[Office], Kind]]] = {
    "nobody": Office.nobody,
    "partner": Office.partner,
    "secretariat": lambda office: office.staff("secretariat"),
    "administrator": Office.everything,
}
"""The administrator comes last: who may do everything changes the roles and keys that the others stand on."""
_THOROUGH: Final = "administrator"
"""Whom nothing is closed to sees everything; what the others see differently, fewer cases show."""
_LEFT_OUT: Final = f"""\
# It would end the session that the run itself stands on.
[[operations]]
include-name = {json.dumps(ENDS_ITSELF)}
enabled = false

"""


@dataclass(frozen=True, slots=True)
class Looks:
    """How long to look."""

    examples: int
    """Cases of each operation in the fuzzing phase."""
    share: float
    """Part of the cases of the coverage phase beyond the first ones."""
    seed: int


def run_as(name: str, office: Office, document: dict[str, Any], looks: Looks) -> None:
    """Look at everything as one caller."""
    kind = CALLERS[name](office)
    config = OUT / "config" / f"{name}.toml"
    config.write_text(settings(kind, document))
    thorough = name == _THOROUGH
    credentials = [office.client.headers, *([kind.headers] if kind.credential else [])]
    own = [office.client.get("/v1/me", headers=one).json()["subject"].rpartition(":")[2] for one in credentials]
    run(
        beside("schemathesis"), "--config-file", str(config), "run", f"{office.stack.url}/openapi.json",
        "--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure",
        "--max-examples", str(looks.examples if thorough else 1), "--seed", str(looks.seed),
        OWN_IDS=",".join(own),
        COVERAGE_SEED=str(looks.seed),
        COVERAGE_FIRST="10" if thorough else "4",
        COVERAGE_SHARE=str(looks.share if thorough or looks.share == 1 else 0),
    )  # fmt: skip


def settings(kind: Kind, document: dict[str, Any]) -> str:
    """The tool's settings for a caller: schemathesis.toml, and what the document says that this one is refused."""
    common = (HERE / "schemathesis.toml").read_text()
    before, mark, after = common.partition("# -- operations")
    sent = f"headers = {{ Authorization = {json.dumps(kind.headers['Authorization'])} }}\n" if kind.headers else ""
    refused: dict[int, list[str]] = {}
    for operation in operations(document):
        if (status := expected(operation, kind)) is not None:
            said = document["paths"][operation.path][operation.method.lower()]
            refused.setdefault(status, []).append(said["operationId"])
    own = _LEFT_OUT if kind.credential else ""
    return sent + before + "".join(_refused(status, ids) for status, ids in refused.items()) + own + mark + after


def _refused(status: int, ids: list[str]) -> str:
    """Nothing but this status, whatever is sent; except where the address itself is not one, or the method."""
    return f"""\
[[operations]]
include-operation-id = {json.dumps(ids)}
[operations.checks.positive_data_acceptance]
expected-statuses = ["{status}"]
[operations.checks.negative_data_rejection]
expected-statuses = ["400", "404", "405", "{status}"]
[operations.checks.missing_required_header]
expected-statuses = ["{status}"]

"""
