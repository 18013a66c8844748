"""Which service answers which path, as data.

Public paths and scopes are not here: they come from the services' own documents (`document.py`), so that a route is
described once, where it is written.
"""

from dataclasses import dataclass
from typing import Final

SERVICES: Final[tuple[str, ...]] = ("members", "events", "liaison")

SEGMENTS: Final[dict[str, str]] = {
    # first segment under /v1 → service
    "organisations": "members",
    "organisation-relations": "members",
    "persons": "members",
    "organisation-custom-fields": "members",
    "person-custom-fields": "members",
    "site-custom-fields": "members",
    "affiliations": "members",
    "membership-types": "members",
    "memberships": "members",
    "membership-terms": "members",
    "membership-decisions": "members",
    "merges": "members",
    "duplicate-candidates": "members",
    "duplicate-scans": "members",
    "segments": "members",
    "segment-entries": "members",
    "statistics": "members",
    "notes": "members",
    "documents": "members",
    "document-versions": "members",
    "sites": "members",
    "designations": "members",
    "imports": "members",
    "import-mappings": "members",
    "country-labels": "members",
    "purposes": "members",
    "purpose-texts": "members",
    "consents": "members",
    "erasures": "members",
    "subject-files": "members",
    "retention-rules": "members",
    "members": "members",
    "series": "events",
    "events": "events",
    "admission-types": "events",
    "registrations": "events",
    "event-custom-fields": "events",
    "registration-custom-fields": "events",
    "check-ins": "events",
    "calendar": "events",
    "counterparts": "liaison",
    "counterpart-custom-fields": "liaison",
    "contacts": "liaison",
    "interactions": "liaison",
    "follow-ups": "liaison",
    "liaison": "liaison",
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long the gateway waits for the first byte of an answer, in seconds.

    `silent` is how long an upstream may show no sign of life at all. A write may wait its turn up to `busy` while the
    same upstream keeps answering others: it queues for a lock, it is not stuck, and giving up would leave open what
    became of it.
    """

    silent: float
    busy: float
    asks: bool = False
    """Whether a silent upstream is asked if it lives: this one request may be all it works on."""


READ: Final = Deadline(silent=1.7, busy=1.7)
WRITE: Final = Deadline(silent=1.7, busy=10.0)
LONG: Final = Deadline(silent=1.7, busy=30.0, asks=True)

LONG_LAST_SEGMENTS: Final = frozenset({"bulk", "content", "export", "exports", "import", "imports"})
"""Work on many rows, or on a file; a path that ends so gets the long deadline."""

COMPOSED: Final = frozenset({"timeline", "since-last-contact"})
"""What is put together here from all services, below one organisation."""
COMPOSED_LISTS: Final = frozenset({"/v1/search", "/v1/audit"})
"""What is put together here besides."""
COMPOSED_SECONDS: Final = 1.5
"""How long the services may take for an answer that is put together, all questions to them counted."""

_UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def composed(path: str) -> bool:
    """Whether an answer of the gateway's own is put together from those of services."""
    return path in COMPOSED_LISTS or path[path.rfind("/") + 1 :] in COMPOSED


def service_of(path: str) -> str | None:
    """The service that owns a path, or None when it is the gateway's own (or nobody's)."""
    if not path.startswith("/v1/"):
        return None
    end = path.find("/", 4)
    segment = path[4:] if end < 0 else path[4:end]
    if segment == "organisations" and path.count("/") == 4 and path[path.rfind("/") + 1 :] in COMPOSED:
        return None
    return SEGMENTS.get(segment)


def deadline_of(method: str, path: str) -> Deadline:
    """How long to wait for this request's answer."""
    if path[path.rfind("/") + 1 :] in LONG_LAST_SEGMENTS:
        return LONG
    return WRITE if method in _UNSAFE else READ
