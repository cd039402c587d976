"""The database goes away and comes back: people are told, and nobody has to start us again."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import psycopg
import pytest

from returnhome import database, embedded
from tests.jobs.worker import until

pytestmark = pytest.mark.check

KEPT_APART = ("RETURNHOME", "DATABASE", "DJANGO_SETTINGS")
# A server of the test's own, which it stops and starts while the product goes on serving.
WORK = """
import django
django.setup()
from returnhome.jobs import working
print("ready", flush=True)
import sys
sys.exit(0 if working.work() else 1)
"""
PROGRAM = """
import sys
from returnhome import database
urls = database.ready()
import django
django.setup()
from django.core.management import call_command
call_command("migrate", without_places=True, verbosity=0)
from returnhome.management import serving
serving.serve("127.0.0.1", int(sys.argv[1]), when_ready=lambda: print("ready", flush=True))
"""


def asked(port: int, path: str) -> tuple[int, str, Message]:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=60) as found:
            return found.status, found.read().decode(), found.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator[embedded.Server]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(KEPT_APART)}
    environ["RETURNHOME_DATA"] = str(tmp_path / "own")
    served = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port)],
        env={**environ, "DJANGO_SETTINGS_MODULE": "returnhome.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert served.stdout is not None
        assert served.stdout.readline() == "ready\n"
        yield embedded.hold(environ, database._furnish)
    finally:
        served.terminate()
        served.communicate(timeout=60)


def test_people_and_programs_are_told_and_all_goes_on_once_it_is_back(
    server: embedded.Server, port: int
):
    assert [asked(port, path)[0] for path in ("/livez", "/healthz", "/readyz")] == [200, 200, 200]
    assert asked(port, "/accounts/login/")[0] == 200

    server.stop()

    code, page, headers = asked(port, "/one-time/word")
    assert (code, headers["Retry-After"]) == (503, "10")
    assert "Nothing that was saved is lost" in page
    code, said, headers = asked(port, "/api/v1/notifications/1")
    assert (code, headers["Retry-After"]) == (503, "10")
    assert headers["Content-Type"] == "application/problem+json"
    assert "Not available for a moment" in said
    assert asked(port, "/livez")[0] == 200
    assert asked(port, "/readyz")[:2] == (503, "no database")

    server.start()
    until = time.monotonic() + 30
    while asked(port, "/readyz")[0] != 200 and time.monotonic() < until:
        pass

    assert asked(port, "/one-time/word")[0] in (200, 404, 410)
    assert asked(port, "/readyz")[:2] == (200, "ok")


def at_work(server: embedded.Server) -> "subprocess.Popen[str]":
    """A worker on that server, as whatever keeps it running starts it."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(KEPT_APART)}
    worker = subprocess.Popen(
        [sys.executable, "-c", WORK],
        env={
            **environ,
            "DATABASE_URL": server.url(database.APP, database.NAME),
            "RETURNHOME_EMBEDDED": "1",
            "DJANGO_SETTINGS_MODULE": "returnhome.settings",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def put_down(server: embedded.Server) -> int:
    """How many jobs were ever put down: it grows for as long as a worker looks round."""
    with psycopg.connect(server.url(database.OWNER, database.NAME)) as hand:
        found = hand.execute(
            "select last_value from procrastinate_jobs_id_seq where is_called"
        ).fetchone()
    return found[0] if found else 0


def test_a_worker_goes_on_by_itself_or_ends_to_be_started_again(server: embedded.Server):
    workers = [at_work(server)]
    try:
        assert until(lambda: put_down(server) > 0, within=60)
        server.stop()
        time.sleep(2)
        server.start()
        before = put_down(server)

        def has_gone_on() -> bool:
            if workers[-1].poll() is not None:
                workers.append(at_work(server))
            return put_down(server) > before

        assert until(has_gone_on, within=120)
        for ended in workers[:-1]:
            assert ended.returncode == 1
            assert "The database was lost" in ended.communicate()[1]
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
