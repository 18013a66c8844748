"""Privacy: a sensitive read and its trace, a caller abroad, a subject file, somebody forgotten, a rule's preview."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

from deploy.demo.gateway import Gateway
from deploy.demo.once import Advance, marked
from deploy.demo.reserved import email
from deploy.demo.shown.waiting import until

_PURPOSE = "visa_letter"
_KEPT = "shown-kept"
_FORGOTTEN = "shown-forgotten"


async def show_privacy(gateway: Gateway, advance: Advance) -> list[str]:
    """Show each; answers what was seen."""
    person = await _person(gateway, _KEPT, {"en": "Orla Example"}, birth_date="1984-02-29")
    said = [
        await _read_for_a_purpose(gateway, person),
        await _seen_from_abroad(gateway),
        await _subject_file(gateway, person),
        await _forgotten(gateway),
        await _preview(gateway),
    ]
    advance(len(said))
    return said


async def _person(gateway: Gateway, key: str, names: dict[str, str], **given: str) -> str:
    """The id of a person who does not exist."""
    body = marked(key, {"names": names, "email": email(key), "country": "IE", **given})
    known = [str(row["id"]) async for row in gateway.rows("/v1/persons", email=email(key))]
    return known[0] if known else str((await gateway.post("/v1/persons", body))["id"])


async def _read_for_a_purpose(gateway: Gateway, person: str) -> str:
    plain = await gateway.get(f"/v1/persons/{person}")
    told = await gateway.get(f"/v1/persons/{person}?purpose={_PURPOSE}&fields=birth_date")
    left = [row async for row in gateway.rows("/v1/members/audit", about=person, purpose=_PURPOSE)]
    fields = ", ".join(sorted({field for row in left for field in row["fields"]}))
    return (
        f"A birth date without a purpose: {plain.get('birth_date', 'left out')}; for {_PURPOSE}: {told['birth_date']}; "
        f"audit rows about it: {len(left)} ({fields})"
    )


async def _seen_from_abroad(gateway: Gateway) -> str:
    ends = f"{datetime.now(UTC) + timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}"
    made = await gateway.post(
        "/v1/api-keys", {"name": "Demo, abroad", "scopes": ["persons:read"], "country": "DE", "expires_at": ends}
    )
    try:
        async with gateway.with_key(made["key"]) as abroad:
            seen = await abroad.get("/v1/persons?count=true&limit=1&fields=names")
    finally:
        await gateway.remove(f"/v1/api-keys/{made['id']}")
    left = ", ".join(f"{one['count']} left out ({one['reason']})" for one in seen["left_out"])
    return f"A key in Germany sees {seen['total']} people; {left}"


async def _subject_file(gateway: Gateway, person: str) -> str:
    made = await gateway.post(f"/v1/persons/{person}/subject-files", {})
    await until(gateway, f"/v1/subject-files/{made['id']}", ("ready", "failed"))
    content = await gateway.file(f"/v1/subject-files/{made['id']}/content")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    return f"A subject file: {len(content):,} bytes, {len(names)} files ({', '.join(sorted(names)[:4])} …)"


async def _forgotten(gateway: Gateway) -> str:
    """Who was forgotten in an earlier run is not made anew."""
    earlier = [row async for row in gateway.rows("/v1/erasures")]
    if earlier:
        erasure = earlier[0]
    else:
        person = await _person(gateway, _FORGOTTEN, {"en": "Niall Example"})
        erasure = await gateway.post("/v1/erasures", {"person_id": person, "reason": "asked_for"})
    done = await until(gateway, f"/v1/erasures/{erasure['id']}", ("done",))
    receipts = ", ".join(sorted(receipt["service"] for receipt in done["receipts"]))
    return f"Somebody forgotten: {done['state']}, receipts of {receipts}"


async def _preview(gateway: Gateway) -> str:
    said = []
    async for rule in gateway.rows("/v1/retention-rules"):
        due = await gateway.get(f"/v1/retention-rules/{rule['id']}/preview")
        said.append(f"{rule['resource']} after {rule['keep_days']:,} days: {due['count']} due ({rule['status']})")
    return "Retention: " + "; ".join(said)
