"""What the gateway tells of the requests it carries: timings per route and service, and log lines worth reading."""

import time
from collections import Counter as Counts
from functools import partial
from typing import Final

import structlog
from prometheus_client import Gauge, Histogram

from gateway.exchange import Exchange
from gateway.proxy import Proxy, Upstream

_SLOW_SECONDS: Final = 1.0
_SUMMED_UP_SECONDS: Final = 1.0
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

SECONDS: Final = Histogram(
    "gateway_request_duration_seconds",
    "Time from a request's head to the end of its answer, by service and route; refusals included.",
    ("service", "method", "route", "status"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

IN_FLIGHT: Final = Gauge("gateway_requests_in_flight", "Requests under way to a service.", ("service",))

log = structlog.get_logger("request")


class Observer:
    """Counts and logs finished exchanges. Labels are bounded: route templates, never paths."""

    def __init__(self, *, log_all: bool) -> None:
        self._log_all = log_all
        self._children: dict[tuple[str, str, str, int], Histogram] = {}
        self._sent_away: Counts[str] = Counts()
        self._summed_up_at = float("-inf")

    def __call__(self, exchange: Exchange, seconds: float) -> None:
        """Note one exchange. What the gateway's own application answered, it noted itself."""
        if exchange.handed_over:
            return
        status, method = exchange.status, exchange.method
        labels = (exchange.service, method, exchange.route or "unmatched", status)
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = SECONDS.labels(*map(str, labels))
        child.observe(seconds)
        if exchange.sent_away:
            self._sum_up(exchange)
        elif self._log_all or status >= 400 or seconds > _SLOW_SECONDS or method not in _READS:
            log.info(
                "request",
                to=exchange.service,
                method=method,
                route=labels[2],
                status=status,
                ms=round(seconds * 1000, 1),
                caller=exchange.caller.subject if exchange.caller is not None else None,
                request_id=exchange.request_id,
                trace_id=exchange.traceparent[3:35],
            )

    def _sum_up(self, exchange: Exchange) -> None:
        """One line a second for all that were sent away: a line for each would cost more than sending them away."""
        self._sent_away[f"{exchange.service} {exchange.status}"] += 1
        now = time.monotonic()
        if now - self._summed_up_at >= _SUMMED_UP_SECONDS:
            log.warning("requests_sent_away", counts=dict(self._sent_away), last_request_id=exchange.request_id)
            self._sent_away.clear()
            self._summed_up_at = now


def watch_in_flight(proxy: Proxy) -> None:
    """Show how many requests are under way, read when somebody asks, so that it costs nothing on the way."""
    for upstream in proxy.upstreams.values():
        IN_FLIGHT.labels(upstream.name).set_function(partial(_in_flight, upstream))


def _in_flight(upstream: Upstream) -> float:
    return float(upstream.in_flight)
