"""Who is asking, as far as the network tells."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104  # stands for an address we could not read; nothing binds to it


def client_address(request: HttpRequest) -> str:
    """The asker's address, seen through TRUSTED_PROXIES proxies of ours and no more.

    X-Forwarded-For is read from the right, since everything left of our own proxies is whatever
    the asker wrote. IPv6 is cut to its /64: one subscriber holds all of it.
    """
    address = str(request.META.get("REMOTE_ADDR") or NOWHERE)
    hops = settings.TRUSTED_PROXIES
    if hops:
        forwarded = [
            p.strip() for p in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if p.strip()
        ]
        if len(forwarded) >= hops:
            address = forwarded[-hops]
    try:
        parsed = ip_address(address)
    except ValueError:
        return NOWHERE
    if parsed.version == 6:
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return f"{':'.join(parsed.exploded.split(':')[:4])}::/64"
    return str(parsed)
