"""`/v1/api-keys`."""

from uuid import UUID

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.background import BackgroundTask

from gateway.callers import CurrentIdentity
from gateway.keys import actions
from gateway.keys.queries import API_KEYS
from services.contracts.gateway.api_key import ApiKeyCreate, ApiKeyIssued, ApiKeyRotation
from services.kit import etag
from services.kit.auth import Caller
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, shown

routes = Routes("/v1/api-keys", tag="API keys")
routes.reads(API_KEYS, scope="api-keys:read")


# No Idempotency-Key on these two: the stored answer would hold the secret, which must exist nowhere.
@routes.post(
    scope="api-keys:write",
    response=ApiKeyIssued,
    keyed=False,
    summary="Create an API key",
    description="The answer shows the key, once; only its hash is kept. You can give only scopes you hold yourself.",
)
async def create_api_key(new: ApiKeyCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create an API key."""
    id, secret = await actions.issue(session, caller, new)
    return await _issued(session, caller, id, secret)


@routes.post(
    "/{id}/rotations",
    scope="api-keys:write",
    response=ApiKeyIssued,
    keyed=False,
    refuses=(actions.KeyRevoked,),
    summary="Rotate an API key",
    description="Gives the key a new secret, shown once. The old one works on for `overlap_seconds`.",
)
async def rotate_api_key(id: UUID, rotation: ApiKeyRotation, session: WriteSession, caller: CurrentCaller) -> Response:
    """Rotate an API key."""
    return await _issued(session, caller, id, await actions.rotate(session, caller, id, rotation))


@routes.delete(
    "/{id}",
    scope="api-keys:write",
    summary="Revoke an API key",
    description="It stops working in every process within seconds, and stays listed as revoked.",
)
async def revoke_api_key(
    id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch, identity: CurrentIdentity
) -> Response:
    """Revoke an API key."""
    await actions.revoke(session, caller, id, if_match)
    return Response(status_code=204, background=BackgroundTask(identity.forget, f"key:{id}"))


async def _issued(session: AsyncSession, caller: Caller, id: UUID, secret: str) -> Response:
    item = await shown(session, caller, API_KEYS, id)
    record = ApiKeyIssued.model_validate_json(item.body[:-1] + b',"key":"' + secret.encode() + b'"}')
    headers = {"ETag": etag.of(item), "Location": f"{API_KEYS.path}/{id}"}
    return Response(record.model_dump_json(), 201, headers, "application/json")
