"""Where webhooks may go: public addresses, and what the operator allows. Pure."""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Networks = Collection[Network]

# What Python's own list of special addresses leaves out or calls global, by version, and is not for us:
# carrier-grade NAT, documentation, benchmarks, relays, and IPv6 that stands for an IPv4 address elsewhere.
_NEVER = [
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32"),
        *(
            "::/96",
            "::ffff:0:0/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",
            "2001:db8::/32",
        ),
        *("2002::/16", "3fff::/20", "5f00::/16", "fec0::/10"),
    )
]


def is_allowed(address: Address, opened: Networks = (), *, only_opened: bool = False) -> bool:
    """Whether webhooks may go to an address. `opened`: networks that the operator allows.

    An IPv6 address that stands for an IPv4 one is never public, and counts as opened if that one is.
    """
    meant = (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
    if any(meant in network for network in opened):
        return True
    if only_opened:
        return False
    is_special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    return address.is_global and not is_special and not any(address in network for network in _NEVER)


def check_url(url: str, opened: Networks, *, needs_tls: bool) -> str:
    """The address as it may be kept. Raises ValueError with a sentence for people.

    A host that is a name is looked up when something is sent, and only what it means then counts. With
    `needs_tls`, http leads to opened networks only.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("This is no address.") from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise ValueError("An address is such as https://example.org/hook.")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise ValueError("Credentials do not belong into an address.")
    if not url.isascii() or any(char <= " " or char in '\\"<>^`{|}\x7f' for char in url):
        raise ValueError("An address is ASCII without blanks: write names as xn--, and %20.")
    only_opened = needs_tls and parts.scheme == "http"
    if only_opened and not opened:
        raise ValueError("Use https.")
    literal = as_address(host)
    if literal is not None and not is_allowed(literal, opened, only_opened=only_opened):
        raise ValueError("Webhooks go to public addresses only.")
    return url


def as_address(host: str) -> Address | None:
    """A host that is an address and no name; also in the odd ways in which systems read IPv4 addresses."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return _as_old_ipv4(host)
    except ValueError:
        return None


def _as_old_ipv4(host: str) -> IPv4Address:
    """`0x7f.1`, `2130706433`, `017700000001`: what inet_aton takes."""
    numbers = [_number(part) for part in host.removesuffix(".").split(".")]
    *first, last = numbers
    if len(numbers) > 4 or any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        raise ValueError("not an address")
    return IPv4Address(sum(number << 8 * (3 - n) for n, number in enumerate(first)) + last)


def _number(text: str) -> int:
    if not text.isascii() or not text.isalnum():
        raise ValueError("not a number")
    if text.lower().startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if len(text) > 1 and text.startswith("0") else 10)
