"""Connect to the public web only: neither to this machine nor to its neighbours.

An address that someone types or a page redirects to may name this machine, a router or a
cloud's metadata server in many forms, and a name may be resolved again between a check and the
connection. So every name is resolved once, all its addresses are checked, and the connection
goes to the one that was checked, at every redirect again.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

import httpx

from rag.errors import SourceError

# Addresses of IPv4 behind translation: the last four bytes are the address; and those of
# a network's own translation.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_TRANSLATED_HERE = ipaddress.ip_network("64:ff9b:1::/48")

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses that a host's name stands for. Raises `OSError` when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public web."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address in disguise is what it disguises.
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip in _TRANSLATED_HERE:
            return False
    return ip.is_global and not ip.is_multicast


class PublicTransport(httpx.BaseTransport):
    """Sends requests to public addresses; raises `SourceError` for any other."""

    def __init__(self, inner: httpx.BaseTransport, *, resolve: Resolve = resolve) -> None:
        self._inner = inner
        self._resolve = resolve

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the address that was checked, under the name that was asked for."""
        url = request.url
        host, port = url.host, url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"no such host: {host!r}", request=request) from error
        for address in addresses:
            if not is_public(address):
                raise SourceError(
                    f"{host!r} is {address}, of this machine or its network; such addresses are "
                    "read only by `rag ingest --allow-private`"
                )
        request.url = url.copy_with(host=addresses[0])
        request.extensions = {**request.extensions, "sni_hostname": host}
        try:
            return self._inner.handle_request(request)
        finally:
            # Redirects are resolved against the address that was asked for.
            request.url = url

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()
