"""Which addresses a tenant's webhooks may reach: public ones, and what the operator exempted."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""A host and a port to its addresses."""

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.ASCII)
_NUMERIC_LABEL = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.ASCII)
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_REFUSED = tuple(
    ipaddress.ip_network(one)
    for one in ("100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "fec0::/10", "2002::/16", "::/96")
)
"""Beyond what `is_global` refuses, or where versions of Python differ about it."""


class AddressRefused(Exception):
    """The message says what is wrong with the address."""


@dataclass(frozen=True, slots=True)
class Destination:
    """`address`: the very one that was checked; connect to it and to no other."""

    scheme: str
    host: str
    port: int
    address: str
    target: str

    @property
    def url(self) -> str:
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{shown}:{self.port}{self.target}"

    @property
    def host_header(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return shown if self.port == usual else f"{shown}:{self.port}"


@dataclass(frozen=True, slots=True)
class Place:
    """A URL taken apart, before its host is resolved."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{shown}:{self.port}"


def place(url: str) -> Place:
    """Raises AddressRefused. Purely by its form; see `destination` for where it leads."""
    if re.search(r"[\x00-\x20\x7f\\]", url) or not url.isascii():
        raise AddressRefused("the address has signs that no address has")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("the address cannot be read") from error
    if parts.scheme not in ("http", "https"):
        raise AddressRefused("only http and https are called")
    if "@" in parts.netloc:
        raise AddressRefused("the address must not name a user")
    host = (parts.hostname or "").lower()
    port = port if port is not None else {"http": 80, "https": 443}[parts.scheme]
    if port not in (80, 443) and port < 1024:
        raise AddressRefused(f"port {port} is not called: use 80, 443 or one from 1024")
    _require_plain(host)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port, target)


def exempted(origins: str) -> frozenset[str]:
    """As the operator set them, separated by commas."""
    return frozenset(place(one.strip()).origin for one in origins.split(",") if one.strip())


async def destination(url: str, origins: frozenset[str], resolve: Resolve) -> Destination:
    """Where to connect. Raises AddressRefused, also when only one of several is private."""
    asked = place(url)
    try:
        found = list(await resolve(asked.host, asked.port))
    except OSError as error:
        raise AddressRefused(f"the host {asked.host} is not known") from error
    if not found:
        raise AddressRefused(f"the host {asked.host} has no address")
    if asked.origin not in origins:
        for address in found:
            require_public(address)
    return Destination(asked.scheme, asked.host, asked.port, found[0], asked.target)


def require_public(address: str) -> None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError as error:
        raise AddressRefused("the address is none") from error
    if isinstance(parsed, ipaddress.IPv6Address) and (
        parsed.ipv4_mapped or parsed.scope_id or any(parsed in net for net in _NAT64)
    ):
        raise AddressRefused("the address hides another one")
    refused = any(parsed.version == net.version and parsed in net for net in _REFUSED)
    if refused or not parsed.is_global or parsed.is_multicast or parsed.is_reserved:
        raise AddressRefused("the address is not a public one")


async def resolved(host: str, port: int) -> Sequence[str]:
    """By the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _require_plain(host: str) -> None:
    """Resolvers read 0x7f.1, 017700000001 and 2130706433 as addresses: none of them here."""
    if ":" in host or re.fullmatch(r"\d+\.\d+\.\d+\.\d+", host):
        try:
            ipaddress.ip_address(host)
        except ValueError as error:
            raise AddressRefused("the address is none") from error
        return
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise AddressRefused("the host is no plain name")
    if _NUMERIC_LABEL.fullmatch(host.rsplit(".", 1)[-1]):
        raise AddressRefused("the host is an address in an odd form")
