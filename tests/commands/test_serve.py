"""That the server answers, keeps no list of who looked, and ends cleanly however it is ended."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import CommandError

from returnhome.management import serving
from tests.conftest import DATABASE

pytestmark = pytest.mark.check

PROGRAM = """
import sys
import django
django.setup()
from returnhome.management import serving
serving.serve("127.0.0.1", int(sys.argv[1]), when_ready=lambda: print("ready", flush=True))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(port: int) -> Iterator[subprocess.Popen[str]]:
    """A server in a process of its own, on the tests' database, once it listens."""
    here = psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=DATABASE)
    server = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port)],
        env={**os.environ, "DATABASE_URL": here},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        yield server
    finally:
        server.kill()
        server.communicate()


def fetched(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=60) as response:
        return response.status


@pytest.mark.parametrize(
    "way", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda s: s.name
)
def test_it_answers_and_ends_cleanly(db: None, way: signal.Signals) -> None:
    port = free_port()

    with served(port) as server:
        answers = [fetched(port, path) for path in ("/healthz", "/accounts/login/")]
        server.send_signal(way)
        said = server.communicate(timeout=60)

        assert answers == [200, 200]
        assert server.returncode == 0
        # No access log: a machine's log is no place for who looked at which child.
        assert said == ("", "")
    with pytest.raises(urllib.error.URLError):
        fetched(port, "/healthz")


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        with pytest.raises(CommandError, match="PORT names another port") as refused:
            serving.check_free("127.0.0.1", other.getsockname()[1])

    assert refused.value.returncode == 2


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("192.0.2.1", 8000)])
def test_a_place_that_is_none_is_one_sentence(host: str, port: int) -> None:
    with pytest.raises(CommandError, match="Nothing can listen"):
        serving.check_free(host, port)
