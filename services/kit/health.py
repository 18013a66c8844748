"""`/livez`: the process runs. `/readyz`: it can serve. `/metrics`: Prometheus."""

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg import Error as PsycopgError

from services.contracts.scopes import PUBLIC
from services.kit.errors import Unavailable
from services.kit.routing import Routes
from services.kit.runtime import runtime_of


def health_routes() -> Routes:
    """The three operations; not part of the public document."""
    routes = Routes("", tag="Health")

    @routes.get("/livez", scope=PUBLIC, include_in_schema=False)
    async def live() -> Response:
        """Whether the process answers at all."""
        return Response("ok\n", media_type="text/plain")

    @routes.get("/readyz", scope=PUBLIC, include_in_schema=False)
    async def ready(request: Request) -> Response:
        """Whether it can serve: its database answers and it is not shutting down."""
        runtime = runtime_of(request)
        if runtime.closing:
            raise Unavailable("The process is shutting down.")
        try:
            await runtime.database.ping()
        except (PsycopgError, TimeoutError) as error:
            raise Unavailable("The database does not answer.") from error
        return Response("ok\n", media_type="text/plain")

    @routes.get("/metrics", scope=PUBLIC, include_in_schema=False)
    async def metrics() -> Response:
        """Counters and timings of this process."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes
