"""Loading members: organisations and hotels, people and their roles, membership types, memberships and terms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deploy.demo import reserved
from deploy.demo.custom_fields import values_of
from deploy.demo.gateway import Gateway, Json
from deploy.demo.hotels import hotels
from deploy.demo.institutions import Institution, institutions
from deploy.demo.once import TAG, Advance, by_identifier, make_missing, marked, rows_about
from deploy.demo.people import Invented, invent
from deploy.demo.standings import MembershipType, Stay, membership_types, stays

Ids = dict[str, str]

_FIRST_STAFF = 80_000
_DRIFTED = "member-001"
_ROLES = ({"zh": "主任", "en": "Director"}, {"zh": "联络员", "en": "Liaison officer"})


def organisations() -> dict[str, Json]:
    """Every organisation to make, by key: the hotels of the list, then the alliance's institutions and members."""
    alliance = {institution.key: _organisation(institution) for institution in institutions()}
    return {key: marked(key, body) for key, body in (dict(hotels()) | alliance).items()}


def _organisation(institution: Institution) -> Json:
    number = sum(institution.key.encode())
    phone = reserved.phone(institution.country, number)
    return {
        "names": {"zh": institution.zh, "en": institution.en},
        "kind": institution.kind,
        "country": institution.country,
        "subdivision": institution.subdivision,
        "city": institution.city,
        "website": reserved.website(institution.key),
        "emails": [reserved.email(institution.key)],
        "phones": [{"number": phone, "country": institution.country}] if phone else [],
        "tags": list(institution.tags),
        **(_cared_for(institution, number) if "alliance member" in institution.tags else {}),
        "custom": values_of(institution),
    }


def _cared_for(institution: Institution, number: int) -> Json:
    """What the office notes of a member: all have a cadence, every sixth is a key member, every fifth was renamed."""
    noted: Json = {
        "description": {
            "zh": f"{institution.zh}是联盟会员，参与山地旅游日和培训。",
            "en": f"{institution.en} is a member of the alliance and joins Mountain Tourism Day and trainings.",
        },
        "contact_cadence_days": (30, 60, 90, 180)[number % 4],
    }
    if number % 6 == 0:
        reason = {"zh": "重点会员：年度调研与服务计划", "en": "Key member: yearly survey and service plan"}
        noted["key_member"] = {"reason": reason, "starts_on": "2025-01-01", "ends_on": "2027-12-31"}
    if number % 5 == 0:
        before = {"zh": f"{institution.zh}筹备处", "en": f"Preparatory Office of {institution.en}"}
        noted["former_names"] = [{"names": before, "until": f"{2010 + number % 9}-12-31"}]
    return noted


async def load_organisations(gateway: Gateway, advance: Advance) -> Ids:
    """Make the organisations; the answer is their ids by key."""
    known = await by_identifier(gateway, "/v1/organisations")
    wanted = organisations()
    if (officer := await anext(gateway.rows("/v1/users", fields=["id"]), None)) is not None:
        for body in wanted.values():
            if "contact_cadence_days" in body:
                body["officer_id"] = officer["id"]
    ids = await make_missing(gateway, "/v1/organisations", wanted, known, advance)
    # A text that was changed in one language only: `GET /v1/organisations?stale=true` finds it.
    zh = f"{wanted[_DRIFTED]['names']['zh']}是联盟理事单位。"
    await gateway.change(f"/v1/organisations/{ids[_DRIFTED]}", {"description": {"zh": zh}})
    return ids


@dataclass(frozen=True, slots=True)
class Role:
    """A person's role in an institution, with its days."""

    person: Invented
    institution: str
    title: Mapping[str, str]
    starts_on: str
    ends_on: str | None
    primary: bool = True


def roles() -> Iterator[Role]:
    """Two people for each institution; every seventh had an earlier role elsewhere, every eleventh has a second one."""
    staffed = list(institutions())
    for place, institution in enumerate(staffed):
        for rank, title in enumerate(_ROLES):
            number = place * len(_ROLES) + rank
            person = invent(_FIRST_STAFF + number, institution.country)
            since = 2018 + number % 7
            yield Role(person, institution.key, title, f"{since}-0{number % 9 + 1}-01", None)
            elsewhere = staffed[(place + 5) % len(staffed)].key
            if number % 7 == 0:
                yield Role(person, elsewhere, _ROLES[1], f"{since - 4}-03-01", f"{since - 1}-12-31")
            if number % 11 == 0:
                yield Role(person, elsewhere, {"zh": "顾问", "en": "Adviser"}, f"{since + 1}-01-01", None, False)


async def load_people(gateway: Gateway, organisation_ids: Mapping[str, str], advance: Advance) -> dict[str, str]:
    """Make the people and their affiliations; answers the people's ids by their addresses."""
    held = list(roles())
    people = {role.person.email: _person(role.person) for role in held}
    known = {row["email"]: row["id"] async for row in gateway.rows("/v1/persons", tag=TAG, fields=["email"])}
    ids = await make_missing(gateway, "/v1/persons", people, known, advance)
    affiliations: dict[tuple[str, str, str], Json] = {}
    for role in held:
        person, organisation = ids[role.person.email], organisation_ids[role.institution]
        affiliations[person, organisation, role.starts_on] = {
            "person_id": person,
            "organisation_id": organisation,
            "role": role.title,
            "starts_on": role.starts_on,
            "ends_on": role.ends_on,
            "primary": role.primary,
        }
    in_place = {
        (row["person_id"], row["organisation_id"], row["starts_on"]): row["id"]
        async for row in rows_about(
            gateway, "/v1/affiliations", "organisation_id", sorted({key[1] for key in affiliations})
        )
    }
    await make_missing(gateway, "/v1/affiliations", affiliations, in_place, advance)
    return ids


def _person(person: Invented) -> Json:
    phone = reserved.phone(person.country, person.number)
    return {
        "names": person.names,
        "name_parts": person.name_parts,
        "salutations": person.salutations,
        "family_name": person.family,
        "given_name": person.given,
        "languages": ["zh", "en"] if person.chinese else ["en"],
        "email": person.email,
        "phones": [{"number": phone, "country": person.country}] if phone else [],
        "channels": [
            {"kind": "email", "value": reserved.email(f"assistant-of-{person.key}"), "purpose": "assistant"},
            {"kind": "wechat", "value": f"demo_{person.number}", "valid_from": "2024-01-01"},
        ],
        "country": person.country,
        "tags": [TAG],
    }


async def load_memberships(gateway: Gateway, organisation_ids: Mapping[str, str], advance: Advance) -> None:
    """Make the membership types, and the memberships with all their terms."""
    types = {kind.key: _membership_type(kind) for kind in membership_types()}
    known_types = {row["code"]: row["id"] async for row in gateway.rows("/v1/membership-types")}
    type_ids = await make_missing(gateway, "/v1/membership-types", types, known_types, advance)
    memberships = {_number(stay): _membership(stay, organisation_ids, type_ids) for stay in stays()}
    known = {
        row["number"]: row["id"]
        async for row in rows_about(gateway, "/v1/memberships", "type_id", list(type_ids.values()))
    }
    await make_missing(gateway, "/v1/memberships", memberships, known, advance)


def _number(stay: Stay) -> str:
    return f"DEMO-{stay.organisation}"


def _membership_type(kind: MembershipType) -> Json:
    period = (
        {"kind": "rolling", "months": kind.months}
        if kind.period == "rolling"
        else {"kind": "fixed", "start_month": 1, "start_day": 1}
    )
    return {
        "code": kind.key,
        "names": {"zh": kind.zh, "en": kind.en},
        "period": period,
        "grace_days": kind.grace_days,
        "entitlements": list(kind.entitlements),
    }


def _membership(stay: Stay, organisation_ids: Mapping[str, str], type_ids: Mapping[str, str]) -> Json:
    return {
        "organisation_id": organisation_ids[stay.organisation],
        "type_id": type_ids[stay.type],
        "number": _number(stay),
        "terms": [{"starts_on": first.isoformat(), "ends_on": last.isoformat()} for first, last in stay.terms],
    }
