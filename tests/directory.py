"""A council's directory: a real OpenID Connect provider in a process of its own, on loopback."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPMessage
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

START = """
import sys, oidc_provider_mock
oidc_provider_mock._app.app().run(port=int(sys.argv[1]), debug=False, use_reloader=False)
"""


class Stay(HTTPRedirectHandler):
    """Where the provider leads is for the product's own browser to follow."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Provider:
    def __init__(self, port: int) -> None:
        self.issuer = f"http://localhost:{port}"
        self._open = build_opener(Stay)

    def ask(self, method: str, address: str, content: bytes = b"", kind: str = "") -> HTTPMessage:
        """Gives the headers of the answer."""
        request = Request(address, content or None, {"Content-Type": kind}, method=method)
        try:
            with self._open.open(request, timeout=20) as answer:
                return answer.headers
        except HTTPError as led_on:
            with led_on:
                if led_on.code != 302:
                    raise
                return led_on.headers

    def knows(self, subject: str, **claims: Any) -> None:
        """Put somebody into the directory, or change what it says of them."""
        content = json.dumps(claims).encode()
        self.ask("PUT", f"{self.issuer}/users/{subject}", content, "application/json")

    def signs_in(self, address: str, subject: str) -> str:
        """Somebody signs in on the page of the directory; gives where it leads back to."""
        form = urlencode({"sub": subject, "action": "authorize"}).encode()
        return self.ask("POST", address, form, "application/x-www-form-urlencoded")["Location"]


@contextmanager
def running() -> Iterator[Provider]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", START, str(port)],
        env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1", "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    provider = Provider(port)
    try:
        end = time.monotonic() + 60
        while True:
            try:
                provider.ask("GET", f"{provider.issuer}/jwks")
                break
            except OSError:
                assert time.monotonic() < end, "the directory did not start"
                time.sleep(0.1)
        yield provider
    finally:
        process.kill()
        process.wait()
