"""Services with changes to tell, for what the gateway puts together of them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID, uuid4

from tests.gateway.services import Echo, document

ORGANISATION = UUID("01976b1e-7c3a-7000-8000-000000000001")
BEGAN = datetime(2026, 5, 29, 1, tzinfo=UTC)


def a_change(service: str, number: int, at: datetime) -> dict[str, Any]:
    """A change about the organisation."""
    return {
        "id": str(uuid4()),
        "sequence": number,
        "type": f"{service}.thing.updated",
        "resource": "thing",
        "resource_id": str(uuid4()),
        "resource_version": 1,
        "organisation_ids": [str(ORGANISATION)],
        "before": {},
        "after": {},
        "actor": "user:x",
        "via": None,
        "request_id": None,
        "at": at.isoformat(),
    }


class Recorder(Echo):
    """A service with changes, listed as a service lists them; several share an instant."""

    def __init__(self, service: str, count: int) -> None:
        super().__init__(document(service))
        self.changes = [a_change(service, n, BEGAN + timedelta(seconds=n // 3)) for n in range(count)]
        self.replies[f"/v1/{service}/changes"] = self._page
        self.replies[f"/v1/organisations/{ORGANISATION}"] = lambda _: (200, {"id": str(ORGANISATION)})

    def _page(self, request: dict[str, Any]) -> tuple[int, Any]:
        given = {name: values[0] for name, values in parse_qs(request["query"]).items()}
        assert given["sort"] == "-at,-sequence"
        found = sorted(self.changes, key=lambda one: (one["at"], one["sequence"]), reverse=True)
        if "at.gte" in given:
            since = datetime.fromisoformat(given["at.gte"])
            found = [one for one in found if datetime.fromisoformat(one["at"]) >= since]
        if "at.lte" in given:
            until = datetime.fromisoformat(given["at.lte"])
            found = [one for one in found if datetime.fromisoformat(one["at"]) <= until]
        if "at.lt" in given:
            until = datetime.fromisoformat(given["at.lt"])
            found = [one for one in found if datetime.fromisoformat(one["at"]) < until]
        start, limit = int(given.get("cursor", 0)), int(given["limit"])
        more = str(start + limit) if len(found) > start + limit else None
        return 200, {"items": found[start : start + limit], "next_cursor": more}


Services = dict[str, tuple[Recorder, str]]


def urls_of(recorders: Services) -> dict[str, str]:
    """Where they are."""
    return {name: url for name, (_, url) in recorders.items()}
