"""Every list of events as a file, and with its facets."""

import json

from services.kit.errors import Invalid
from tests.factories.events import an_event
from tests.wire.api import Api, assert_problem
from tests.wire.exports import check_facets, check_files


async def test_every_list_comes_in_every_form(events: Api) -> None:
    await check_files(events)


async def test_every_list_counts_its_facets(events: Api) -> None:
    await check_facets(events)


async def test_a_filter_called_like_the_file_s_form_is_asked_by_another_name(events: Api) -> None:
    for form in ("online", "on_site"):
        await events.made("/v1/events", an_event(format=form))
    reply = await events.get("/v1/events/export?format=jsonl&filter.format=online")
    assert {json.loads(line)["format"] for line in reply.text.splitlines()} == {"online"}
    assert_problem(await events.get("/v1/events/export?format=online"), Invalid, pointer="format")
