"""Which addresses lie in the public network. Pure; from IANA's special-purpose registries."""

import ipaddress
from collections.abc import Sequence

# https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast. Python's own
# ``is_global`` follows its release's copy of the registry and lets single services through.
_SPECIAL_V4 = [
    ipaddress.IPv4Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
]
# https://www.iana.org/assignments/ipv6-address-space: global unicast is given out of this block
# only. Outside lie what carries an IPv4 address for a translator (::/96, 64:ff9b::/96 and
# 64:ff9b:1::/48), unique local, link-local and the former site-local addresses, and multicast.
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
# https://www.iana.org/assignments/iana-ipv6-special-registry, as far as it lies inside that block:
# protocol assignments with Teredo, documentation, 6to4 and AS112.
_SPECIAL_V6 = [
    ipaddress.IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]


def may_reach(address: str, inside: Sequence[str] = ()) -> bool:
    """Whether an address is out in the public network, or in one of the networks ``inside`` that
    the operator lets through. Raises ValueError for what is no address (NTF-4)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        # The system itself connects to the IPv4 address inside.
        ip = ip.ipv4_mapped
    if any(ip in ipaddress.ip_network(network) for network in inside):
        return True
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _SPECIAL_V4)
    return ip in _UNICAST_V6 and not any(ip in network for network in _SPECIAL_V6)
