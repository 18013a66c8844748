"""The handlers of the fast reads: a list, a record, an export (docs/adr/0003)."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from services.kit import etag
from services.kit.auth import Caller
from services.kit.custom.asking import rows_query
from services.kit.disclosure import HEADER, Tell, stating
from services.kit.errors import Moved, NotFound
from services.kit.export.answering import Exporter
from services.kit.export.describing import describe
from services.kit.listing import SELECTION, Selection, read_query
from services.kit.reading import Resource
from services.kit.rights import withheld
from services.kit.runtime import Runtime, runtime_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def list_reader(resource: Resource[Any]) -> Handler:
    """Answers pages of a list."""

    async def read(request: Request) -> Response:
        runtime, caller = runtime_of(request), request.state.caller
        query = await rows_query(runtime, resource, caller, resource.query, request.scope["query_string"])
        caller, tell = _stating(runtime, resource, request, query)
        body = await resource.page(runtime.read, caller, query, runtime.cursors, tell=tell)
        return Response(body, headers=withheld(resource, caller, query.fields), media_type=_media_type(query))

    return read


def _stating(
    runtime: Runtime, resource: Resource[Any], request: Request, query: Selection
) -> tuple[Caller, Tell | None]:
    """The caller with the purpose the request states, and where what is sensitive is told."""
    caller: Caller = request.state.caller
    if not resource.asks_purpose:
        return caller, None
    return stating(caller, request.headers.get(HEADER), query.stated), runtime.tell


def _media_type(query: Selection) -> str:
    # A record of which only some fields are sent does not fit the record's schema, and says so.
    return SELECTION if query.fields else "application/json"


def one_reader(resource: Resource[Any], selection: type[Any]) -> Handler:
    """Answers single records."""

    async def read(request: Request) -> Response:
        runtime, scope = runtime_of(request), request.scope
        if_none_match = etag.if_none_match_of(request)
        try:
            id = UUID(str(scope["path_params"]["id"]))
        except ValueError as error:
            raise NotFound(f"There is no {resource.name} with this id; ids are UUIDs.") from error
        chosen = read_query(selection, scope["query_string"])
        values = {name: getattr(chosen, name) for name in resource.parameters}
        caller, tell = _stating(runtime, resource, request, chosen)
        item = await resource.one(
            runtime.read, caller, id, fields=chosen.fields, expand=chosen.embedded, values=values, tell=tell
        )
        if item is None:
            raise NotFound(f"There is no {resource.name} with this id, or it is not yours to see.")
        # Another service keeps copies of merged records as well, and asks for just that one.
        if item.moved_to is not None and caller.via is None and caller.kind != "service":
            raise Moved(f"{resource.path}/{item.moved_to}")
        tag = etag.of(item)
        if etag.unchanged(if_none_match, tag):
            return Response(status_code=304, headers={"ETag": tag})
        headers = {"ETag": tag, **withheld(resource, caller, chosen.fields)}
        return Response(item.body, media_type=_media_type(chosen), headers=headers)

    return read


def exporter(resource: Resource[Any]) -> tuple[Handler, type[Any], dict[str, Any]]:
    """What answers a list's export, its parameters, and what the document says of it."""
    answers = Exporter(resource)
    return answers.answer, answers.query, describe(resource)
