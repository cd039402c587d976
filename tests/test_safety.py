"""A live installation refuses to start where its locks would not hold."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from returnhome import database

pytestmark = pytest.mark.check

LIVE = {
    "SECRET_KEY": "only-for-tests",
    "SEALING_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "ALLOWED_HOSTS": "returnhome.example",
}


DOOR = ("-c", "import returnhome.wsgi; print('serving')")


def start(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Start Python in a process of its own, as a live installation: without words, the web door."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("RETURNHOME", "DATABASE", "DJANGO_SETTINGS"))
    }
    return subprocess.run(
        [sys.executable, *(words or DOOR)],
        env={**kept, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_live_installation_starts_as_the_role_that_owns_nothing() -> None:
    done = start(**LIVE, DATABASE_URL=os.environ["DATABASE_URL"])

    assert done.stdout == "serving\n", done.stderr


@pytest.mark.usefixtures("db")
def test_a_live_installation_refuses_to_start_as_the_owner_of_its_tables() -> None:
    owner = os.environ["DATABASE_OWNER_URL"]
    assert database.role_facts(owner).owns_something

    done = start(**LIVE, DATABASE_URL=owner)

    assert done.returncode != 0
    assert "owns tables" in done.stderr
    assert (urlsplit(owner).password or "no password") not in done.stderr


@pytest.mark.usefixtures("db")
def test_neither_does_the_serve_command_serve_as_the_owner() -> None:
    done = start(
        *("-m", "returnhome", "serve", "--port", "0"),
        **LIVE,
        DATABASE_URL=os.environ["DATABASE_OWNER_URL"],
    )

    assert done.returncode != 0
    assert "owns tables" in done.stderr


def test_a_missing_setting_is_one_sentence_and_exit_2() -> None:
    done = start("-m", "returnhome", "check", DATABASE_URL=os.environ["DATABASE_URL"])

    assert done.returncode == 2
    assert "must be set" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", sorted(LIVE))
def test_a_live_installation_refuses_to_start_without_a_setting(name: str) -> None:
    given = {key: value for key, value in LIVE.items() if key != name}

    done = start(**given, DATABASE_URL=os.environ["DATABASE_URL"])

    assert done.returncode != 0
    assert f"{name} must be set" in done.stderr


def test_a_worker_that_could_tell_nobody_refuses_to_start() -> None:
    done = start("-m", "returnhome", "worker", **LIVE, DATABASE_URL=os.environ["DATABASE_URL"])

    assert done.returncode == 2
    assert "EMAIL_HOST or NOTIFY_API_KEY must be set" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("db")
def test_neither_does_a_worker_work_as_the_owner() -> None:
    done = start(
        *("-m", "returnhome", "worker"),
        **LIVE,
        EMAIL_HOST="127.0.0.1",
        DATABASE_URL=os.environ["DATABASE_OWNER_URL"],
    )

    assert done.returncode != 0
    assert "owns tables" in done.stderr
