"""An office's list of newcomers, as dirty as such lists are, imported as anyone would import it.

`data/newcomers.csv` is made up: GB 18030, a title above the header, full-width digits, names in two scripts, several
values in a cell, a state that ended, a row without a name, an id given twice.
"""

import asyncio
import time
from pathlib import Path

from deploy.demo.gateway import Gateway, Json, Unreachable
from deploy.demo.once import Advance

FILE = Path(__file__).parent / "data" / "newcomers.csv"
_PATIENCE = 120.0
_WORKING = frozenset({"reading", "checking", "running"})


async def load_newcomers(gateway: Gateway, advance: Advance) -> Json:
    """Send the list and wait until its rows are decided. Sent again, it makes nothing new."""
    content = await asyncio.to_thread(FILE.read_bytes)
    query = {"resource": "organisations", "filename": FILE.name}
    sent = await gateway.post_file("/v1/imports", content, "text/csv", **query)
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        found = await gateway.get(f"/v1/imports/{sent['id']}")
        if found["state"] not in _WORKING:
            advance(found["counts"]["created"])
            return found
        await asyncio.sleep(0.5)
    raise Unreachable(f"The import {sent['id']} was not worked on for {_PATIENCE:.0f} s; is the members worker up?")
