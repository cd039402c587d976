"""A worker in a process of its own, on the database apart and with the tests' mail server."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from tests.casework.conftest import APART
from tests.jobs.conftest import Mailbox

PROGRAM = """
import signal, sys
import django
django.setup()
from returnhome.jobs import working
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
working.end_with_input()
print("ready", flush=True)
sys.exit(0 if working.work() else 1)
"""


@contextmanager
def at_work(mailbox: Mailbox) -> Iterator[subprocess.Popen[str]]:
    """Works for as long as the block lasts, and is killed then if it was not ended before."""
    worker = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env={
            **os.environ,
            "DATABASE_URL": psycopg.conninfo.make_conninfo(
                os.environ["DATABASE_URL"], dbname=APART
            ),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mailbox.port),
            "PUBLIC_URL": "https://returnhome.example",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        yield worker
    finally:
        worker.kill()
        worker.communicate()


def until(is_so: Callable[[], bool], *, within: float) -> bool:
    """Wait until it is so; whether it came to be."""
    end = time.monotonic() + within
    while not (so := is_so()) and time.monotonic() < end:
        time.sleep(0.05)
    return so
