"""Logs: one JSON object a line, with request and trace ids, without personal data.

Log what happened and to which id; names, addresses and bodies stay out. Values under a secret-looking key are masked.
"""

import logging
import re
import sys
import traceback
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any

import structlog
from psycopg import Error as PsycopgError
from pydantic import ValidationError
from pydantic_core import to_json
from sqlalchemy.exc import DBAPIError
from structlog.typing import ExcInfo

from services.kit.http import request_id, traceparent

_LONGEST_CHAIN = 10
_SECRET = re.compile(r"(?i)password|secret|token|authorization|api_?key|cookie")
_CREDENTIAL = re.compile(r"alc_(live|test)_[A-Za-z0-9_]+|eyJ[\w-]+\.[\w-]+\.[\w-]+|(?<=://)[^/\s:@]*:[^@\s]+(?=@)")


def _with_request(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if (rid := request_id.get()) is not None:
        event.setdefault("request_id", rid)
    if (parent := traceparent.get()) is not None:
        event.setdefault("trace_id", parent.split("-")[1])
    return event


@lru_cache(1_000)
def _secret(key: str) -> bool:
    return key != "event" and _SECRET.search(key) is not None


def _masked(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if _secret(key):
            event[key] = "[masked]"
        elif isinstance(value, str):
            event[key] = _CREDENTIAL.sub("[masked]", value)
    return event


def told(exc_info: ExcInfo) -> str:
    """A traceback in which errors that quote the data they met (of PostgreSQL, of pydantic) are told without it."""
    error: BaseException | None = exc_info[1]
    chain: list[BaseException] = []
    while error is not None and len(chain) < _LONGEST_CHAIN:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines: list[str] = []
    for one in reversed(chain):
        lines += traceback.format_tb(one.__traceback__)
        lines.append(f"{type(one).__module__}.{type(one).__qualname__}: {_without_data(one)}\n")
    return "".join(lines)


def _without_data(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        return ", ".join(f"{'.'.join(map(str, one['loc']))} {one['type']}" for one in error.errors()[:20])
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, PsycopgError) and original.sqlstate is not None:
        where = original.diag.constraint_name or original.diag.table_name or "no name given"
        return f"SQLSTATE {original.sqlstate} ({where})"
    return str(original)


def _line(event: MutableMapping[str, Any], default: Callable[[Any], Any]) -> str:
    return to_json(event, fallback=default, bytes_mode="hex").decode()


def configure(level: str, service: str) -> None:
    """Send structlog and the standard library's logs through one pipeline to standard output."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _with_request,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(told),
        _masked,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(_line)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(_line),
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "procrastinate", "asyncio", "httpx"):
        logging.getLogger(noisy).setLevel("WARNING")
