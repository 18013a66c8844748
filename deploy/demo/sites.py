"""Loading what hangs on the members: their sites with designations, and documents and notes about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from deploy.demo.gateway import Gateway, Json
from deploy.demo.institutions import Institution, members
from deploy.demo.once import TAG, Advance, make_missing, rows_about

Ids = Mapping[str, str]

_PLACES = (
    ("scenic_area", "主景区", "Main Park"),
    ("trail", "环山步道", "Ridge Trail"),
    ("hotel", "山居", "Mountain Lodge"),
)
_GRADES = ("AAA", "AAAA", "AAAAA")
_DOCUMENTS = (
    ("application", {"zh": "入会申请书", "en": "Application for membership"}, "zh", False),
    ("certificate", {"zh": "会员证书", "en": "Certificate of membership"}, "en", True),
)
_NOTES = (
    "希望收到英文版的评级规则。\nWould like the rating rules in English.",
    "来访请联系外事处，提前三天。",
    "Prefers video calls on Thursday mornings, Guiyang time.",
)


@dataclass(frozen=True, slots=True)
class _Place:
    """A site of a member."""

    member: Institution
    number: int
    kind: str
    names: Json

    @property
    def key(self) -> tuple[str, str]:
        return self.member.key, str(self.names["en"])


def places() -> Iterator[_Place]:
    """A main park for each scenic area among the members, and a trail or a lodge for some."""
    for number, member in enumerate(members()):
        if member.kind != "scenic_area":
            continue
        for kind, zh, en in _PLACES[: 1 + number // 6 % 3]:
            bare_zh, bare_en = member.zh.removesuffix("（演示）"), member.en.removesuffix(" (demo)")
            yield _Place(member, number, kind, {"zh": f"{bare_zh}{zh}（演示）", "en": f"{bare_en}, {en} (demo)"})


def _site(place: _Place, organisations: Ids) -> Json:
    return {
        "organisation_id": organisations[place.member.key],
        "names": place.names,
        "kind": place.kind,
        "country": place.member.country,
        "subdivision": place.member.subdivision,
        "city": place.member.city,
        "tags": [TAG],
    }


def _designations(place: _Place, site: str) -> Iterator[Json]:
    """A rating that rose twice, and for every other park the alliance's own designation."""
    if place.kind != "scenic_area":
        return
    for step, grade in enumerate(_GRADES[: 1 + place.number % 3]):
        last = step == place.number % 3
        yield {
            "site_id": site,
            "kind": "rating",
            "label": {"zh": f"{len(grade)}A级景区（演示）", "en": f"{grade} scenic area (demo)"},
            "grade": grade,
            "awarded_on": f"{2012 + 4 * step}-06-01",
            "valid_until": None if last else f"{2016 + 4 * step}-05-31",
        }
    if place.number % 4 == 0:
        yield {
            "site_id": site,
            "kind": "demonstration_observation_site",
            "label": {
                "zh": "山地旅游示范观察点（演示）",
                "en": "Mountain tourism demonstration observation site (demo)",
            },
            "awarded_by": {"zh": "山地旅游联盟秘书处（演示）", "en": "Mountain Tourism Alliance Secretariat (demo)"},
            "awarded_on": "2024-05-29",
            "valid_until": "2027-05-28",
        }


async def load_sites(gateway: Gateway, organisations: Ids, advance: Advance) -> None:
    """Make the sites and their designations."""
    wanted = {place.key: place for place in places()}
    keys = {organisations[place.member.key]: place.member.key for place in wanted.values()}
    known = {
        (keys[row["organisation_id"]], row["names"]["en"]): row["id"]
        async for row in rows_about(gateway, "/v1/sites", "organisation_id", list(keys), tag=TAG)
        if "en" in row["names"]
    }
    bodies = {key: _site(place, organisations) for key, place in wanted.items()}
    ids = await make_missing(gateway, "/v1/sites", bodies, known, advance)
    made = chain.from_iterable(_designations(place, ids[key]) for key, place in wanted.items() if key in ids)
    designations = {(body["site_id"], body["kind"], body["awarded_on"]): body for body in made}
    in_place = {
        (row["site_id"], row["kind"], row["awarded_on"]): row["id"]
        async for row in rows_about(gateway, "/v1/designations", "site_id", list(ids.values()))
    }
    await make_missing(gateway, "/v1/designations", designations, in_place, advance)


async def load_papers(gateway: Gateway, organisations: Ids, advance: Advance) -> None:
    """Make documents with their files, and notes, about some of the members."""
    told = [member for number, member in enumerate(members()) if number % 8 == 0]
    about = {organisations[member.key]: member for member in told}
    documents = {(id, title["en"]): body for id in about for body in _papers(id) for title in (body["title"],)}
    rows = [row async for row in rows_about(gateway, "/v1/documents", "organisation_id", list(about), tag=TAG)]
    known = {(row["about"]["id"], row["title"].get("en", "")): row["id"] for row in rows}
    ids = await make_missing(gateway, "/v1/documents", documents, known, advance)
    filed = {row["id"] for row in rows if row["content"] is not None}
    for (organisation, title), id in ids.items():
        if id not in filed:
            text = f"{title}\n\n{about[organisation].zh}\n{about[organisation].en}\n\nMade up for the demo.\n"
            await gateway.put_file(f"/v1/documents/{id}/content", text.encode(), "text/plain", f"{title}.txt")
            advance(1)
    notes = {(id, text): _note(id, text) for number, id in enumerate(about) for text in _NOTES[: 1 + number % 3]}
    written = {
        (row["about"]["id"], row["text"]): row["id"]
        async for row in rows_about(gateway, "/v1/notes", "organisation_id", list(about))
    }
    await make_missing(gateway, "/v1/notes", notes, written, advance)


def _papers(organisation: str) -> Iterator[Json]:
    for kind, title, language, shared in _DOCUMENTS:
        yield {
            "about": {"resource": "organisation", "id": organisation},
            "kind": kind,
            "title": title,
            "language": language,
            "shared": shared,
            "tags": [TAG],
        }


def _note(organisation: str, text: str) -> Json:
    return {"about": {"resource": "organisation", "id": organisation}, "text": text, "pinned": text == _NOTES[0]}
