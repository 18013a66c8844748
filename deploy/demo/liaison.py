"""Loading liaison: missions and partners as counterparts, their contacts, the diary and what is to be done."""

from collections.abc import Iterator, Mapping
from typing import Final

from deploy.demo.diary import Entry, entries
from deploy.demo.gateway import Gateway, Json
from deploy.demo.institutions import Institution, municipal_bodies, overseas_institutions
from deploy.demo.missions import Unmapped, missions
from deploy.demo.once import Advance, by_identifier, make_missing, marked, rows_about, several
from deploy.demo.people import invent

Ids = dict[str, str]

# The demo's liaison officers; they have no users, so they are named only.
OFFICERS: Final = tuple(
    {"subject": None, "name": f"{officer.full_name} (demo)"}
    for officer in (invent(number, "CN") for number in range(4))
)
_CLOSE_COUNTRIES: Final = ("NP", "FR", "CH", "IT", "AT", "PE", "ID", "TH", "KR", "JP", "ES", "DE", "NZ", "KZ", "LA")
_CADENCES: Final = (30, 60, 90, 180)
_FIRST_CONTACT: Final = 90_000
_TITLES: Final = (
    {"zh": "文化参赞", "en": "Cultural Counsellor"},
    {"zh": "旅游事务官员", "en": "Tourism Officer"},
    {"zh": "主任", "en": "Director"},
)
_PARTNER_KINDS: Final = {"destination_authority": "tourism_agency", "government_body": "government_body"}


def counterparts(organisations: Mapping[str, str], unmapped: Unmapped) -> dict[str, Json]:
    """Every counterpart to make, by key; those the department sees often come first and have a cadence and an owner."""
    partners = {partner.key: _partner(partner, organisations[partner.key]) for partner in _partners()}
    others = dict(missions(unmapped))
    close = {key: body for key, body in others.items() if _is_close(body)}
    kept_up = {
        key: body | {"contact_cadence_days": _CADENCES[place % 4], "owner": OFFICERS[place % len(OFFICERS)]}
        for place, (key, body) in enumerate((close | partners).items())
    }
    return {
        key: marked(key, body) for key, body in (kept_up | {k: b for k, b in others.items() if k not in close}).items()
    }


def _is_close(mission: Json) -> bool:
    return mission["kind"] == "embassy" and mission["stands_in"] == "CN" and mission["represents"] in _CLOSE_COUNTRIES


def _partners() -> Iterator[Institution]:
    yield from overseas_institutions()
    yield from municipal_bodies()


def _partner(partner: Institution, organisation: str) -> Json:
    return {
        "names": {"zh": partner.zh, "en": partner.en},
        "kind": _PARTNER_KINDS.get(partner.kind, "cooperation_unit"),
        "represents": partner.country,
        "stands_in": partner.country,
        "city": partner.city,
        "organisation_id": organisation,
        "tags": list(partner.tags),
    }


async def load_counterparts(
    gateway: Gateway, organisations: Mapping[str, str], unmapped: Unmapped, advance: Advance
) -> list[tuple[str, str | None]]:
    """Make the counterparts; the answer names those with a cadence, each by its id and the country it represents."""
    wanted = counterparts(organisations, unmapped)
    ids = await make_missing(
        gateway, "/v1/counterparts", wanted, await by_identifier(gateway, "/v1/counterparts"), advance
    )
    return [(ids[key], body["represents"]) for key, body in wanted.items() if body.get("contact_cadence_days")]


async def load_contacts(gateway: Gateway, close: list[tuple[str, str | None]], advance: Advance) -> Ids:
    """Make two contacts for each of the counterparts; the answer is the first one's id by counterpart."""
    wanted: dict[tuple[str, str], Json] = {}
    for place, (counterpart, country) in enumerate(close):
        for rank in range(2):
            person = invent(_FIRST_CONTACT + place * 2 + rank, country or "")
            wanted[counterpart, person.email] = {
                "counterpart_id": counterpart,
                "names": person.names,
                "title": _TITLES[(place + rank) % len(_TITLES)],
                "precedence": rank + 1,
                "emails": [person.email],
                "languages": ["zh", "en"] if country == "CN" else ["en"],
                "since": f"202{place % 4}-0{rank + 3}-01",
            }
    known = {
        (row["counterpart_id"], email): row["id"]
        async for row in rows_about(
            gateway, "/v1/contacts", "counterpart_id", [id for id, _ in close], fields=["counterpart_id", "emails"]
        )
        for email in row["emails"]
    }
    ids = await make_missing(gateway, "/v1/contacts", wanted, known, advance)
    return {counterpart: ids[counterpart, email] for counterpart, email in reversed(wanted)}


async def load_diary(
    gateway: Gateway, close: list[tuple[str, str | None]], contacts: Mapping[str, str], advance: Advance
) -> None:
    """Make the diary's entries and what they left to do, and close what was done."""
    diary = [(close[entry.counterpart][0], entry) for entry in entries(len(close))]
    counterpart_ids = [id for id, _ in close]
    interactions = await make_missing(
        gateway,
        "/v1/interactions",
        {_interaction_key(id, entry): _interaction(id, contacts[id], entry) for id, entry in diary},
        {
            (row["counterpart_id"], row["occurred_on"], row["channel"], row["subject"].get("en")): row["id"]
            async for row in rows_about(gateway, "/v1/interactions", "counterpart_id", counterpart_ids)
        },
        advance,
    )
    await _load_follow_ups(gateway, [(id, entry) for id, entry in diary if entry.task], interactions, advance)


InteractionKey = tuple[str, str, str, str | None]


def _interaction_key(counterpart: str, entry: Entry) -> InteractionKey:
    return counterpart, entry.day.isoformat(), entry.channel, entry.subject["en"]


def _interaction(counterpart: str, contact: str, entry: Entry) -> Json:
    return {
        "counterpart_id": counterpart,
        "channel": entry.channel,
        "occurred_on": entry.day.isoformat(),
        "ours": [OFFICERS[entry.counterpart % len(OFFICERS)]],
        "contact_ids": [contact],
        "subject": entry.subject,
        "summary": entry.summary,
        "confidentiality": "confidential" if entry.confidential else "normal",
    }


async def _load_follow_ups(
    gateway: Gateway,
    tasks: list[tuple[str, Entry]],
    interactions: Mapping[InteractionKey, str],
    advance: Advance,
) -> None:
    wanted: dict[str, Json] = {}
    done: set[str] = set()
    for counterpart, entry in tasks:
        interaction = interactions[_interaction_key(counterpart, entry)]
        wanted[interaction] = {
            "counterpart_id": counterpart,
            "interaction_id": interaction,
            "owner": OFFICERS[entry.counterpart % len(OFFICERS)],
            "due_on": entry.due.isoformat() if entry.due else None,
            "subject": entry.task,
        }
        if entry.done:
            done.add(interaction)
    known: Ids = {}
    closed: set[str] = set()
    counterpart_ids = sorted({counterpart for counterpart, _ in tasks})
    async for row in rows_about(gateway, "/v1/follow-ups", "counterpart_id", counterpart_ids):
        if row["interaction_id"] in wanted:
            known[row["interaction_id"]] = row["id"]
            if row["status"] != "open":
                closed.add(row["interaction_id"])
    ids = await make_missing(gateway, "/v1/follow-ups", wanted, known, advance)
    await several(
        gateway.change(f"/v1/follow-ups/{ids[interaction]}", {"status": "done"})
        for interaction in sorted(done - closed)
    )
