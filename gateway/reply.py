"""An answer on its way out: what the gateway adds to it, and whether it has begun."""

from collections.abc import MutableMapping
from typing import Any

from gateway.exchange import Exchange, Headers
from gateway.proxy import Send


class Reply:
    """The answer of one exchange on its way out."""

    __slots__ = ("_exchange", "send", "started")

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange = exchange
        self.send = send
        self.started = False

    def head(self, status: int, upstream: Any, close: bool) -> Headers:
        """The head of a service's answer."""
        self.started = True
        self._exchange.status = status
        return self._exchange.answer(upstream, close=close)

    async def pass_on(self, message: MutableMapping[str, Any]) -> None:
        """Send for the gateway's own application."""
        if message["type"] == "http.response.start":
            self.started = True
            self._exchange.status = message["status"]
            route = self._exchange.scope.get("route")
            self._exchange.route = getattr(route, "path", "")
            message = {**message, "headers": self._exchange.answer(message.get("headers", []))}
        await self.send(message)

    async def whole(self, status: int, headers: Headers, body: bytes, *, close: bool = False) -> None:
        """Send a short answer."""
        self.started = True
        self._exchange.status = status
        answer = self._exchange.answer(headers, close=close)
        await self.send({"type": "http.response.start", "status": status, "headers": answer})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})
