"""The gateway put together: its own application, and the front that everything comes through."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Route

from gateway.callers import FrontAuthenticator
from gateway.composed.audit import AuditLogs
from gateway.composed.audit import routes as audit
from gateway.composed.search import Searches
from gateway.composed.search import routes as search
from gateway.composed.since_last_contact import routes as since_last_contact
from gateway.composed.status import Board
from gateway.composed.status import routes as status
from gateway.composed.timeline import Timelines
from gateway.composed.timeline import routes as timeline
from gateway.document import Documents
from gateway.front import Front
from gateway.identity import Identity
from gateway.internal import Registry
from gateway.keys.routes import routes as keys
from gateway.keys.usage import keep_usage
from gateway.limiting import new_limiter
from gateway.me.routes import routes as me
from gateway.metrics import Observer, watch_in_flight
from gateway.proxy import Proxy
from gateway.roles.routes import routes as roles
from gateway.sessions.actions import Desk
from gateway.sessions.cleaning import CLEAN_SESSIONS
from gateway.sessions.routes import routes as sessions
from gateway.settings import GatewaySettings
from gateway.table import SERVICES
from gateway.tokens import Signer
from gateway.users.routes import routes as users
from gateway.web import Pages
from services.kit.app import build_app
from services.kit.runtime import Runtime
from services.kit.service import Service

SERVICE = Service(
    name="gateway",
    title="Gateway",
    description="Sign-in, users, roles, API keys, and what is put together from the services.",
    package="gateway",
    features=[sessions, me, users, roles, keys, audit, timeline, since_last_contact, search, status],
    tasks=[CLEAN_SESSIONS],
)


def build(settings: GatewaySettings) -> Front:
    """The gateway's application."""
    urls = {name: settings.url_of(name) for name in SERVICES}
    signer = Signer(settings.signing_jwks)
    limiter = new_limiter(settings.redis_url.get_secret_value() if settings.redis_url is not None else None)
    proxy = Proxy(
        urls,
        in_flight=settings.in_flight,
        per_service=settings.in_flight_per_service,
        at_once=settings.at_once_per_service,
    )

    @asynccontextmanager
    async def started(runtime: Runtime) -> AsyncIterator[None]:
        identity: Identity = app.state.identity
        watch_in_flight(proxy)
        running = [
            asyncio.create_task(documents.keep_fresh(), name="documents"),
            asyncio.create_task(keep_usage(runtime.database, identity), name="key-usage"),
        ]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            composed = (app.state.board, app.state.timelines, app.state.audit_logs, app.state.searches)
            for closing in (proxy, documents, limiter, *composed):
                with contextlib.suppress(OSError):
                    await closing.close()

    app = build_app(SERVICE, settings, authenticate=FrontAuthenticator(), started=started)
    documents = Documents(urls, app.openapi, settings.public_url)
    runtime: Runtime = app.state.runtime
    app.state.documents = documents
    app.state.identity = Identity(runtime.database, signer, office_country=settings.office_country)
    app.state.desk = Desk(runtime.database, settings, signer)
    app.state.board = Board(urls, documents)
    app.state.timelines = Timelines(urls)
    app.state.audit_logs = AuditLogs(urls)
    app.state.searches = Searches(urls)
    registry = Registry(settings, signer, limiter, runtime.database, app.state.identity)
    _add_plain_routes(app, registry, Pages(documents, settings.public_url))
    return Front(
        app,
        settings=settings,
        proxy=proxy,
        identity=app.state.identity,
        limiter=limiter,
        operations=lambda: documents.operations,
        unread=lambda: documents.missing,
        observe=Observer(log_all=settings.access_log == "all"),
    )


def _add_plain_routes(app: FastAPI, registry: Registry, pages: Pages) -> None:
    """Routes outside the API proper. They come first: `/openapi.json` takes the place of FastAPI's own."""
    app.router.routes[:0] = [
        Route("/.well-known/jwks.json", registry.keys, include_in_schema=False),
        Route("/internal/tokens", registry.token, methods=["POST"], include_in_schema=False),
        Route("/internal/users", registry.users, methods=["POST"], include_in_schema=False),
        *pages.routes(),
    ]
