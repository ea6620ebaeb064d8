"""Which addresses our own calls may reach."""

import pytest

from apps.core.networks import may_reach


@pytest.mark.requirement("NTF-4")
@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"),
        *("192.0.0.1", "192.0.0.9", "192.0.0.170", "192.0.2.1", "192.31.196.1", "192.52.193.1"),
        *("192.88.99.1", "192.168.0.1", "192.175.48.1", "198.18.0.1", "198.51.100.1"),
        *("203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "100::1", "100:0:0:1::1", "fc00::1", "fd00::1", "fe80::1%eth0", "ff02::1"),
        *("fec0::1", "5f00::1", "2001:1::1", "2001:20::1", "2001:db8::1", "3fff::1"),
        "2620:4f:8000::1",
        # An IPv4 address inside: mapped, compatible, translated, 6to4 and Teredo.
        *("::ffff:127.0.0.1", "::ffff:192.0.0.8", "::127.0.0.1", "::10.0.0.1", "::8.8.8.8"),
        *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:0:1::a00:1", "64:ff9b:1::a00:1"),
        *("2002:7f00:1::", "2002:808:808::1", "2001:0:808:808::1"),
    ],
)
def test_what_has_a_special_purpose_is_not_called(address: str) -> None:
    assert not may_reach(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "223.5.5.5", "::ffff:8.8.8.8", "2400:3200::1", "2606:4700::1111"]
)
def test_the_public_network_is(address: str) -> None:
    assert may_reach(address)


def test_the_operator_lets_networks_through() -> None:
    assert may_reach("127.0.0.1", ["127.0.0.0/8"])
    assert may_reach("::ffff:127.0.0.1", ["127.0.0.0/8"])
    assert may_reach("fd00::1", ["10.0.0.0/8", "fd00::/8"])
    assert not may_reach("::127.0.0.1", ["127.0.0.0/8"])


def test_what_is_no_address_is_said() -> None:
    with pytest.raises(ValueError, match="example"):
        may_reach("example.com")
