"""A database of a measurement's own, on the server that this machine has, and gone afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import django
import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from returnhome import database


def set_up() -> None:
    """Make Django ready; to be called before anything of casework is imported."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "returnhome.settings")
    database.ready()
    django.setup()


@contextmanager
def scratch(at: datetime, *, called: str = "") -> Iterator[str]:
    """Tables and authorities in a new database, without postcodes. Nobody's data is touched.

    Gives its name. A measurement that needs several at once gives each a `called` of its own.
    """
    name = f"bench_returnhome_{os.getpid()}{called}"
    owner = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    before = os.environ.get("DATABASE_OWNER_URL")
    connection.close()
    _as_owner(owner, "create database {}", name)
    os.environ["DATABASE_OWNER_URL"] = psycopg.conninfo.make_conninfo(owner, dbname=name)
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", without_places=True, verbosity=0)
        # Models can be imported only now that Django is set up.
        from returnhome.casework import acting, places  # noqa: PLC0415

        places.load_reference(at=at)
        with acting.as_system(acting.OPERATOR):
            yield name
    finally:
        connection.close()
        if before is None:
            del os.environ["DATABASE_OWNER_URL"]
        else:
            os.environ["DATABASE_OWNER_URL"] = before
        _as_owner(owner, "drop database {}", name)


def _as_owner(url: str, statement: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(sql.SQL(statement).format(sql.Identifier(name)))
