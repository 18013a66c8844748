"""Waiting for what a worker does."""

import asyncio
import time
from collections.abc import Collection

from deploy.demo.gateway import Gateway, Json, Unreachable

_PATIENCE = 120.0


async def until(gateway: Gateway, path: str, states: Collection[str]) -> Json:
    """The record once it is in one of the states. `Unreachable` when that takes too long."""
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        found = await gateway.get(path)
        if found["state"] in states:
            return found
        await asyncio.sleep(0.1)
    raise Unreachable(f"{path} was {found['state']} for {_PATIENCE:.0f} s; are the workers up?")
