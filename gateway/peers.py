"""Who is at the other end: the client's address behind our proxies, and who may read this process's figures."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from gateway.exchange import Exchange

_MANY_HOPS: Final = 20


class Peers:
    """Reads addresses; only the networks given here are believed when they forward one."""

    def __init__(self, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        self._trusted = trusted

    def address(self, exchange: Exchange) -> str:
        """The client's address; an IPv6 client is its /64, which is what one subscriber has."""
        address = _peer(exchange)
        if self._trusted and exchange.forwarded_for is not None:
            address = self._behind_proxies(address, exchange.forwarded_for)
        if ":" in address:
            try:
                parsed = ip_address(address.partition("%")[0])
            except ValueError:
                return "unknown"
            return str(getattr(parsed, "ipv4_mapped", None) or ":".join(parsed.exploded.split(":")[:4]))
        return address

    def may_scrape(self, exchange: Exchange) -> bool:
        """Whether the peer itself is on this machine or in a trusted network.

        The header can only refuse: a request that a proxy passes on comes from outside, whatever the proxy's address.
        """
        if exchange.forwarded_for is not None:
            return False
        try:
            peer = ip_address(_peer(exchange).partition("%")[0])
        except ValueError:
            return False
        if isinstance(peer, IPv6Address):
            mapped: IPv4Address | None = peer.ipv4_mapped
            peer = mapped or peer
        return peer.is_loopback or any(peer in network for network in self._trusted)

    def _behind_proxies(self, peer: str, forwarded_for: bytes) -> str:
        """The nearest address that is no proxy of ours, read from the right: only that end was written by us."""
        address = peer
        for hop in reversed(forwarded_for.decode("latin-1").split(",")[-_MANY_HOPS:]):
            try:
                if not any(ip_address(address) in network for network in self._trusted):
                    return address
                address = str(ip_address(hop.strip()))
            except ValueError:
                return address
        return address


def _peer(exchange: Exchange) -> str:
    client = exchange.scope.get("client")
    return client[0] if client else "unknown"
