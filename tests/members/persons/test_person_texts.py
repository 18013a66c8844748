"""Channels on a day, and a person's texts that lag behind."""

from typing import Any
from uuid import uuid4

import pytest

from services.kit.errors import Forbidden, Invalid
from tests.factories.members import a_person, an_affiliation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

CHANNELS = [
    {"kind": "phone", "value": "0851 8555 0123", "valid_to": "2025-12-31"},
    {"kind": "phone", "value": "0851 8555 0124", "valid_from": "2026-01-01"},
    {"kind": "wechat", "value": "always", "purpose": "emergency"},
]


@pytest.mark.parametrize(("day", "valid"), [("2025-12-31", [0, 2]), ("2026-01-01", [1, 2]), (None, [0, 1, 2])])
async def test_shows_the_channels_of_a_day(members: Api, day: str | None, valid: list[int]) -> None:
    tag = uuid4().hex
    made = await members.made("/v1/persons", a_person(channels=CHANNELS, private_channels=CHANNELS, tags=[tag]))
    asked = {"purpose": "record_keeping", **({} if day is None else {"channels_on": day})}
    (listed,) = await members.items("/v1/persons", tag=tag, **asked)
    read = (await members.get(f"/v1/persons/{made['id']}", params=asked)).json()
    for person in (listed, read):
        for field in ("channels", "private_channels"):
            assert [one["value"] for one in person[field]] == [CHANNELS[n]["value"] for n in valid]


async def test_a_day_shows_no_more_than_the_caller_may_see(members: Api, signer: Signer) -> None:
    made = await members.made("/v1/persons", a_person(private_channels=CHANNELS))
    clerk = members.as_(signer.staff("persons:read"))
    assert "private_channels" not in (await clerk.get(f"/v1/persons/{made['id']}?channels_on=2026-01-01")).json()
    assert_problem(await clerk.get("/v1/persons?channels_on=today"), Invalid, pointer="channels_on")


async def test_titles_lag_behind_until_they_are_confirmed(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    tag = uuid4().hex
    titles = {"zh": "副教授", "en": "Associate Professor"}
    made = await members.made("/v1/persons", a_person(titles=titles, tags=[tag]))
    path = f"/v1/persons/{made['id']}"
    changed = (await members.patch(path, {"titles": {"zh": "教授"}})).json()
    assert changed["stale_texts"] == {"titles": ["en"]}
    assert [row["id"] for row in await members.items("/v1/persons", tag=tag, stale="true")] == [made["id"]]
    await members.made("/v1/affiliations", an_affiliation(made["id"], organisation["id"]))
    partner, any_state = members.as_(signer.partner(organisation["id"])), {"If-Match": "*"}
    assert "stale_texts" not in (await partner.get(path)).json()
    assert_problem(await partner.get("/v1/persons?stale=true"), Forbidden)
    confirmation = {"field": "titles"}
    refused = await partner.post(f"{path}/text-confirmations", confirmation, headers=any_state)
    assert_problem(refused, Forbidden)
    confirmed = await members.post(f"{path}/text-confirmations", confirmation, headers=any_state)
    assert (confirmed.status_code, confirmed.json()["stale_texts"]) == (200, {})
