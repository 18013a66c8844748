"""Who belongs to whom: branches of members, and what organisations are to each other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deploy.demo import reserved
from deploy.demo.gateway import Gateway, Json
from deploy.demo.institutions import CHONGQING_WINDOW, SECRETARIAT, SICHUAN_ALLIANCE, institutions, members
from deploy.demo.once import Advance, by_identifier, make_missing, marked, rows_about

_WITH_BRANCHES = 12
_BRANCHES = (("北门分部", "North Gate Branch"), ("南门分部", "South Gate Branch"))


@dataclass(frozen=True, slots=True)
class Relation:
    """What one organisation is to another, by their keys."""

    subject: str
    kind: str
    object: str
    starts_on: str | None
    ends_on: str | None = None


def branches() -> Iterator[tuple[str, str, Json]]:
    """Every eighth member has two branches: the key, that of the head office, and what they are."""
    for member in list(members())[::8][:_WITH_BRANCHES]:
        for number, (zh, en) in enumerate(_BRANCHES, start=1):
            key = f"{member.key}-branch-{number}"
            body = {
                "names": {"zh": member.zh.replace("（演示）", f"{zh}（演示）"), "en": f"{member.en[:-7]}, {en} (demo)"},
                "kind": member.kind,
                "country": member.country,
                "subdivision": member.subdivision,
                "city": member.city,
                "emails": [reserved.email(key)],
            }
            yield key, member.key, body


def relations() -> Iterator[Relation]:
    """The window's municipal bodies supervise it, the signatories joined the alliance of Sichuan, and so on."""
    for institution in institutions():
        if "municipal body" in institution.tags:
            yield Relation(institution.key, "supervises", CHONGQING_WINDOW, "2021-08-01")
        elif "convention signatory" in institution.tags:
            yield Relation(institution.key, "member_of", SICHUAN_ALLIANCE, "2024-12-07")
        elif "overseas institution" in institution.tags:
            yield Relation(institution.key, "partner_of", CHONGQING_WINDOW, None)
    yield Relation(SECRETARIAT, "partner_of", CHONGQING_WINDOW, "2022-05-29")
    yield Relation(SECRETARIAT, "partner_of", SICHUAN_ALLIANCE, "2023-02-02", "2026-02-01")
    parks = [member.key for member in members() if member.kind == "scenic_area"]
    operators = [member.key for member in members() if member.kind == "enterprise"]
    for park, operator in zip(parks, operators, strict=False):
        yield Relation(operator, "operates", park, "2019-01-01")


async def load(gateway: Gateway, organisation_ids: Mapping[str, str], advance: Advance) -> None:
    """Make the branches under their head offices, and the relations."""
    known = await by_identifier(gateway, "/v1/organisations")
    wanted = {key: marked(key, {**body, "parent_id": organisation_ids[head]}) for key, head, body in branches()}
    await make_missing(gateway, "/v1/organisations", wanted, known, advance)
    related = {
        (organisation_ids[one.subject], one.kind, organisation_ids[one.object]): {
            "from_id": organisation_ids[one.subject],
            "kind": one.kind,
            "to_id": organisation_ids[one.object],
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
        }
        for one in relations()
    }
    in_place = {
        (row["from_id"], row["kind"], row["to_id"]): row["id"]
        async for row in rows_about(
            gateway, "/v1/organisation-relations", "from_id", sorted({subject for subject, _, _ in related})
        )
    }
    await make_missing(gateway, "/v1/organisation-relations", related, in_place, advance)
