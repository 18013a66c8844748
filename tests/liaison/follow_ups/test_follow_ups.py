"""Follow-ups: made, found, closed and reopened, removed."""

from typing import Any
from uuid import uuid4

import pytest

from services.contracts.liaison.follow_up import FollowUp
from services.kit.errors import Contradiction, Invalid, NotFound, PreconditionFailed
from tests.factories.liaison import a_colleague, a_counterpart, a_follow_up, an_interaction
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

LIN = f"user:{uuid4()}"


async def test_creates_and_answers_with_the_record(liaison: Api, embassy: dict[str, Any]) -> None:
    reply = await liaison.post("/v1/follow-ups", a_follow_up(embassy["id"], note={"zh": "附地图"}))
    assert reply.status_code == 201, reply.text
    made = FollowUp.model_validate(reply.json())
    assert (made.status, made.closed_at, made.confidentiality, made.overdue) == ("open", None, "normal", True)
    read = await liaison.get(reply.headers["location"])
    assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])


@pytest.mark.parametrize("missing", ["owner", "due_on", "subject", "counterpart_id"])
async def test_needs_an_owner_a_day_and_a_subject(liaison: Api, embassy: dict[str, Any], missing: str) -> None:
    body = a_follow_up(embassy["id"])
    del body[missing]
    assert_problem(await liaison.post("/v1/follow-ups", body), Invalid, pointer=f"/{missing}")


async def test_owner_and_day_can_be_changed_and_not_cleared(liaison: Api, embassy: dict[str, Any]) -> None:
    made = await liaison.made("/v1/follow-ups", a_follow_up(embassy["id"]))
    path = f"/v1/follow-ups/{made['id']}"
    for name in ("owner", "due_on"):
        reply = await liaison.patch(path, {name: None})
        assert reply.status_code == 422
    now = (await liaison.patch(path, {"owner": a_colleague("Wu", LIN), "due_on": "2999-01-01"})).json()
    assert (now["owner"]["name"], now["overdue"]) == ("Wu", False)


async def test_belongs_to_the_counterpart_of_its_interaction(liaison: Api, embassy: dict[str, Any]) -> None:
    assert_problem(await liaison.post("/v1/follow-ups", a_follow_up(str(uuid4()))), NotFound)
    body = a_follow_up(embassy["id"], interaction_id=str(uuid4()))
    assert_problem(await liaison.post("/v1/follow-ups", body), NotFound)
    other = await liaison.made("/v1/counterparts", a_counterpart())
    met = await liaison.made("/v1/interactions", an_interaction(other["id"]))
    body = a_follow_up(embassy["id"], interaction_id=met["id"])
    assert_problem(await liaison.post("/v1/follow-ups", body), Contradiction, pointer="/interaction_id")


async def test_is_done_dropped_and_opened_again(liaison: Api, signer: Signer, embassy: dict[str, Any]) -> None:
    me = f"user:{uuid4()}"
    colleague = liaison.as_(signer.token(me, "staff", ["liaison:read", "liaison:write"]))
    made = await liaison.made("/v1/follow-ups", a_follow_up(embassy["id"]))
    path = f"/v1/follow-ups/{made['id']}"
    done = (await colleague.patch(path, {"status": "done"})).json()
    assert (done["status"], done["closed_by"], done["overdue"]) == ("done", me, False)
    assert done["closed_at"] is not None
    assert (await colleague.patch(path, {"status": "done"})).json() == done
    dropped = (await liaison.patch(path, {"status": "dropped"})).json()
    assert dropped["closed_by"] != me
    again = (await liaison.patch(path, {"status": "open"})).json()
    assert (again["status"], again["closed_at"], again["closed_by"]) == ("open", None, None)
    types = [c["type"] for c in await liaison.items("/v1/liaison/changes", resource_id=made["id"])]
    assert types == [f"liaison.follow_up.{verb}" for verb in ("created", "done", "dropped", "reopened")]


async def test_a_stale_change_is_refused(liaison: Api, embassy: dict[str, Any]) -> None:
    made = await liaison.made("/v1/follow-ups", a_follow_up(embassy["id"]))
    path = f"/v1/follow-ups/{made['id']}"
    tag = (await liaison.get(path)).headers["etag"]
    await liaison.patch(path, {"status": "done"})
    assert_problem(await liaison.patch(path, {"status": "dropped"}, if_match=tag), PreconditionFailed)
    assert_problem(await liaison.delete(path, if_match=tag), PreconditionFailed)


async def test_filters_and_sorts(liaison: Api) -> None:
    organisation_id = str(uuid4())
    mission = await liaison.made("/v1/counterparts", a_counterpart(organisation_id=organisation_id))
    met = await liaison.made("/v1/interactions", an_interaction(mission["id"]))
    bodies = [
        {"due_on": "2026-01-03", "owner": a_colleague("Lin", LIN)},
        {"due_on": "2026-01-01", "interaction_id": met["id"]},
        {"due_on": "2026-01-02", "owner": a_colleague("Owner By Name")},
    ]
    made = [await liaison.made("/v1/follow-ups", a_follow_up(mission["id"], **body)) for body in bodies]
    await liaison.patch(f"/v1/follow-ups/{made[2]['id']}", {"status": "done"})
    for query, expected in (
        ({"sort": "due_on"}, [1, 2, 0]),
        ({"sort": "-due_on"}, [0, 2, 1]),
        ({"sort": "closed_at,due_on"}, [2, 1, 0]),
        ({"sort": "-closed_at,due_on"}, [2, 1, 0]),
        ({"status": "open", "sort": "due_on"}, [1, 0]),
        ({"overdue": "true", "as_of": "2026-01-03", "sort": "due_on"}, [1]),
        ({"overdue": "false", "as_of": "2026-01-03", "sort": "due_on"}, [2, 0]),
        ({"owner": LIN}, [0]),
        ({"owner": ["Owner By Name", LIN]}, [0, 2]),
        ({"interaction_id": met["id"]}, [1]),
        ({"organisation_id": organisation_id, "due_on.lte": "2026-01-02"}, [1, 2]),
        ({"closed_at.gte": "2026-01-01T00:00:00Z"}, [2]),
        ({"q": "Owner By Name"}, [2]),
    ):
        found = await liaison.items("/v1/follow-ups", counterpart_id=mission["id"], limit=1, **query)
        assert [row["id"] for row in found] == [made[n]["id"] for n in expected], query


async def test_embeds_counterpart_and_interaction(liaison: Api, embassy: dict[str, Any]) -> None:
    met = await liaison.made("/v1/interactions", an_interaction(embassy["id"]))
    made = await liaison.made("/v1/follow-ups", a_follow_up(embassy["id"], interaction_id=met["id"]))
    params = {"expand": ["counterpart", "interaction"]}
    body = (await liaison.get(f"/v1/follow-ups/{made['id']}", params=params)).json()
    assert body["counterpart"]["id"] == embassy["id"]
    assert body["interaction"] == {name: met[name] for name in ("id", "channel", "occurred_on", "subject")}


async def test_is_deleted(liaison: Api, embassy: dict[str, Any]) -> None:
    made = await liaison.made("/v1/follow-ups", a_follow_up(embassy["id"]))
    assert (await liaison.delete(f"/v1/follow-ups/{made['id']}")).status_code == 204
    assert_problem(await liaison.get(f"/v1/follow-ups/{made['id']}"), NotFound)
    assert_problem(await liaison.delete(f"/v1/follow-ups/{made['id']}", if_match="*"), NotFound)


async def test_bulk_answers_for_each_item(liaison: Api, embassy: dict[str, Any]) -> None:
    met = await liaison.made("/v1/interactions", an_interaction(embassy["id"], confidentiality="confidential"))
    items = [
        a_follow_up(embassy["id"], interaction_id=met["id"]),
        a_follow_up(str(uuid4())),
        a_follow_up(embassy["id"], interaction_id=str(uuid4())),
    ]
    reply = await liaison.post("/v1/follow-ups/bulk", {"items": items})
    results = reply.json()["results"]
    assert [result["status"] for result in results] == [201, 404, 404]
    made = (await liaison.get(f"/v1/follow-ups/{results[0]['id']}")).json()
    assert made["confidentiality"] == "confidential"
