"""Calling webhooks: signed, to the very address that was looked up and checked, nowhere else."""

import http.client
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from ipaddress import ip_address
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from returnhome.casework import acting, webhooks
from returnhome.casework.models import Call, Person
from returnhome.rules import webhooks as calls
from returnhome.rules.codes import NotCalled

# Seconds for the whole of a call: a program that answers letter by letter is cut off.
LONGEST = 30
# Of what a program answers no more is read, and nothing of it is kept.
READ_AT_MOST = 1000


class Refused(Exception):
    """It did not get through. It carries the kind and the code alone."""

    def __init__(self, why: NotCalled, code: int | None = None) -> None:
        super().__init__(why.label)
        self.why, self.code = why, code


@acting.as_system(acting.CLOCKWORK)
def make_calls(
    *,
    by: Person,
    clock: Callable[[], datetime],
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Make all calls that are due; gives how many were taken."""
    taken = 0
    while not should_stop() and (call := webhooks.claim(at=clock())):
        try:
            code = post(call, at=clock())
        except Refused as refused:
            webhooks.mark_failed(call, refused.why, code=refused.code, by=by, at=clock())
        else:
            webhooks.mark_taken(call, code, by=by, at=clock())
            taken += 1
    return taken


def post(call: Call, *, at: datetime) -> int:
    """Make one call; gives the code of the answer. Raises Refused."""
    parts = urlsplit(call.webhook.address)
    body = json.dumps(call.says, separators=(",", ":")).encode()
    path = parts.path or "/"
    with _connected(parts.scheme, parts.hostname or "", parts.port) as connection:
        try:
            with _within(LONGEST, connection):
                connection.request(
                    "POST",
                    f"{path}?{parts.query}" if parts.query else path,
                    body=body,
                    headers=headers(call, body, at),
                )
                answer = connection.getresponse()
                answer.read(READ_AT_MOST)
        except ssl.SSLError:
            raise Refused(NotCalled.NOT_SECURE) from None
        except (OSError, http.client.HTTPException, ValueError):
            raise Refused(NotCalled.NO_ANSWER) from None
    if 300 <= answer.status < 400:
        raise Refused(NotCalled.REDIRECTED, answer.status)
    if not 200 <= answer.status < 300:
        raise Refused(NotCalled.ANSWERED_NO, answer.status)
    return answer.status


def headers(call: Call, body: bytes, at: datetime) -> dict[str, str]:
    """As Standard Webhooks has them; while a secret is being changed, signed with both."""
    timestamp = int(at.timestamp())
    signed = [
        calls.signature(secret, number=call.name, timestamp=timestamp, body=body)
        for secret in call.webhook.secrets(at)
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": "returnhome",
        "webhook-id": call.name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signed),
    }


# Where it goes. The name is looked up once, what it leads to is checked, and that is called: so
# that no second look-up can lead elsewhere. No proxy of the environment is asked.


@contextmanager
def _connected(scheme: str, host: str, port: int | None) -> Iterator[http.client.HTTPConnection]:
    """Raises Refused."""
    is_secure = scheme == "https"
    port = port or (443 if is_secure else 80)
    to = looked_up(host, port)
    connection = (_Secure if is_secure else _Plain)(host, port, to)
    try:
        yield connection
    finally:
        connection.close()


def looked_up(host: str, port: int) -> tuple[str, int]:
    """The address that a name leads to, if all that it leads to may be called. Raises Refused."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(NotCalled.NO_SUCH_HOST) from None
    addresses = [str(sockaddr[0]) for *_, sockaddr in found]
    if not settings.WEBHOOKS_ANYWHERE and not all(
        calls.may_call(ip_address(each.partition("%")[0])) for each in addresses
    ):
        raise Refused(NotCalled.NOT_ALLOWED)
    return addresses[0], port


class _Plain(http.client.HTTPConnection):
    """To an address, whatever the name would lead to by now."""

    def __init__(self, host: str, port: int, to: tuple[str, int], **more: Any) -> None:
        super().__init__(host, port, timeout=settings.WEBHOOK_TIMEOUT, **more)
        self.to = to

    def connect(self) -> None:
        self.sock = socket.create_connection(self.to, settings.WEBHOOK_TIMEOUT)


class _Secure(_Plain):
    """The same in cipher, with whoever can prove to have the name."""

    default_port = 443

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


@contextmanager
def _within(seconds: int, connection: http.client.HTTPConnection) -> Iterator[None]:
    """Cut the connection off when it takes longer: a limit for each step is no limit for all."""

    def cut() -> None:
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
