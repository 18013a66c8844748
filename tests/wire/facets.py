"""Whether facets say what filters find."""

from typing import Any, Protocol

import httpx

_MOST_TRIED = 3
"""Values of a facet, the most frequent ones."""


class Asking(Protocol):
    """A caller of the API, in the process or over the network."""

    async def get(self, path: str, **kwargs: Any) -> httpx.Response: ...


async def counted(api: Asking, path: str, names: list[str], **asked: Any) -> dict[str, dict[str | None, int]]:
    """Facet → value → how many rows have it."""
    reply = await api.get(path, params={"facets": ",".join(names), "limit": "1", **asked})
    assert reply.status_code == 200, f"{path}: {reply.text}"
    facets = reply.json()["facets"]
    assert list(facets) == names
    return {name: {one["value"]: one["count"] for one in said["values"]} for name, said in facets.items()}


async def check_counts(api: Asking, path: str, names: list[str]) -> int:
    """Each value, given to its filter, finds as many rows as were counted. Answers how many values were tried."""
    tried = 0
    for name, counts in (await counted(api, path, names)).items():
        for value in [value for value in counts if value is not None][:_MOST_TRIED]:
            found = (await api.get(path, params={name: value, "count": "true", "limit": "1"})).json()
            assert found.get("total") == counts[value], (path, name, value, found)
            tried += 1
    return tried
