"""`make released`: keeps the document as it is now as the one that was released.

Run it with each release. What breaks clients of the one before must be told of in CHANGELOG.md first.
"""

import re
import sys

from rich.console import Console

from tests.api.breaking import Break, breaks
from tests.api.document import RELEASED, contract, merged, read, written
from tests.shape.house import ROOT

HOW_TO_ACCEPT = """\
These break clients of the released document (docs/openapi/released.json):

  {found}

Make them another way (add beside, keep the old one for a while), or, when it is meant, add a line for each to the
part "Unreleased" of CHANGELOG.md that starts with "- Breaking: " and goes on exactly as above."""


def unaccepted(found: list[Break]) -> list[Break]:
    """Those that the changelog's part about the next release does not tell of."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    part = re.split(r"^## ", changelog, flags=re.MULTILINE)[1]
    told = {" ".join(one.split()) for one in re.split(r"^- Breaking: ", part, flags=re.MULTILINE)[1:]}
    return [one for one in found if not any(line.startswith(str(one)) for line in told)]


def complaint(found: list[Break]) -> str:
    """What to do about them."""
    return HOW_TO_ACCEPT.format(found="\n  ".join(map(str, found)))


def main() -> None:
    """Compare, and keep the document as released."""
    now = contract(merged())
    if RELEASED.exists() and (found := unaccepted(breaks(read(), now))):
        sys.exit(complaint(found))
    RELEASED.parent.mkdir(exist_ok=True)
    RELEASED.write_text(written(now), encoding="utf-8")
    Console().print(f"{RELEASED.relative_to(ROOT)}: {len(now['paths'])} paths of version {now['info']['version']}")


if __name__ == "__main__":
    main()
