"""Bringing a database up to date: migrations as its owner, then the places everybody needs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from returnhome import database
from returnhome.casework import acting, journal, places, row_security


@contextmanager
def as_owner() -> Iterator[None]:
    """Connect as the role that owns the tables, for as long as the block lasts."""
    serving = dict(connection.settings_dict)
    owning = database.owner_settings(os.environ)
    connection.close()
    connection.settings_dict.update({key: owning[key] for key in ("USER", "PASSWORD")})
    # A migration may hold several statements, which no prepared statement can.
    connection.settings_dict["OPTIONS"] = {
        **serving["OPTIONS"],
        "server_side_binding": False,
        "prepare_threshold": None,
    }
    # The owner puts on no system role: nothing is closed to it.
    with acting.as_nobody():
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(serving)


class NotTheOwner(CommandError):
    """Somebody else would be shown a part of the whole, or nothing, and could take it for all."""

    def __init__(self) -> None:
        super().__init__(
            "This is for the role that owns the tables: name it in DATABASE_OWNER_URL.",
            returncode=2,
        )


@contextmanager
def as_owner_alone() -> Iterator[None]:
    """The same, for what has to see every row. Raises NotTheOwner."""
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_get_userbyid(relowner) = current_user from pg_class"
                " where oid = 'public.casework_child'::regclass"
            )
            ((owns,),) = cursor.fetchall()
        if not owns:
            raise NotTheOwner
        yield


def is_up_to_date() -> bool:
    """Whether every migration has run, the places are there, and each table has its locks."""
    if not is_migrated():
        return False
    if row_security.faults(app_role()):
        return False
    loaded = places.ReferenceLoad.objects.filter(name__in=["authorities", "postcodes"])
    return loaded.count() == 2


def is_migrated() -> bool:
    """Whether every migration of this release has run."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def app_role() -> str:
    """The role that serves, in whose name no table is."""
    return settings.DATABASES["default"]["USER"]


class RolesMissing(CommandError):
    """The database has not the roles that the locks are for."""


def check_system_roles(role: str) -> None:
    """Whether what acts for nobody has a role each. Raises RolesMissing."""
    if missing := row_security.missing_roles(role):
        raise RolesMissing(
            f"The database lacks {', '.join(missing)}, or {role} may not put them on. "
            "returnhome roles prints the SQL with which a superuser makes them."
        )


@contextmanager
def migrating() -> Iterator[None]:
    """As the owner: before the migrations grant what is granted, after them take back and load.

    Of two that start together one waits for the other.
    """
    role = app_role()
    with as_owner():
        owner_role = connection.settings_dict["USER"]
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [database.UPKEEP_LOCK])
        if role != owner_role:
            check_system_roles(role)
            database.grant_defaults(_owner_url(), role)
        yield
        call_command("createcachetable", verbosity=0)
        if role != owner_role:
            _forbid_rewriting(role)
        if role != owner_role:
            put_locks_on(role)


def put_locks_on(role: str) -> None:
    """As the owner: the policies of the table of access, where others are there."""
    with transaction.atomic():
        if row_security.faults(role):
            row_security.put_on(role)
        # A table that has come since needs no other policy, and yet rights.
        row_security.let_system_roles(role)


def load_places() -> None:
    """Bring the authorities and postcodes, where this edition is not there yet."""
    with as_owner():
        places.load_reference(at=timezone.now())
        places.load_postcodes(connection, at=timezone.now())


def _owner_url() -> str:
    return os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]


def _forbid_rewriting(app_role: str) -> None:
    """Beside the triggers: the product's own role is not even granted a change of the journal.

    Into the seals it writes nothing at all: one function does, that is the owner's. So it is with
    certificates of what was erased. Of the wrapped keys it does not even read: they come with the
    words that they open.
    """
    role = connection.ops.quote_name(app_role)
    table = connection.ops.quote_name(journal.JournalEntry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"revoke update, delete, truncate on {table} from {role}")
        cursor.execute(f"revoke insert, update, delete, truncate on casework_seal from {role}")
        cursor.execute(f"revoke insert, update, delete, truncate on casework_erasure from {role}")
        cursor.execute(f"revoke all on casework_datakey from {role}")
