"""A request to one operation: what all of them have in common, around the endpoint.

Order of a request: credential → scope → form (media type, If-Match, known parameters) → the endpoint, in one
transaction when it writes → idempotency record → commit → response. A 2xx is never sent before the commit.
"""

import functools
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit import etag
from services.kit.auth import Caller
from services.kit.bulk import PUBLIC_URL
from services.kit.custom.declared import NONE_REQUIRED
from services.kit.disclosure import HEADER, stating
from services.kit.errors import Problem
from services.kit.form import StrictRequest, check_write, flag, refuse_unknown
from services.kit.idempotency import Attempt, key_of
from services.kit.policy import Policy
from services.kit.readers import Handler
from services.kit.runtime import Runtime, runtime_of

TELL = "tell"
"""Key of `session.info`: how an answer that shows sensitive fields is put on record (kit.disclosure.Tell)."""


class Route(APIRoute):
    """One operation."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, policy: Policy, **kwargs: Any) -> None:
        self.policy = policy
        super().__init__(path, endpoint, **kwargs)

    def get_route_handler(self) -> Handler:
        inner, policy = super().get_route_handler(), self.policy
        known = policy.parameters | {p.alias for p in self.dependant.query_params}

        async def handle(request: Request) -> Response:
            request = StrictRequest(request.scope, request.receive)
            runtime = runtime_of(request)
            caller = await runtime.authenticate(request)
            policy.admit(caller)
            request.state.caller = caller
            if policy.read is not None:
                return await policy.read(request)
            request.state.caller = caller = stating(caller, request.headers.get(HEADER))
            refuse_unknown(request.query_params, known)
            if not policy.writes:
                return await inner(request)
            await check_write(request, conditional=policy.conditional, streams=policy.streams)
            _refuse_malformed(request, policy)
            if policy.prepare is not None:
                request.state.prepared = await policy.prepare(request, caller)
            if policy.turn is None:
                return await _in_transaction(request, runtime, caller, policy, inner)
            async with policy.turn(request):
                return await _in_transaction(request, runtime, caller, policy, inner)

        return handle


def _refuse_malformed(request: Request, policy: Policy) -> None:
    """What is not what the document says is told before anything is looked up, waited for or asked of others."""
    if policy.conditional:
        if_match_of(request)
    if policy.keyed:
        key_of(request)
    if policy.rehearses:
        flag(request.query_params, "dry_run")


async def _in_transaction(
    request: Request, runtime: Runtime, caller: Caller, policy: Policy, inner: Handler
) -> Response:
    session = runtime.database.sessions()
    try:
        return await _worked(request, runtime, caller, policy, inner, session)
    finally:
        if session.in_transaction():
            await session.__aexit__(None, None, None)  # to its end, also when the request is broken off meanwhile
        else:
            session.sync_session.close()  # it has no connection, so there is nothing to wait for


async def _worked(
    request: Request, runtime: Runtime, caller: Caller, policy: Policy, inner: Handler, session: AsyncSession
) -> Response:
    dry_run = policy.rehearses and flag(request.query_params, "dry_run")
    request.state.session = session
    session.info[PUBLIC_URL] = runtime.settings.public_url
    attempt = await Attempt.of(request, caller) if policy.keyed else None
    if dry_run:
        attempt = None
    # What is shown for a purpose is not kept to be shown again, and a dry run leaves nothing on record.
    if attempt is None and not dry_run:
        session.info[TELL] = functools.partial(runtime.tell_within, session)
    if attempt is not None:
        asking = None if policy.creates is None else policy.creates.requires_any
        if (earlier := await attempt.earlier(session, asking=asking)) is not None:
            return earlier
        session.info[NONE_REQUIRED] = not attempt.told
    try:
        response = await inner(request)
    except Problem:
        # A use that ended just as this one began may be why: then its answer is this one's, too.
        await session.rollback()
        if attempt is not None and (earlier := await attempt.earlier(session)) is not None:
            return earlier
        raise
    if dry_run:
        # What a commit would check is checked, too.
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        await session.rollback()
        response.headers["Dry-Run"] = "true"
        return response
    if attempt is not None and response.status_code < 400:
        await attempt.store(session, response)
    await session.commit()
    return response


def if_match_of(request: Request) -> etag.IfMatch:
    """The state a request wants a record to be in. Raises what `IfMatch.of` does."""
    return etag.IfMatch.of(",".join(request.headers.getlist("if-match")))
