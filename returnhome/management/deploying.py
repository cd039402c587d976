"""Whatever is unsafe in how a live installation is set up: each has its number in `safety`."""

import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from returnhome import database
from returnhome.casework import row_security
from returnhome.reporting import silences
from returnhome.safety import told

SHORTEST_SECRET = 50
FEWEST_CHARACTERS = 5
SHORTEST_TOKEN = 32
LONGEST_UNUSED = timedelta(hours=1)
LONGEST_SIGNED_IN = timedelta(days=1)
CLOCKS_DIFFER = timedelta(seconds=5)
OLDEST_POSTGRES = 150000
HERE = ("", "localhost", "127.0.0.1", "::1")
CHECKED = ("verify-ca", "verify-full")
# What the product's role may do to every table, and what it may not even so.
RIGHTS = ("truncate", "references", "trigger")
NEVER = {
    "casework_journalentry": ("update", "delete"),
    "casework_seal": ("insert", "update", "delete"),
}
# Trigger functions and the one that seals, as the migrations make them.
OF_MIGRATIONS = "casework\\_%"


def in_settings(**_: Any) -> list[CheckMessage]:
    """What the environment alone tells; no database is asked."""
    if not settings.LIVE:
        return [told("E006")]
    return list(_in_settings(os.environ))


def _in_settings(environ: Mapping[str, str]) -> Iterator[CheckMessage]:
    yield from _of_secrets()
    if "*" in settings.ALLOWED_HOSTS:
        yield told("E011")
    elif below := [each for each in settings.ALLOWED_HOSTS if each.startswith(".")]:
        yield told("W014", ", ".join(below))
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme != "https":
        yield told("E012")
    if not _is_allowed(public.hostname or ""):
        yield told("W004", public.hostname or "no name")
    if environ.get("DATABASE_OWNER_URL"):
        yield told("E013")
    if settings.DEBUG:
        yield told("E022")
    if os.geteuid() == 0:
        yield told("W013")
    yield from _of_messages()
    yield from _of_sign_in(environ)
    if not settings.JOURNAL_ANCHOR:
        yield told("W007")
    if not settings.METRICS_TOKEN:
        yield told("W015")
    elif len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        yield told("W016", f"{len(settings.METRICS_TOKEN)} characters")


def _of_secrets() -> Iterator[CheckMessage]:
    secret = settings.SECRET_KEY
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_CHARACTERS:
        yield told("E009", f"{len(secret)} characters, {len(set(secret))} of them different")
    secrets = [
        *(secret, settings.METRICS_TOKEN, settings.DATABASES["default"]["PASSWORD"]),
        *set(settings.SEALING_KEYS),
    ]
    given = [each for each in secrets if each]
    if len(set(given)) < len(given):
        yield told("E010")


def _is_allowed(name: str) -> bool:
    return any(
        each in ("*", name) or (each.startswith(".") and f".{name}".endswith(each))
        for each in settings.ALLOWED_HOSTS
    )


def _of_messages() -> Iterator[CheckMessage]:
    if not settings.EMAIL_HOST:
        yield told("W001" if settings.NOTIFY_API_KEY else "W002")
    elif not settings.EMAIL_USE_TLS and settings.EMAIL_HOST not in HERE:
        yield told("W003", f"to port {settings.EMAIL_PORT} of {settings.EMAIL_HOST}")
    if settings.NOTIFY_API_KEY and urlsplit(settings.NOTIFY_URL).scheme != "https":
        yield told("E024")


def _of_sign_in(environ: Mapping[str, str]) -> Iterator[CheckMessage]:
    if settings.PROXIES == 0:
        yield told("W005")
    unused = timedelta(minutes=settings.SIGN_OUT_AFTER_MINUTES)
    lasts = timedelta(hours=settings.SIGN_IN_LASTS_HOURS)
    if unused > LONGEST_UNUSED or lasts > LONGEST_SIGNED_IN:
        yield told(
            "W006",
            f"{settings.SIGN_OUT_AFTER_MINUTES} minutes, {settings.SIGN_IN_LASTS_HOURS} hours",
        )
    place = environ.get("DIRECTORIES_FILE")
    if place and Path(place).stat().st_mode & 0o077:
        yield told("E021")


def in_database(**_: Any) -> list[CheckMessage]:
    """What the database tells of itself and of the role that asks."""
    if connection.vendor != "postgresql":
        return []
    try:
        return list(_in_database(settings.DATABASES["default"]["USER"]))
    except OperationalError:
        # `live_role` has said so.
        return []


def _in_database(role: str) -> Iterator[CheckMessage]:
    if connection.pg_version < OLDEST_POSTGRES:  # type: ignore[attr-defined]
        yield told("E015")
        return
    yield from _of_the_way()
    yield from _of_the_server()
    yield from _of_the_clock()
    if detail := _more_than_given(role):
        yield told("E018", "; ".join(detail))
    if free := _system_roles_set_free():
        yield told("E019", ", ".join(free))
    if strange := _strange_functions():
        yield told("E020", ", ".join(strange))
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield told("E017")
    elif not silences.is_anybody_listening(timezone.now()):
        yield told("W008")


def _asked(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def _of_the_way() -> Iterator[CheckMessage]:
    host = str(connection.settings_dict["HOST"])
    if host.startswith("/") or host in HERE:
        return
    connection.ensure_connection()
    is_encrypted = connection.connection.pgconn.ssl_in_use
    mode = connection.settings_dict["OPTIONS"].get("sslmode", "prefer")
    if not is_encrypted or mode not in ("require", *CHECKED):
        yield told("E014", f"sslmode={mode}")
    elif mode not in CHECKED:
        yield told("W011", f"sslmode={mode}")


def _of_the_server() -> Iterator[CheckMessage]:
    found = dict(
        _asked(
            "select name, setting from pg_settings where name = any(%s)",
            [
                *("fsync", "full_page_writes", "synchronous_commit", "log_statement"),
                *("log_min_duration_statement", "log_parameter_max_length"),
                "log_parameter_max_length_on_error",
            ],
        )
    )
    off = [
        name
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if found.get(name) == "off"
    ]
    if off:
        yield told("E023", f"{', '.join(off)} off")
    writes_statements = (
        found.get("log_statement") != "none" or found.get("log_min_duration_statement") != "-1"
    )
    if (writes_statements and found.get("log_parameter_max_length") != "0") or found.get(
        "log_parameter_max_length_on_error"
    ) != "0":
        yield told("W012")


def _of_the_clock() -> Iterator[CheckMessage]:
    before = timezone.now()
    ((there,),) = _asked("select clock_timestamp()")
    differ = max(before - there, there - timezone.now())
    if differ > CLOCKS_DIFFER:
        yield told("W009", f"by {differ.total_seconds():.0f} seconds")
    try:
        ((summer, winter),) = _asked(
            "select (timestamptz '2026-07-01 12:00+00' at time zone 'Europe/London')::text,"
            " (timestamptz '2026-01-01 12:00+00' at time zone 'Europe/London')::text"
        )
    except OperationalError:
        raise
    except DatabaseError:
        summer = winter = ""
    if (summer, winter) != ("2026-07-01 13:00:00", "2026-01-01 12:00:00"):
        yield told("W010")


def _more_than_given(role: str) -> list[str]:
    """In words, every right of the product's role that no migration gives."""
    ((makes_roles, makes_databases, copies),) = _asked(
        "select rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = %s", role
    )
    found = [
        words
        for words, may in (
            ("it makes roles", makes_roles),
            ("it makes databases", makes_databases),
            ("it copies the whole server", copies),
        )
        if may
    ]
    found += [
        f"it is a member of {name}"
        for (name,) in _asked(
            "select system.rolname from pg_auth_members join pg_roles system on system.oid = roleid"
            " where member = %s::regrole and system.rolname <> all(%s) order by 1",
            connection.ops.quote_name(role),
            list(database.SYSTEM_ROLES.values()),
        )
    ]
    found += [
        f"it makes {what}"
        for what, may in _asked(
            "values ('tables', has_schema_privilege(%s, 'public', 'create')),"
            " ('schemas', has_database_privilege(%s, current_database(), 'create'))",
            role,
            role,
        )
        if may
    ]
    return found + _more_of_tables(role)


def _more_of_tables(role: str) -> list[str]:
    return [
        f"{privilege} on {table}"
        for table, privilege in _asked(
            "select relname, privilege from pg_class, unnest(%s::text[]) privilege"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
            " and relname not like 'procrastinate%%'"
            " and has_table_privilege(%s, pg_class.oid, privilege)"
            " union all select relname, privilege from pg_class"
            " join unnest(%s::text[], %s::text[]) never (named, privilege) on relname = named"
            " where relnamespace = 'public'::regnamespace"
            " and has_table_privilege(%s, pg_class.oid, privilege) order by 1, 2",
            list(RIGHTS),
            role,
            [table for table, each in NEVER.items() for _ in each],
            [privilege for each in NEVER.values() for privilege in each],
            role,
        )
    ]


def _system_roles_set_free() -> list[str]:
    return [
        name
        for (name,) in _asked(
            "select rolname from pg_roles where rolname = any(%s)"
            " and (rolcanlogin or rolsuper or rolbypassrls or rolcreaterole) order by 1",
            list(database.SYSTEM_ROLES.values()),
        )
    ]


def _strange_functions() -> list[str]:
    return [
        name
        for (name,) in _asked(
            "select proname::text from pg_proc where pronamespace = 'public'::regnamespace"
            " and prosecdef and proname <> all(%s) and proname not like %s"
            " union select proname || ' (open to everybody)' from pg_proc"
            " where pronamespace = 'public'::regnamespace and prosecdef"
            " and prorettype <> 'trigger'::regtype"
            " and has_function_privilege('public', oid, 'execute') order by 1",
            list(row_security.functions()),
            OF_MIGRATIONS,
        )
    ]
