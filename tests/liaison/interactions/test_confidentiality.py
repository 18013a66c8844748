"""What is confidential shows nowhere to those without the scope: not in rows, counts, dates, embeds or the feed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest_asyncio

from services.kit.errors import Conflict, Forbidden, NotFound
from tests.factories.liaison import a_colleague, a_contact, a_counterpart, a_follow_up, an_interaction
from tests.wire.api import Api, assert_problem
from tests.wire.facets import counted

SECRET = "Quiet sounding"


@dataclass
class Case:
    """A counterpart with one normal interaction, one confidential, and a follow-up of each."""

    counterpart: dict[str, Any]
    contact: dict[str, Any]
    normal: dict[str, Any]
    secret: dict[str, Any]
    normal_todo: dict[str, Any]
    secret_todo: dict[str, Any]


@pytest_asyncio.fixture
async def case(liaison: Api) -> AsyncIterator[Case]:
    mission = await liaison.made("/v1/counterparts", a_counterpart(contact_cadence_days=30, tags=["case"]))
    contact = await liaison.made("/v1/contacts", a_contact(mission["id"]))
    normal = await liaison.made("/v1/interactions", an_interaction(mission["id"], occurred_on="2026-01-10"))
    body = an_interaction(
        mission["id"],
        occurred_on="2026-02-20",
        subject={"en": SECRET},
        confidentiality="confidential",
        contact_ids=[contact["id"]],
    )
    secret = await liaison.made("/v1/interactions", body)
    todos = [
        await liaison.made(
            "/v1/follow-ups",
            a_follow_up(mission["id"], interaction_id=of["id"], subject={"en": f"{SECRET} next"}),
        )
        for of in (normal, secret)
    ]
    yield Case(mission, contact, normal, secret, todos[0], todos[1])


async def ids(api: Api, path: str, **query: Any) -> set[str]:
    rows = await api.items(path, **query)
    total = (await api.get(path, params={**query, "count": "true", "limit": 1})).json()["total"]
    assert total == len(rows)
    return {row["id"] for row in rows}


async def test_lists_counts_filters_and_searches_pass_it_over(liaison: Api, officer: Api, case: Case) -> None:
    of = {"counterpart_id": case.counterpart["id"]}
    for query in (
        of,
        {**of, "occurred_on.gte": "2026-01-01"},
        {**of, "sort": "-occurred_on"},
        {**of, "confidentiality": ["normal", "confidential"]},
    ):
        assert await ids(officer, "/v1/interactions", **query) == {case.normal["id"]}
        assert await ids(liaison, "/v1/interactions", **query) == {case.normal["id"], case.secret["id"]}
    for query in (
        {**of, "q": SECRET},
        {**of, "confidentiality": "confidential"},
        {"contact_id": case.contact["id"]},
        {**of, "occurred_on.gte": "2026-02-01"},
    ):
        assert await ids(officer, "/v1/interactions", **query) == set()
        assert await ids(liaison, "/v1/interactions", **query) == {case.secret["id"]}


async def test_follow_ups_of_it_are_hidden_with_it(liaison: Api, officer: Api, case: Case) -> None:
    for query in (
        {"counterpart_id": case.counterpart["id"]},
        {"counterpart_id": case.counterpart["id"], "overdue": "true"},
        {"counterpart_id": case.counterpart["id"], "q": SECRET},
        {"interaction_id": [case.normal["id"], case.secret["id"]]},
    ):
        assert await ids(officer, "/v1/follow-ups", **query) == {case.normal_todo["id"]}
        both = {case.normal_todo["id"], case.secret_todo["id"]}
        assert await ids(liaison, "/v1/follow-ups", **query) == both


async def test_reads_and_writes_say_it_is_not_there(liaison: Api, officer: Api, case: Case) -> None:
    for path in (f"/v1/interactions/{case.secret['id']}", f"/v1/follow-ups/{case.secret_todo['id']}"):
        assert (await liaison.get(path)).status_code == 200
        assert_problem(await officer.get(path), NotFound)
        assert_problem(await officer.patch(path, {"subject": {"en": "x"}}, if_match="*"), NotFound)
        assert_problem(await officer.delete(path, if_match="*"), NotFound)
    body = a_follow_up(case.counterpart["id"], interaction_id=case.secret["id"])
    refused = assert_problem(await officer.post("/v1/follow-ups", body), NotFound)
    absent = assert_problem(
        await officer.post("/v1/follow-ups", {**body, "interaction_id": case.counterpart["id"]}), NotFound
    )
    assert refused["detail"] == absent["detail"]


async def test_embeds_show_what_the_record_shows(liaison: Api, officer: Api, case: Case) -> None:
    path, expand = f"/v1/follow-ups/{case.normal_todo['id']}", {"expand": "interaction"}
    shown = (await officer.get(path, params=expand)).json()
    assert shown["interaction"]["id"] == case.normal["id"]
    rows = await officer.items("/v1/follow-ups", counterpart_id=case.counterpart["id"], expand="interaction")
    assert SECRET not in str([row["interaction"] for row in rows])


async def test_the_last_contact_is_that_of_what_one_may_see(liaison: Api, officer: Api, case: Case) -> None:
    path = f"/v1/counterparts/{case.counterpart['id']}"
    seen, known = (await officer.get(path)).json(), (await liaison.get(path)).json()
    assert (seen["last_contact_on"], seen["next_due_on"]) == ("2026-01-10", "2026-02-09")
    assert (known["last_contact_on"], known["next_due_on"]) == ("2026-02-20", "2026-03-22")
    due = {"tag": "case", "due": "true", "as_of": "2026-03-01", "sort": "next_due_on"}
    assert case.counterpart["id"] in await ids(officer, "/v1/counterparts", **due)
    assert case.counterpart["id"] not in await ids(liaison, "/v1/counterparts", **due)


async def test_logging_it_leaves_no_trace_on_the_counterpart(liaison: Api, officer: Api) -> None:
    mission = await liaison.made("/v1/counterparts", a_counterpart(contact_cadence_days=30))
    path = f"/v1/counterparts/{mission['id']}"
    before = await officer.get(path)
    body = an_interaction(mission["id"], confidentiality="confidential")
    made = await liaison.made("/v1/interactions", body)
    for change in ({"occurred_on": "2026-04-01"}, {"subject": {"en": "Other"}}):
        await liaison.patch(f"/v1/interactions/{made['id']}", change)
        after = await officer.get(path)
        assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
    assert await feed(officer, made["id"]) == []


async def test_sorting_by_last_contact_tells_nothing(liaison: Api, officer: Api) -> None:
    made = []
    for n in range(3):
        mission = await liaison.made("/v1/counterparts", a_counterpart(tags=["sorted"]))
        made.append(mission["id"])
        await liaison.made("/v1/interactions", an_interaction(mission["id"], occurred_on=f"2026-01-0{n + 1}"))
    secret = an_interaction(made[0], occurred_on="2026-02-01", confidentiality="confidential")
    await liaison.made("/v1/interactions", secret)
    query = {"tag": "sorted", "sort": "last_contact_on", "limit": 1}
    assert [row["id"] for row in await officer.items("/v1/counterparts", **query)] == made
    known = [row["id"] for row in await liaison.items("/v1/counterparts", **query)]
    assert known == [made[1], made[2], made[0]]


async def test_writing_it_needs_the_scope(liaison: Api, officer: Api, case: Case) -> None:
    body = an_interaction(case.counterpart["id"], confidentiality="confidential")
    assert_problem(await officer.post("/v1/interactions", body), Forbidden)
    bulk = await officer.post("/v1/interactions/bulk", {"items": [body, {**body, "confidentiality": "normal"}]})
    assert [result["status"] for result in bulk.json()["results"]] == [403, 201]
    path = f"/v1/interactions/{case.normal['id']}"
    assert_problem(await officer.patch(path, {"confidentiality": "confidential"}), Forbidden)
    assert (await officer.patch(path, {"confidentiality": "normal"})).status_code == 200


async def feed(api: Api, *resource_ids: str) -> list[str]:
    changes = await api.items("/v1/liaison/changes", resource_id=list(resource_ids))
    return [change["type"].removeprefix("liaison.") for change in changes]


async def test_the_feed_tells_only_those_who_may_know(liaison: Api, officer: Api, case: Case) -> None:
    everything = [case.normal["id"], case.secret["id"], case.normal_todo["id"], case.secret_todo["id"]]
    assert await feed(officer, *everything) == ["interaction.created", "follow_up.created"]
    assert len(await feed(liaison, *everything)) == 4
    total = (await officer.get("/v1/liaison/changes", params={"resource_id": everything, "count": "true"})).json()
    assert total["total"] == 2


async def test_becoming_confidential_hides_the_past_too(liaison: Api, officer: Api, case: Case) -> None:
    gone = await liaison.made("/v1/follow-ups", a_follow_up(case.counterpart["id"], interaction_id=case.normal["id"]))
    await liaison.delete(f"/v1/follow-ups/{gone['id']}")
    of_it = [case.normal["id"], case.normal_todo["id"], gone["id"]]
    assert len(await feed(officer, *of_it)) == 4
    change = {"confidentiality": "confidential", "subject": {"en": "Now it matters"}}
    now = (await liaison.patch(f"/v1/interactions/{case.normal['id']}", change)).json()
    assert (now["confidentiality"], now["version"]) == ("confidential", 2)
    assert await feed(officer, *of_it) == []
    told = await feed(liaison, *of_it)
    assert (len(told), told[-1]) == (5, "interaction.classified")
    assert_problem(await officer.get(f"/v1/follow-ups/{case.normal_todo['id']}"), NotFound)
    todo = (await liaison.get(f"/v1/follow-ups/{case.normal_todo['id']}")).json()
    assert (todo["confidentiality"], todo["version"]) == ("confidential", 1)
    seen = (await officer.get(f"/v1/counterparts/{case.counterpart['id']}")).json()
    assert seen["last_contact_on"] is None


async def test_becoming_normal_shows_it_and_not_its_past(liaison: Api, officer: Api, case: Case) -> None:
    change = {"confidentiality": "normal", "subject": {"en": "Open talk"}}
    now = (await liaison.patch(f"/v1/interactions/{case.secret['id']}", change)).json()
    assert (now["confidentiality"], now["version"]) == ("normal", 3)
    assert (await officer.get(f"/v1/interactions/{case.secret['id']}")).json() == now
    assert (await officer.get(f"/v1/follow-ups/{case.secret_todo['id']}")).status_code == 200
    changes = await officer.items("/v1/liaison/changes", resource_id=case.secret["id"])
    assert [change["type"] for change in changes] == ["liaison.interaction.declassified"]
    assert changes[0]["after"] == {"confidentiality": "normal"}
    assert SECRET not in str(changes)
    types = await feed(liaison, case.secret["id"])
    assert types == ["interaction.created", "interaction.updated", "interaction.declassified"]
    seen = (await officer.get(f"/v1/counterparts/{case.counterpart['id']}")).json()
    assert seen["last_contact_on"] == "2026-02-20"


async def test_a_counterpart_with_only_that_is_in_use_all_the_same(liaison: Api, officer: Api) -> None:
    mission = await liaison.made("/v1/counterparts", a_counterpart())
    await liaison.made("/v1/interactions", an_interaction(mission["id"], confidentiality="confidential"))
    reply = await officer.delete(f"/v1/counterparts/{mission['id']}")
    assert reply.status_code == Conflict.status


async def test_facets_do_not_count_it(liaison: Api, officer: Api, embassy: dict[str, Any]) -> None:
    wei = f"user:{uuid4()}"
    for confidentiality in ("normal", "confidential"):
        ours = [a_colleague("Wei", wei), a_colleague("A guest")]
        talk = await liaison.made(
            "/v1/interactions", an_interaction(embassy["id"], confidentiality=confidentiality, ours=ours)
        )
        await liaison.made("/v1/follow-ups", a_follow_up(embassy["id"], interaction_id=talk["id"]))
    for path, names in (
        ("/v1/interactions", ["confidentiality", "colleague"]),
        ("/v1/follow-ups", ["confidentiality"]),
    ):
        whole = await counted(liaison, path, names, counterpart_id=embassy["id"])
        seen = await counted(officer, path, names, counterpart_id=embassy["id"])
        assert (whole["confidentiality"], seen["confidentiality"]) == ({"confidential": 1, "normal": 1}, {"normal": 1})
        if "colleague" in names:
            assert (whole["colleague"], seen["colleague"]) == ({wei: 2}, {wei: 1})
