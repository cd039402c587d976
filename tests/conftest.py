"""What every test starts from: the real database, as the role that owns nothing, with the cast."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone
from hypothesis import settings
from psycopg import sql

from returnhome.casework import acting, places
from returnhome.casework.models import Authority, Postcode
from returnhome.web import sessions
from tests import cast as the_cast

DATABASE = f"test_returnhome_{os.getpid()}"
# Offices of councils, and the authority of each.
OFFICES = {
    "LS11UR": "E08000035",
    "BD11HY": "E08000032",
    "WF12HQ": "E08000036",
    "S12HH": "E08000039",
}


# What is tried with examples at random has fewer of them where the answer is wanted soon.
settings.register_profile("soon", max_examples=25)


def pytest_configure(config: pytest.Config) -> None:
    if config.option.markexpr == "not check":
        settings.load_profile("soon")


def pytest_collection_finish() -> None:
    """Thousands of tests stay in memory to the end: going through them for waste takes a while."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def owner_url(name: str) -> str:
    """The owner's address of a database on the tests' server."""
    return psycopg.conninfo.make_conninfo(os.environ["DATABASE_OWNER_URL"], dbname=name)


def as_owner(*statements: sql.Composable) -> None:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for statement in statements:
            owner.execute(statement)


def make_database(name: str, *, template: str | None = None) -> None:
    drop_database(name)
    if template:
        end_sessions(template)
    copied = sql.SQL(" template {}").format(sql.Identifier(template)) if template else sql.SQL("")
    as_owner(sql.SQL("create database {}").format(sql.Identifier(name)) + copied)


def end_sessions(name: str) -> None:
    """End what the product's role still has open there: only the role itself may."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as app:
        app.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = %s and usename = current_user and pid <> pg_backend_pid()",
            [name],
        )


def drop_database(name: str) -> None:
    end_sessions(name)
    # PostgreSQL itself waits some seconds for a page's connection that is just closing.
    as_owner(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))


# A password that is slow to try is what people want, and not what a thousand tests of other things
# do: theirs are made by the first of these. Where slowness is the point, a test says so.
HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]


@pytest.fixture(scope="session")
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=HASHERS):
        yield


@pytest.fixture(scope="session")
def django_db_setup(quick_passwords: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of this run, made by its owner and used by the role that owns nothing."""
    make_database(DATABASE)
    before = os.environ["DATABASE_OWNER_URL"]
    os.environ["DATABASE_OWNER_URL"] = owner_url(DATABASE)
    connection.settings_dict["NAME"] = DATABASE
    with django_db_blocker.unblock():
        call_command("migrate", without_places=True, verbosity=0)
        with acting.as_system(acting.OPERATOR):
            places.load_reference(at=the_cast.NOW)
            for code, gss_code in OFFICES.items():
                authority = Authority.objects.get(gss_code=gss_code)
                Postcode.objects.create(code=code, authority=authority)
            the_cast.assemble()
        connection.close()
    yield
    os.environ["DATABASE_OWNER_URL"] = before
    with django_db_blocker.unblock():
        connection.close()
    drop_database(DATABASE)


@pytest.fixture(autouse=True)
def at_the_desk() -> Iterator[None]:
    """What a test itself asks and writes, it does as the operator.

    Pages are the other way round: whatever goes through a browser is locked to whoever signed in.
    """
    with acting.as_system(acting.OPERATOR):
        yield


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many combinations the access matrix had, where it was asked at all."""
    passed = terminalreporter.stats.get("passed", [])
    asked = [value for each in passed for name, value in each.user_properties if name == "matrix"]
    if asked:
        count, seconds = (sum(each) for each in zip(*asked, strict=True))
        terminalreporter.write_line(
            f"The access matrix: {count:,} combinations, in {seconds:.0f} s of the tests' own time"
        )


@pytest.fixture
def cast(db: None) -> the_cast.Cast:
    return the_cast.Cast()


@contextmanager
def signing_in_fully() -> Iterator[None]:
    """The one place where `force_login` is made to stand for both factors."""
    only_known = Client._login  # type: ignore[attr-defined]

    def fully(client: Client, *who: Any, **how: Any) -> None:
        only_known(client, *who, **how)
        session = client.session
        sessions.begin(session, timezone.now(), full=True)
        session.save()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Client, "_login", fully)
        yield


@pytest.fixture(autouse=True, scope="session")
def signed_in_fully() -> Iterator[None]:
    with signing_in_fully():
        yield
