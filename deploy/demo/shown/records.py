"""Records over time: a merge tried, made and undone; the membership in figures; what is new since the last contact;
a text that lags behind in one language."""

from collections import Counter
from datetime import UTC, datetime

from deploy.demo.gateway import Gateway, Json
from deploy.demo.once import SCHEME, Advance, make_missing, marked

_PAIR: dict[str, Json] = {
    "undone-one": {"names": {"en": "Cloudline Trail Society (demo)"}, "kind": "association", "country": "NZ"},
    "undone-two": {
        "names": {"en": "Cloudline Trails (demo)"},
        "kind": "association",
        "country": "NZ",
        "city": "Queenstown",
    },
}
_LAGGING: dict[str, Json] = {
    "lagging": {
        "names": {"zh": "双语说明示例（演示）", "en": "Bilingual Example (demo)"},
        "kind": "association",
        "country": "CN",
        "description": {"zh": "说明。", "en": "A description."},
    }
}

_PARTNER: dict[str, Json] = {
    "lagging": {"names": {"zh": "双语说明示例（演示）", "en": "Bilingual Example (demo)"}, "kind": "cooperation_unit"}
}
_MEETING: Json = {
    "channel": "meeting",
    "occurred_on": "2025-11-03",
    "subject": {"zh": "双语说明", "en": "The description in two languages"},
}


async def show_records(gateway: Gateway, advance: Advance) -> list[str]:
    """Show each; answers what was seen."""
    said = []
    for show in (_merged_and_undone, _figures, _since_last_contact, _confirmed):
        said.append(await show(gateway))
        advance(1)
    return said


async def _made(gateway: Gateway, path: str, wanted: dict[str, Json]) -> dict[str, str]:
    known = {key: str(row["id"]) for key in wanted async for row in gateway.rows(path, identifier=f"{SCHEME}:{key}")}
    bodies = {key: marked(key, body) for key, body in wanted.items()}
    return await make_missing(gateway, path, bodies, known, lambda _: None)


async def _merged_and_undone(gateway: Gateway) -> str:
    ids = await _made(gateway, "/v1/organisations", _PAIR)
    asked: Json = {"resource": "organisations", "winner_id": ids["undone-one"], "loser_id": ids["undone-two"]}
    seen = await gateway.post("/v1/merges?dry_run=true", asked)
    merge = await gateway.post("/v1/merges", asked)
    undone = await gateway.post(f"/v1/merges/{merge['id']}/undos", {})
    return f"Merge tried: {len(seen['fields'])} fields decided; merged, and undone {undone['undone_at'][:16]}"


async def _figures(gateway: Gateway) -> str:
    found = await gateway.get("/v1/statistics/membership")
    composition, periods = found["composition"], found["periods"]
    sums = {name: sum(one[name]["count"] for one in periods) for name in ("joined", "renewed", "lapsed", "rejoined")}
    rate = periods[-1]["retention"]["rate"]
    return (
        f"Membership on {composition['on']}: {composition['organisations']['count']} organisations; since "
        f"{periods[0]['starts_on']}: {', '.join(f'{count} {name}' for name, count in sums.items())}"
        + ("" if rate is None else f"; {rate:.0%} kept this period")
    )


async def _since_last_contact(gateway: Gateway) -> str:
    """Of a member that liaison keeps as a counterpart and met once; its text below changes with every run."""
    organisation = (await _made(gateway, "/v1/organisations", _LAGGING))["lagging"]
    wanted = {key: {**body, "organisation_id": organisation} for key, body in _PARTNER.items()}
    counterpart = (await _made(gateway, "/v1/counterparts", wanted))["lagging"]
    met = {"counterpart_id": counterpart, **_MEETING}
    if not [row async for row in gateway.rows("/v1/interactions", counterpart_id=counterpart)]:
        await gateway.post("/v1/interactions", met)
    found = await gateway.get(f"/v1/organisations/{organisation}/since-last-contact?by=anyone&limit=50")
    kinds = ", ".join(f"{kind} {n}" for kind, n in Counter(row["type"] for row in found["items"]).most_common())
    return f"Since the last contact ({found['last_contact']['occurred_on']}): {kinds}"


async def _confirmed(gateway: Gateway) -> str:
    path = f"/v1/organisations/{(await _made(gateway, '/v1/organisations', _LAGGING))['lagging']}"
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
    changed = await gateway.change(path, {"description": {"zh": f"说明，更新于 {now}。"}})
    behind = ", ".join(f"{field} in {' and '.join(langs)}" for field, langs in changed["stale_texts"].items())
    confirmed = await gateway.post_about(path, "text-confirmations", {"field": "description"})
    left = len(confirmed["stale_texts"])
    return f"A text that lags behind: {behind}; confirmed, {left} left"
