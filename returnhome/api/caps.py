"""What one caller may ask of the API: how large a body, and how many requests a minute."""

import time
from ipaddress import IPv6Address, ip_address, ip_network

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from ninja.throttling import BaseThrottle

LARGEST_BODY = 1024 * 1024
MINUTE = 60


class Cap(BaseThrottle):
    """So many requests a minute from one address, counted across all processes.

    The count is a row of the cache table, under a digest that does not tell the address; nothing
    of the request goes into it. Its lock is the database's own: whoever comes second waits for
    the first to have counted, and for no longer.
    """

    def __init__(self, most: int, name: str = "cap") -> None:
        self.most, self.name = most, name

    def _key(self, request: HttpRequest) -> str:
        return f"{self.name}:{digest(self.get_ident(request) or '')}:{this_minute()}"

    def is_reached(self, request: HttpRequest) -> bool:
        """Whether no more are allowed in this minute; this one is not counted."""
        return cache.get(self._key(request), 0) >= self.most

    def allow_request(self, request: HttpRequest) -> bool:
        key = self._key(request)
        with transaction.atomic():
            # Touching a row locks it. Where there is none yet, one of several makes it.
            while not cache.touch(key, 2 * MINUTE):
                cache.add(key, 0, 2 * MINUTE)
            count = cache.get(key, 0)
            if count < self.most:
                cache.set(key, count + 1, 2 * MINUTE)
        return count < self.most

    def wait(self) -> float:
        return MINUTE - time.time() % MINUTE


def this_minute() -> int:
    return int(time.time()) // MINUTE


def digest(address: str) -> str:
    return salted_hmac("returnhome.api.caps", network(address)).hexdigest()[:32]


def network(address: str) -> str:
    """The address itself; of IPv6 the network, since one caller has a whole one to choose from."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((known, 64), strict=False) if isinstance(known, IPv6Address) else known)
