"""The demo's organisation that is there twice: made, seen as a candidate, merged once."""

import asyncio

import httpx

from deploy.demo.duplicates import merge_twice_written
from deploy.demo.gateway import Gateway
from services.members.features.duplicates.following import follow
from tests.wire.api import Api
from tests.wire.callers import Signer


async def test_makes_two_and_merges_them_once(members: Api, signer: Signer) -> None:
    worker = asyncio.create_task(_look_until_stopped(members))
    try:
        transport = httpx.ASGITransport(members.app)
        async with Gateway("http://test", signer.staff(), transport) as gateway:
            merge = await merge_twice_written(gateway, lambda _: None)
            assert merge is not None
            [candidate] = await members.items("/v1/duplicate-candidates", record_id=merge["loser_id"])
            assert candidate["status"] == "merged"
            winner = (await members.get(f"/v1/organisations/{merge['winner_id']}")).json()
            assert (winner["city"], winner["website"]) == ("毕节", "https://wujiangyuan.example.org")
            assert await merge_twice_written(gateway, lambda _: None) is None
    finally:
        worker.cancel()


async def _look_until_stopped(members: Api) -> None:
    """As the worker does."""
    while True:
        await asyncio.to_thread(follow, members.runtime.database.conninfo)
        await asyncio.sleep(0.1)
