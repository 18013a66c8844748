"""Rows of one file about one person, however far apart: rehearsed as they are run, and none is lost."""

from typing import Any
from uuid import uuid4

from tests.members.imports.sending import imported, problems, rows_of, worked_off
from tests.wire.api import Api

HEADER = "name,email,phone\n"


def far_apart(m: str, first: str, *others: str) -> str:
    between = "".join(f"Between {m} {n},,\n" for n in range(1_050))
    return f"{HEADER}{first}\n{between}" + "".join(f"{one}\n" for one in others)


async def told(members: Api, done: dict[str, Any], *numbers: int) -> list[tuple[str, set[str]]]:
    rows = {row["number"]: row for row in await rows_of(members, done["id"])}
    return [(rows[number]["outcome"], problems(rows[number])) for number in numbers]


async def rehearsed_and_run(members: Api, content: str, *numbers: int, **query: Any) -> list[tuple[str, set[str]]]:
    """What became of these rows, which a rehearsal says as well."""
    checked = await imported(members, content, resource="persons", dry_run="true", **query)
    rehearsed = await told(members, checked, *numbers)
    assert (await members.post(f"/v1/imports/{checked['id']}/runs", {})).status_code == 200
    done = await worked_off(members, checked["id"])
    assert done["counts"] == checked["counts"]
    assert await told(members, done, *numbers) == rehearsed
    return rehearsed


async def test_a_row_is_not_lost_to_an_earlier_one_that_was_rejected(members: Api) -> None:
    m = uuid4().hex[:10]
    content = far_apart(m, f",{m}@example.org,", f"Ada Lin,{m}@example.org,", f"Ada Lin,{m}@example.org,+8613800000001")
    found = await rehearsed_and_run(members, content, 2, 1053, 1054)
    assert found == [("rejected", {"no_name"}), ("created", set()), ("updated", set())]
    (made,) = await members.items("/v1/persons", email=f"{m}@example.org")
    assert len(made["phones"]) == 1


async def test_a_rehearsal_tells_of_another_person_with_the_address_of_a_row_far_above(members: Api) -> None:
    m = uuid4().hex[:10]
    content = far_apart(m, f"Ada Lin,{m}@example.org,", f"Bo Wang,{m}@example.org,")
    found = await rehearsed_and_run(members, content, 2, 1053)
    assert found == [("created", set()), ("rejected", {"address_of_another"})]


async def test_a_rehearsal_tells_what_a_second_row_far_below_changes(members: Api) -> None:
    m = uuid4().hex[:10]
    one = f"Ada Lin,{m}@example.org,"
    content = far_apart(m, one, f"{one}13800000001", f"{one}13800000002", f"{one}13800000001")
    found = await rehearsed_and_run(members, content, 2, 1053, 1054, 1055)
    assert [outcome for outcome, _ in found] == ["created", "updated", "updated", "matched"]
    (made,) = await members.items("/v1/persons", email=f"{m}@example.org")
    assert len(made["phones"]) == 2


async def test_a_rehearsal_points_at_no_record_that_it_made(members: Api) -> None:
    m = uuid4().hex[:10]
    content = f"{HEADER}Ada Lin,{m}@example.org,\nAda Lin,{m}@example.org,+8613800000001\n"
    checked = await imported(members, content, resource="persons", dry_run="true")
    rows = await rows_of(members, checked["id"])
    assert [(row["outcome"], row["record_id"]) for row in rows] == [("created", None), ("updated", None)]


async def test_a_row_whose_role_cannot_be_given_is_rejected_where_that_is_asked(members: Api) -> None:
    m = uuid4().hex[:10]
    await members.made("/v1/organisations", {"names": {"en": f"Office {m}"}, "kind": "association"})
    header = "name,email,company,title,start date,end date\n"
    content = header + (
        f"Ada Lin,{m}a@example.org,Nobody {m},Clerk,,\n"
        f"Bo Wang,{m}b@example.org,Office {m},Clerk,2024-05-02,2024-05-01\n"
        f"Cy Wu,{m}c@example.org,Office {m},Clerk,2024-05-01,2024-05-31\n"
        f"Di Xu,{m}d@example.org,Office {m},{'x' * 5_000},,\n"
    )
    found = await rehearsed_and_run(members, content, 2, 3, 4, 5, on_invalid="reject")
    assert found[:3] == [
        ("rejected", {"no_such_organisation"}),
        ("rejected", {"ends_before_start"}),
        ("created", set()),
    ]
    assert found[3][0] == "rejected"
    for letter in "abd":
        assert await members.items("/v1/persons", email=f"{m}{letter}@example.org") == []
    (made,) = await members.items("/v1/persons", email=f"{m}c@example.org")
    assert len(await members.items("/v1/affiliations", person_id=made["id"])) == 1
    lenient = await imported(members, content, resource="persons")
    assert (lenient["counts"]["created"], lenient["counts"]["matched"]) == (3, 1)


async def test_a_role_that_is_refused_rejects_its_row_and_no_other(members: Api) -> None:
    m = uuid4().hex[:10]
    await members.made("/v1/organisations", {"names": {"en": f"Office {m}"}, "kind": "association"})
    loser, winner = [await members.made("/v1/persons", {"names": {"en": f"Ada {m}"}}) for _ in range(2)]
    merge = {"resource": "persons", "winner_id": winner["id"], "loser_id": loser["id"]}
    await members.made("/v1/merges", merge)
    content = (
        f"id,name,email,company,title\n{loser['id']},Ada {m},,Office {m},Guide\n"
        f",Bo Wang,{m}@example.org,Office {m},Clerk\n,Cy Wu,,,\n"
    )
    found = await rehearsed_and_run(members, content, 2, 3, 4, on_invalid="reject")
    assert found == [("rejected", {"person_merged_away"}), ("created", set()), ("created", set())]
    (made,) = await members.items("/v1/persons", email=f"{m}@example.org")
    assert len(await members.items("/v1/affiliations", person_id=made["id"])) == 1
    lenient = await imported(members, content.replace(m + "@", m + "x@"), resource="persons")
    assert (await told(members, lenient, 2)) == [("matched", {"person_merged_away"})]
