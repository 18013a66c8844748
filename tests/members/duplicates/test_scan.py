"""A scan looks at all records, says how far it is, can be cancelled and goes on after a crash."""

from typing import Any
from uuid import UUID

from sqlalchemy import text, update

from services.contracts.members.duplicate import DuplicateScan
from services.kit.errors import Forbidden
from services.members.features.duplicates.actions import ScanEnded, ScanRunning
from services.members.features.duplicates.scanning import scan_for_duplicates
from services.members.tables.duplicate import DuplicateScanRow
from tests.factories.members import an_organisation
from tests.members.contract import exactly
from tests.members.duplicates.looking import CANDIDATES, candidates_of
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

SCANS = "/v1/duplicate-scans"


async def scanned(members: Api, resource: str = "organisations") -> dict[str, Any]:
    """Ask for a scan and do it."""
    made = await members.made(SCANS, {"resource": resource})
    await scan_for_duplicates.run(members.runtime, scan_id=made["id"])
    reply = await members.get(f"{SCANS}/{made['id']}")
    exactly(DuplicateScan, reply.content)
    found: dict[str, Any] = reply.json()
    return found


async def two(members: Api, zh: str, other: str) -> dict[str, Any]:
    one = await members.made("/v1/organisations", an_organisation(names={"zh": zh}))
    await members.made("/v1/organisations", an_organisation(names={"zh": other}))
    return one


async def test_finds_what_was_there_before_and_keeps_decisions(members: Api) -> None:
    one = await two(members, "乌蒙大草原景区", "烏蒙大草原景區")
    done = await scanned(members)
    assert (done["state"], done["indexed"], done["compared"]) == ("done", done["records"], done["records"])
    assert done["found"] >= 1
    assert done["finished_at"] is not None
    (found,) = await candidates_of(members, one)
    await members.post(f"{CANDIDATES}/{found['id']}/dismissals", {})
    await scanned(members)
    (again,) = await candidates_of(members, one)
    assert again["status"] == "dismissed"
    told = await members.items("/v1/members/changes", resource_id=done["id"])
    assert [change["type"] for change in told] == [
        "members.duplicate_scan.created",
        "members.duplicate_scan.finished",
    ]


async def test_persons_are_scanned_too_and_an_empty_table_is_no_trouble(members: Api) -> None:
    done = await scanned(members, "persons")
    assert (done["state"], done["records"], done["found"]) == ("done", 0, 0)


async def test_goes_on_where_it_was_broken_off(members: Api) -> None:
    one = await two(members, "马岭河峡谷景区", "馬嶺河峽谷景區")
    made = await members.made(SCANS, {"resource": "organisations"})
    async with members.runtime.database.transaction() as session:
        # As if the worker had been killed after it had indexed all, and compared nothing.
        await session.execute(text("DELETE FROM match_key"))
        await session.execute(
            update(DuplicateScanRow).where(DuplicateScanRow.id == UUID(made["id"])).values(state="indexing")
        )
    for _ in range(2):  # a job may run twice
        await scan_for_duplicates.run(members.runtime, scan_id=made["id"])
    assert (await members.get(f"{SCANS}/{made['id']}")).json()["state"] == "done"
    assert len(await candidates_of(members, one)) >= 1


async def test_one_at_a_time_can_be_cancelled(members: Api) -> None:
    made = await members.made(SCANS, {"resource": "organisations"})
    assert_problem(await members.post(SCANS, {"resource": "organisations"}), ScanRunning)
    for _ in range(2):
        reply = await members.post(f"{SCANS}/{made['id']}/cancellations")
        assert (reply.status_code, reply.json()["state"]) == (200, "cancelled")
    await scan_for_duplicates.run(members.runtime, scan_id=made["id"])
    assert (await members.get(f"{SCANS}/{made['id']}")).json()["compared"] == 0
    done = await scanned(members)
    assert_problem(await members.post(f"{SCANS}/{done['id']}/cancellations"), ScanEnded)


async def test_needs_the_right_to_write_the_records(members: Api, signer: Signer) -> None:
    clerk = members.as_(signer.staff("members:read", "members:write", "persons:read"))
    assert_problem(await clerk.post(SCANS, {"resource": "persons"}), Forbidden)
    organisation = await members.made("/v1/organisations", an_organisation())
    partner = members.as_(signer.partner(organisation["id"]))
    assert_problem(await partner.post(SCANS, {"resource": "organisations"}), Forbidden)
    assert await partner.items(SCANS) == []


async def test_a_dry_run_starts_nothing(members: Api) -> None:
    reply = await members.post(f"{SCANS}?dry_run=true", {"resource": "organisations"})
    assert reply.status_code == 201
    assert (await members.items(SCANS, state="waiting")) == []
