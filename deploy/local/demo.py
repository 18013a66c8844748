"""`alliance demo`: the demo alliance, into the stack that is up or into one started for it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial

from deploy.databases import url_of
from deploy.local import state
from deploy.local.network import is_ready, url_at
from deploy.local.settings import LocalSettings
from deploy.local.up import up
from deploy.refusal import Refusal

READY_WITHIN = 120.0  # seconds, for a stack that is being started elsewhere
KEY_LASTS = timedelta(hours=1)


async def load(settings: LocalSettings) -> None:
    """Load the demo alliance, starting a stack for it when none is up."""
    if state.is_held(settings.var):
        await _load(settings)
    else:
        await up(settings, then=partial(_load, settings))


async def _load(settings: LocalSettings) -> None:
    from deploy.demo.gateway import Refused, Unreachable
    from deploy.demo.load import load as load_demo
    from gateway.accounts import create_key, list_keys, revoke_key
    from services.contracts.scopes import SCOPES

    base_url, database_url = url_at(await _gateway(settings)), url_of("gateway")
    key = await create_key(database_url, "demo", sorted(SCOPES), None, datetime.now(UTC) + KEY_LASTS)
    try:
        await load_demo(base_url, key, settings.var.root / "demo")
    except (Refused, Unreachable) as failure:
        raise Refusal(str(failure)) from failure
    finally:
        for listed in await list_keys(database_url):
            if key.startswith(listed.hint):
                await revoke_key(database_url, listed.id)


async def _gateway(settings: LocalSettings) -> tuple[str, int]:
    """Where the gateway is, once it can serve."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            address = state.gateway_address(settings.var)
        except Refusal:
            if not state.is_held(settings.var):
                raise
        else:
            if await is_ready(address):
                return address
        await asyncio.sleep(0.2)
    raise Refusal(f"The gateway was not ready within {READY_WITHIN:.0f} s; see `alliance status`.")
