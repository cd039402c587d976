"""The proxy of `deploy/nginx.conf`, run: what it answers by itself is as safe as a page."""

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from returnhome.web import middleware

HOUSE = Path(__file__).resolve().parent.parent
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")

pytestmark = [
    pytest.mark.check,
    pytest.mark.skipif(not NGINX, reason="nginx is not here: apt-get install nginx-light"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Behind:
    """What stands behind the proxy: it can be there or away."""

    def __init__(self) -> None:
        self.port, self.server = free_port(), None

    def appear(self) -> None:
        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("X-Frame-Options", "DENY")
                self.send_header("Content-Length", "4")
                self.end_headers()
                self.wfile.write(b"page")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Door)
        threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True).start()

    def leave(self) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()


@pytest.fixture(scope="module")
def behind() -> Iterator[Behind]:
    there = Behind()
    yield there
    there.leave()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, behind: Behind) -> Iterator[int]:
    """The file as it is, with the ports, certificate and logs of this test."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=returnhome.example", "-keyout", "key.pem", "-out", "fullchain.pem"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    given = (HOUSE / "deploy" / "nginx.conf").read_text()
    for then, now in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{behind.port};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl;"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("/etc/returnhome/tls", str(folder)),
        ("/var/log/nginx", str(folder)),
    ):
        assert then in given
        given = given.replace(then, now)
    temporary = "\n".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log crit;\n"
        f"events {{}}\nhttp {{\n{temporary}\n{given}\n}}\n"
    )
    assert NGINX
    running = subprocess.Popen(
        [NGINX, "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.PIPE, text=True
    )
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end and running.poll() is None:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        assert running.poll() is None, running.communicate()[1]
        yield port
    finally:
        running.terminate()
        running.communicate()


def asked(
    port: int, method: str, path: str, **headers: str
) -> tuple[int, http.client.HTTPMessage, str]:
    around = ssl.create_default_context()
    around.check_hostname, around.verify_mode = False, ssl.CERT_NONE
    there = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=around)
    try:
        there.putrequest(method, path, skip_host=True)
        for name, value in {"Host": "returnhome.example", **headers}.items():
            there.putheader(name.replace("_", "-"), value)
        there.endheaders()
        answer = there.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        there.close()


@pytest.mark.parametrize(
    ("method", "path", "length", "code", "words"),
    [
        ("POST", "/children", "9000000", 413, "Nothing was read and nothing was changed"),
        ("GET", "/", "0", 502, "Nothing that was saved is lost"),
        ("GET", "/metrics", "0", 404, "There is nothing here"),
    ],
)
def test_what_the_proxy_answers_by_itself_has_the_headers_of_a_page_and_says_what_to_do(
    proxy: int, behind: Behind, method: str, path: str, length: str, code: int, words: str
) -> None:
    answered, headers, body = asked(proxy, method, path, Content_Length=length)

    assert answered == code
    assert words in body
    assert re.search(r"<html lang=en>.*<title>", body)
    for name, value in middleware.HEADERS.items():
        assert headers.get_all(name) == [value], name
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Strict-Transport-Security"]


def test_where_the_product_answers_no_header_is_there_twice(proxy: int, behind: Behind) -> None:
    behind.appear()

    answered, headers, body = asked(proxy, "GET", "/")

    assert (answered, body) == (200, "page")
    assert headers.get_all("X-Frame-Options") == ["DENY"]
