"""Ports before they are taken, and health after."""

import asyncio
import errno
import socket
import urllib.request
from contextlib import suppress

from deploy.refusal import Refusal

Address = tuple[str, int]


def check_free(name: str, address: Address, hint: str) -> None:
    """Refuse when nothing could listen there."""
    host, port = address
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(place)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refusal(f"Port {port} ({name}) is taken; {hint}.") from error
        raise Refusal(f"Cannot listen on {host} port {port} ({name}): {error.strerror or error}.") from error


async def status_of(address: Address, path: str = "/readyz", within: float = 2.0) -> int | None:
    """The HTTP status a process answers with, or none when it does not answer."""
    host, port = address
    writer = None
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            line = (await reader.readline()).split()
            return int(line[1]) if len(line) > 1 and line[0].startswith(b"HTTP/") else None
    except (OSError, TimeoutError, ValueError):
        return None
    finally:
        if writer:
            with suppress(OSError):
                writer.close()


async def is_ready(address: Address) -> bool:
    """Whether a process says that it can serve."""
    return await status_of(address) == 200


async def text_of(address: Address, path: str) -> str:
    """The body of what is found at a path."""
    url = url_at(address) + path

    def read() -> str:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30) as reply:
            return str(reply.read().decode())

    try:
        return await asyncio.to_thread(read)
    except OSError as error:
        raise Refusal(f"{url} did not answer as it should: {error}.") from error


def url_at(address: Address) -> str:
    """An address as a URL."""
    host, port = address
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def reachable_host(host: str) -> str:
    """Where to reach, from this machine, what listens on a host."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
