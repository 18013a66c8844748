"""One organisation that two colleagues wrote down: seen as a candidate, tried as a merge, merged."""

import asyncio
import time

from deploy.demo.gateway import Gateway, Json
from deploy.demo.once import SCHEME, Advance, make_missing, marked
from deploy.demo.reserved import phone, website

_PHONE = phone("CN", 117, area="0857")

_TWICE: dict[str, Json] = {
    "twice-zh": {
        "names": {"zh": "贵州乌江源山地旅行社有限公司（演示）"},
        "kind": "travel_agency",
        "country": "CN",
        "city": "毕节",
        "phones": [{"number": _PHONE}],
    },
    "twice-en": {
        "names": {"zh": "貴州烏江源山地旅行社（演示）", "en": "Wujiangyuan Mountain Travel Agency (demo)"},
        "kind": "travel_agency",
        "country": "CN",
        "website": website("wujiangyuan"),
        "phones": [{"number": _PHONE}],
    },
}
_PATIENCE = 20.0
"""Seconds until the candidate is there; the worker may be busy with what was loaded before."""


async def merge_twice_written(gateway: Gateway, advance: Advance) -> Json | None:
    """Make the two, wait for the candidate, look at what a merge would do, and merge. Answers the merge.

    Once merged, both keys of the demo are the winner's, and nothing is done.
    """
    known = {
        key: str(row["id"])
        for key in _TWICE
        async for row in gateway.rows("/v1/organisations", identifier=f"{SCHEME}:{key}")
    }
    wanted = {key: marked(key, body) for key, body in _TWICE.items()}
    ids = await make_missing(gateway, "/v1/organisations", wanted, known, advance)
    winner, loser = ids["twice-zh"], ids["twice-en"]
    if winner == loser:
        return None
    await _candidate(gateway, winner)
    asked: Json = {"resource": "organisations", "winner_id": winner, "loser_id": loser, "fields": {"website": "loser"}}
    # The same answer as the merge itself, and nothing stored: what would win, move and be lost.
    await gateway.post("/v1/merges?dry_run=true", asked)
    return await gateway.post("/v1/merges", asked)


async def _candidate(gateway: Gateway, id: str) -> Json | None:
    """The pair as the worker found it; None when it is not there in time, as a merge does not need it."""
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        async for row in gateway.rows("/v1/duplicate-candidates", record_id=id, status="open"):
            return row
        await asyncio.sleep(0.5)
    return None
