"""Loading what people agreed to, and how long records about them are kept."""

from collections.abc import Mapping

from deploy.demo.gateway import Gateway, Json
from deploy.demo.once import Advance, make_missing

_AGREED_ON = "2025-03-01T02:00:00Z"
_WITHDRAWN_ON = "2025-09-12T06:30:00Z"
_RULES: tuple[Json, ...] = (
    {"resource": "registrations", "after": "created_at", "keep_days": 1_826},
    {"resource": "contacts", "after": "updated_at", "keep_days": 730},
)
"""They stay paused: nothing of the demo is let go of."""


async def load(gateway: Gateway, people: Mapping[str, str], advance: Advance) -> None:
    """Record consents of people told by their address: half to transfer abroad, a third to the newsletter, of whom
    one in ten took it back; and make two retention rules to preview."""
    wanted = {_told(body): body for body in _consents(people)}
    known = {
        _told(row): str(row["id"])
        async for row in gateway.rows("/v1/consents", fields=["person_id", "purpose", "decision"])
    }
    await make_missing(gateway, "/v1/consents", wanted, known, advance)
    ruled = {row["resource"] async for row in gateway.rows("/v1/retention-rules", fields=["resource"])}
    for rule in _RULES:
        if rule["resource"] not in ruled:
            await gateway.post("/v1/retention-rules", rule)
        advance(1)


def _consents(people: Mapping[str, str]) -> list[Json]:
    # Who agrees comes first: a consent that is older than the one recorded before would not be what counts.
    given: list[Json] = []
    withdrawn: list[Json] = []
    for number, email in enumerate(sorted(people)):
        if number % 2 == 0:
            given.append(_consent(people[email], "cross_border_transfer", "given", _AGREED_ON, "paper"))
        if number % 3 == 0:
            given.append(_consent(people[email], "newsletter", "given", _AGREED_ON, "web_form"))
        if number % 30 == 0:
            withdrawn.append(_consent(people[email], "newsletter", "withdrawn", _WITHDRAWN_ON, "email"))
    return given + withdrawn


def _consent(person_id: str, purpose: str, decision: str, decided_at: str, channel: str) -> Json:
    return {
        "person_id": person_id,
        "purpose": purpose,
        "decision": decision,
        "decided_at": decided_at,
        "channel": channel,
        "proof": "Demo",
    }


def _told(consent: Json) -> tuple[str, str, str]:
    return consent["person_id"], consent["purpose"], consent["decision"]
