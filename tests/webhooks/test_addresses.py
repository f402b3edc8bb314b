"""Where webhooks may go."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.webhooks.addresses import as_address, check_url, is_allowed

INSIDE = [
    # this network, private, carrier-grade NAT, loopback, link-local (cloud metadata), reserved
    *("0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1"),
    *("127.255.255.255", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.0.1"),
    *("192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255"),
    *("198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    # the same in IPv6
    *("::", "::1", "fc00::1", "fd12:3456::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "100::1"),
    *("2001:db8::1", "2001::1", "2001:10::1", "2001:20::1", "3fff::1", "5f00::1"),
    # IPv4 in IPv6: mapped, compatible, translated, 6to4
    *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "::127.0.0.1", "::8.8.8.8"),
    *("64:ff9b::127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1"),
]
OUTSIDE = [
    *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.0", "126.255.255.255"),
    *("128.0.0.1", "169.253.255.255", "169.255.0.1", "172.15.255.255", "172.32.0.1", "192.167.255.255"),
    *("192.169.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not is_allowed(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_public_is_not(address: str) -> None:
    assert is_allowed(ip_address(address))
    assert not is_allowed(ip_address(address), only_opened=True)


@given(st.ip_addresses(v=4))
def test_what_python_calls_not_global_is_never_allowed(address: object) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert not is_allowed(address)
    assert not is_allowed(ip_address(f"::ffff:{address}"))
    assert not is_allowed(ip_address(f"64:ff9b::{address}"))


def test_the_operator_opens_networks() -> None:
    opened = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]
    for address in ("10.1.0.1", "10.1.255.255", "::ffff:10.1.0.1", "fd12::1"):
        assert is_allowed(ip_address(address), opened)
        assert is_allowed(ip_address(address), opened, only_opened=True)
    for address in ("10.2.0.1", "127.0.0.1", "::ffff:10.2.0.1", "fc00::1", "::10.1.0.1"):
        assert not is_allowed(ip_address(address), opened)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("example.org", None),
        ("1.2.3.4.5", None),
        ("256.1.1.1", None),
        ("4294967296", None),
        ("09.1.1.1", None),
        ("x", None),
        ("", None),
    ],
)
def test_addresses_in_all_their_spellings(host: str, address: str | None) -> None:
    assert as_address(host) == (ip_address(address) if address else None)


GOOD = [
    "https://example.org",
    "https://example.org:8443/hook?token=1%20",
    "http://8.8.8.8/",
    "https://[2606:4700::1111]:444/x",
]
BAD = [
    *(
        "",
        "example.org",
        "//example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https:///x",
    ),
    *("https://ann@example.org/", "https://ann:b@example.org/", "https://@example.org/", "https://:@x.org/"),
    *("https://example.org:0/", "https://example.org:99999/", "https://example.org:x/", "https://[::1"),
    *("https://127.0.0.1/", "https://0x7f.1/", "https://2130706433/", "https://[::1]/", "https://0/"),
    *("https://[::ffff:8.8.8.8]/", "https://169.254.169.254/latest/", "https://10.0.0.1/"),
    *(
        "https://exämple.org/",
        "https://example.org/ä",
        "https://example.org/a b",
        "https://example.org\\@10.0.0.1/",
    ),
    *("https://example.org/\n", "https://exa\tmple.org/", "https://example.org/\x00"),
]


@pytest.mark.parametrize("url", GOOD)
def test_good_urls(url: str) -> None:
    assert check_url(url, [], needs_tls=False) == url


@pytest.mark.parametrize("url", BAD)
def test_bad_urls(url: str) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        check_url(url, [], needs_tls=False)


def test_production_needs_https_but_inside() -> None:
    opened = [ip_network("10.0.0.0/8")]
    with pytest.raises(ValueError, match="https"):
        check_url("http://example.org/", [], needs_tls=True)
    with pytest.raises(ValueError, match="public"):
        check_url("http://8.8.8.8/", opened, needs_tls=True)
    check_url("http://10.1.1.1/", opened, needs_tls=True)
    check_url("http://inside.example.org/", opened, needs_tls=True)  # what it means is asked when it is sent
    check_url("https://example.org/", [], needs_tls=True)
