"""Who is asking, as far as the network shows."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104  # stands for an address we could not read; nothing binds to it


def client_address(request: HttpRequest) -> str:
    """The asker's address, seen through TRUSTED_PROXIES proxies of ours and no more.

    X-Forwarded-For is read from the right, since everything left of our own proxies is whatever
    the asker wrote. IPv6 is cut to its /64: one subscriber holds all of it.
    """
    parsed = asker(
        str(request.META.get("REMOTE_ADDR") or ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
    )
    if isinstance(parsed, IPv6Address):
        return f"{':'.join(parsed.exploded.split(':')[:4])}::/64"
    return str(parsed)


def asker(remote: str, forwarded_for: str) -> IPv4Address | IPv6Address:
    """The whole address, from the connection and its X-Forwarded-For; NOWHERE for none."""
    address, hops = remote or NOWHERE, settings.TRUSTED_PROXIES
    if hops:
        forwarded = [part.strip() for part in forwarded_for.split(",") if part.strip()]
        if len(forwarded) >= hops:
            address = forwarded[-hops]
    try:
        parsed = ip_address(address)
    except ValueError:
        return IPv4Address(NOWHERE)
    return (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed


def lies_in(address: IPv4Address | IPv6Address, networks: Iterable[str]) -> bool:
    return any(address in ip_network(network) for network in networks)
