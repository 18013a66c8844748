"""Routes: every operation states its scope; what all requests have in common is in `kit.route`."""

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from fastapi import FastAPI, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import BaseRoute

from services.contracts.base import Page
from services.contracts.scopes import PUBLIC
from services.kit import etag
from services.kit.auth import Caller
from services.kit.errors import InvalidCursor, Moved, NotFound, Problem
from services.kit.given import Given, given
from services.kit.listing import selection_model
from services.kit.policy import Policy, Prepare, Turn
from services.kit.readers import Handler, exporter, list_reader, one_reader
from services.kit.reading import Item, Resource
from services.kit.route import TELL, Route, if_match_of
from services.kit.runtime import Runtime, runtime_of
from services.kit.statement import connection_of

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

# -- what endpoints ask for --------------------------------------------------------------------------------------------


def _session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def _prepared(request: Request) -> Any:
    return request.state.prepared


WriteSession = Annotated[AsyncSession, Given(_session)]
"""The request's transaction. The route commits it; endpoints and actions never do."""
CurrentCaller = Annotated[Caller, Given(_caller)]
IfMatch = Annotated[etag.IfMatch, Given(if_match_of)]
CurrentRuntime = Annotated[Runtime, Given(runtime_of)]
Prepared = Given(_prepared)
"""What the route's `prepare` answered: `standing: Annotated[Standing | None, Prepared]`."""


# -- answers -----------------------------------------------------------------------------------------------------------


async def shown(session: AsyncSession, caller: Caller, resource: Resource[Any], id: UUID) -> Item:
    """A record as the open transaction has it, in a read's bytes. `NotFound` when the caller may not see it."""
    connection = await connection_of(session)
    item = await resource.one(connection.fetch, caller, id, tell=session.info.get(TELL))
    if item is None:
        raise NotFound(f"There is no {resource.name} with this id, or it is not yours to see.")
    return item


async def answer(
    session: AsyncSession, caller: Caller, resource: Resource[Any], id: UUID, status: int = 200
) -> Response:
    """A write's response: the record as it now is, its ETag, and its address when it was made."""
    item = await shown(session, caller, resource, id)
    headers = {"ETag": etag.of(item)}
    if status == 201:
        headers["Location"] = f"{resource.path}/{id}"
    return Response(item.body, status, headers, "application/json")


# -- declaring ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Operation:
    """One declared operation, not yet part of an app."""

    path: str
    endpoint: Callable[..., Any]
    policy: Policy
    options: dict[str, Any]
    refuses: tuple[type[Problem], ...]


class Routes:
    """The operations of one feature. `prefix` is the collection's path, `tag` its heading in the reference."""

    def __init__(self, prefix: str, *, tag: str) -> None:
        self.prefix = prefix
        self.tag = tag
        self.operations: list[Operation] = []
        self.resources: list[Resource[Any]] = []
        """Those whose list is here."""
        self._made: dict[tuple[int | None, int], list[BaseRoute]] = {}
        """By the largest body of the app they are in."""

    def get(
        self, path: str = "", *, scope: str, response: Any = None, **options: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """A read that is more than one record or a list of a resource."""
        return self._operation("GET", path, scope=scope, response=response, **options)

    def post(
        self, path: str = "", *, scope: str, response: Any = None, status: int = 201, **options: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """A creation or an action."""
        return self._operation("POST", path, scope=scope, response=response, status=status, **options)

    def put(self, path: str, *, scope: str, response: Any, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """The whole of something that belongs to one record, in place of what was there."""
        return self._operation("PUT", path, scope=scope, response=response, **options)

    def patch(self, path: str, *, scope: str, response: Any, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """A change of one record (RFC 7396)."""
        return self._operation("PATCH", path, scope=scope, response=response, **options)

    def delete(self, path: str, *, scope: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """The end of one record."""
        return self._operation("DELETE", path, scope=scope, status=204, **options)

    def reads(self, resource: Resource[Any], *, scope: str, path: str = "") -> None:
        """The list and the single record of a resource, on the fast path."""
        self.lists(resource, scope=scope, path=path)
        article = "an" if resource.name[0] in "aeiou" else "a"
        selection = selection_model(resource)
        self._operation(
            "GET",
            path + "/{id}",
            scope=scope,
            response=resource.model,
            read=one_reader(resource, selection),
            purposeful=resource.asks_purpose,
            summary=f"Read {article} {resource.name}",
            description=f"One {resource.name}, with its ETag. `If-None-Match` answers 304 when nothing changed.",
            refuses=(NotFound, Moved) if resource.merged_into is not None else (NotFound,),
        )(
            _documented(
                f"read_{_word(resource.name)}",
                id=Annotated[UUID, Path(description="Its id.")],
                query=selection,
            )
        )

    def lists(
        self,
        resource: Resource[Any],
        *,
        scope: str,
        path: str = "",
        response: Any = None,
        summary: str | None = None,
        description: str | None = None,
    ) -> None:
        """The list of a resource, on the fast path, and its export."""
        self.resources.append(resource)
        plural = resource.path.rsplit("/", 1)[-1].replace("-", " ")
        self._operation(
            "GET",
            path,
            scope=scope,
            response=response or Page[resource.model],  # type: ignore[name-defined]
            read=list_reader(resource),
            purposeful=resource.asks_purpose,
            refuses=(InvalidCursor,),
            summary=summary or f"List {plural}",
            description=description
            or f"A page of {plural}, oldest first unless sorted otherwise. Follow `next_cursor` to read on.",
        )(_documented(f"list_{_word(resource.path.removeprefix('/v1/'))}", query=resource.query))
        if resource.resumable:
            return  # a feed is read on and on
        answers, query, described = exporter(resource)
        self._operation(
            "GET",
            path + "/export",
            scope=scope,
            read=answers,
            purposeful=resource.asks_purpose,
            summary=f"Export {plural}",
            **described,
        )(_documented(f"export_{_word(resource.path.removeprefix('/v1/'))}", query=query))

    def _operation(
        self,
        method: Method,
        path: str,
        *,
        scope: str,
        response: Any = None,
        status: int = 200,
        refuses: Sequence[type[Problem]] = (),
        read: Handler | None = None,
        prepare: Prepare | None = None,
        turn: Turn | None = None,
        conditional: bool | None = None,
        keyed: bool | None = None,
        streams: Sequence[str] = (),
        max_body: int | None = None,
        purposeful: bool = False,
        rehearses: bool = True,
        besides: tuple[str, ...] = (),
        **options: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        writes = method != "GET"
        policy = Policy(
            scope=scope,
            writes=writes,
            conditional=method in ("PATCH", "PUT", "DELETE") if conditional is None else conditional,
            keyed=method == "POST" if keyed is None else keyed,
            parameters=frozenset({"dry_run"}) if writes and rehearses else frozenset(),
            read=read,
            prepare=prepare,
            turn=turn,
            streams=tuple(streams),
            max_body=max_body,
            purposeful=purposeful,
            rehearses=rehearses,
            besides=besides,
        )

        def keep(endpoint: Endpoint) -> Endpoint:
            options.update(methods=[method], status_code=status, response_model=response)
            options.setdefault("tags", [self.tag])
            summary, _, description = inspect.cleandoc(endpoint.__doc__ or "").partition("\n")
            if summary:
                options.setdefault("summary", summary.rstrip("."))
                options.setdefault("description", description.strip() or summary)
            self.operations.append(Operation(self.prefix + path, endpoint, policy, options, tuple(refuses)))
            return endpoint

        return keep

    def mount(self, app: FastAPI, document: Callable[[Operation], dict[str, Any]]) -> None:
        """Add the operations to an app; `document` gives what the OpenAPI document says besides.

        Their routes are made once: whoever builds an app again, as tests do by the hundred, gets the same ones.
        """
        routes, within = app.router.routes, (app.router.max_body_size, len(self.operations))
        if within in self._made:
            routes.extend(self._made[within])
            return
        before = len(routes)
        for operation in self.operations:
            described = document(operation)
            # An operation may have answers of its own besides, such as a second media type or a second 2xx.
            described["responses"] = {**operation.options.get("responses", {}), **described["responses"]}
            app.router.add_api_route(
                # What is no UUID is no record: 404, and another method's path beside it (`/bulk`) stays its own.
                operation.path.replace("{id}", "{id:uuid}"),
                given(operation.endpoint),
                max_body_size=operation.policy.max_body,
                route_class_override=functools.partial(Route, policy=self._policy(operation)),  # type: ignore[arg-type]
                **{**operation.options, **described},
            )
        self._made[within] = routes[before:]

    def _policy(self, operation: Operation) -> Policy:
        """An operation's policy; of one that makes records of the list here, with their custom fields."""
        makes = "POST" in operation.options["methods"] and operation.path in (self.prefix, f"{self.prefix}/bulk")
        made = next((one.custom for one in self.resources if one.path == self.prefix), None) if makes else None
        return replace(operation.policy, creates=made)


def _word(name: str) -> str:
    return name.replace(" ", "_").replace("-", "_").replace("/", "_")


def _documented(name: str, *, query: type[Any], **parameters: Any) -> Callable[..., Any]:
    """A function whose signature tells the document what a fast read takes; it is never called."""

    async def operation(**_: Any) -> None: ...

    parameters["query"] = Annotated[query, Query()]
    operation.__name__ = name
    operation.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, annotation=a) for n, a in parameters.items()]
    )
    return operation


__all__ = [
    "PUBLIC",
    "CurrentCaller",
    "CurrentRuntime",
    "IfMatch",
    "Operation",
    "Policy",
    "Prepared",
    "Route",
    "Routes",
    "WriteSession",
    "answer",
    "shown",
]
