"""Webhooks: which addresses are called, how a call is signed, when it is tried again or given up.

Source: Returnhome's own rule, where the guidance is silent. The form of the headers and of the
signature is that of Standard Webhooks 1.0.0. OWASP, Server Side Request Forgery Prevention: an
address that somebody types is never called inside one's own network.
"""

import base64
import hashlib
import hmac
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from returnhome.rules import Blocked

LONGEST_ADDRESS = 300
# How long after each failure a call is tried again; after the last one it is given up.
AGAIN_AFTER = (
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
MOST_TRIES = len(AGAIN_AFTER) + 1
# An address that has taken nothing for so long is not called any more.
ENDED_AFTER = timedelta(days=3)
# And not for one that failed once and another days later: it is tried so often at least.
ENDED_TRIES = 3
# After a new secret the old one signs beside it for so long.
OLD_SECRET_SIGNS = timedelta(hours=24)
# What had begun so long before a webhook was set up is told of too: those clocks still run.
TOLD_BACK = timedelta(hours=72)

SECRET_BEGINS = "whsec_"  # noqa: S105  what every one begins with
# Networks inside IPv6 that lead to an IPv4 address.
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


class AddressWrong(Blocked):
    sentence = (
        "Enter an address that begins with https:// and names a computer on the internet, "
        "such as https://example.gov.uk/returnhome"
    )
    field = "address"


class OneAlready(Blocked):
    sentence = "There is a webhook already: end it before you set up another."
    field = "address"


class EndedAlready(Blocked):
    sentence = "This webhook has ended already."


def check_address(address: str, *, anywhere: bool) -> None:
    """Whether an address may be called as it is written. Raises AddressWrong.

    `anywhere`: also without encryption and inside one's own network, for invented data alone.
    Where its name leads is looked up at each call.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise AddressWrong from None
    schemes = ("https", "http") if anywhere else ("https",)
    is_plain = address.isascii() and address.isprintable() and " " not in address
    if (
        not is_plain
        or len(address) > LONGEST_ADDRESS
        or parts.scheme not in schemes
        or not host
        or parts.username is not None
        or parts.password is not None
        or parts.fragment
    ):
        raise AddressWrong
    if anywhere:
        return
    if port not in (None, 443):
        raise AddressWrong
    try:
        found = ip_address(host)
    except ValueError:
        if "." not in host:
            raise AddressWrong from None
    else:
        if not may_call(found):
            raise AddressWrong


def may_call(found: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet's: not ours, not a neighbour's, not everybody's."""
    if isinstance(found, IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if any(found in network for network in _TRANSLATED):
            inside = IPv4Address(int(found) & 0xFFFFFFFF)
        if inside:
            return may_call(inside)
    return found.is_global and not found.is_multicast and not found.is_reserved


def signature(secret: str, *, number: str, timestamp: int, body: bytes) -> str:
    """The signature of one call, as the header has it; the secret is base64 after its prefix."""
    key = base64.b64decode(secret.removeprefix(SECRET_BEGINS))
    signed = f"{number}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def again_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries; None: it is given up."""
    return AGAIN_AFTER[tries - 1] if tries <= len(AGAIN_AFTER) else None
