"""Which database this process works with: DATABASE_URL, else a private PostgreSQL in a folder."""

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from returnhome import embedded
from returnhome.embedded import DatabaseUnavailable

NAME = "returnhome"
OWNER = "returnhome_owner"
APP = "returnhome_app"
# Held while tables change: any number that nothing else in this database locks.
UPKEEP_LOCK = 7204
# Roles that nobody signs in as: the product's role puts one on for what acts for nobody, and what
# each opens is in casework.row_security.
SYSTEM_ROLES = {
    name: f"returnhome_{name}"
    for name in (
        "operator",
        "clockwork",
        "intake",
        "matching",
        "passing_on",
        "reporting",
        "sealing",
        "own_pages",
        "sender",
        "homes",
        "partners",
        "statutory",
    )
}


@dataclass(frozen=True)
class Urls:
    """The libpq URLs of the role that serves and, where known, of the role that migrates."""

    app: str
    owner: str | None


class RoleFacts(NamedTuple):
    """What a role could do past the row policies."""

    is_superuser: bool
    owns_something: bool


def ready(environ: MutableMapping[str, str] = os.environ) -> Urls:
    """Make sure that there is a database to connect to, and say where.

    Without a DATABASE_URL the embedded server is found or started and held for as long as this
    process lives, and the environment tells child processes to do the same.
    Raises DatabaseUnavailable.
    """
    given = environ.get("DATABASE_URL")
    inherited = environ.get("RETURNHOME_EMBEDDED") == "1"
    if given and not (inherited and _is_embedded(given)):
        # Someone has named a database to a process born of one that had the embedded server.
        environ.pop("RETURNHOME_EMBEDDED", None)
        if inherited and _is_embedded(environ.get("DATABASE_OWNER_URL", "")):
            environ.pop("DATABASE_OWNER_URL")
        return Urls(given, environ.get("DATABASE_OWNER_URL"))

    try:
        server = embedded.hold(environ, _furnish)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(
            f"The embedded database in {embedded.folder(environ)} could not be prepared: "
            f"{str(error).splitlines()[0]}."
        ) from error
    # A child may work in another database of the same server, as tests do; not in another server.
    if not given or _parts(given).get("host") != str(server.socket):
        environ["DATABASE_URL"] = server.url(APP, NAME)
        environ["DATABASE_OWNER_URL"] = server.url(OWNER, NAME)
    environ["RETURNHOME_EMBEDDED"] = "1"
    environ["RETURNHOME_DATA"] = str(server.cluster.parent)
    return Urls(environ["DATABASE_URL"], environ.get("DATABASE_OWNER_URL"))


def settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """Django's entry for the database that DATABASE_URL names."""
    return _entry(environ.get("DATABASE_URL"))


def owner_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """The same for DATABASE_OWNER_URL, which only migrations use; without it, DATABASE_URL."""
    return _entry(environ.get("DATABASE_OWNER_URL") or environ.get("DATABASE_URL"))


def grant_defaults(owner_connection_url: str, app_role: str) -> None:
    """Let the app role read and write the tables that the owner will make, and nobody make others.

    To be called before the first migration. Tables that exist already are left as they are:
    migrations take rights away again, such as changing the journal.
    """
    app = sql.Identifier(app_role)
    with psycopg.connect(owner_connection_url) as connection:
        for statement in (
            "revoke create on schema public from public",
            "grant usage on schema public to {app}",
            "alter default privileges in schema public"
            " grant select, insert, update, delete on tables to {app}",
            "alter default privileges in schema public grant usage, select on sequences to {app}",
        ):
            connection.execute(sql.SQL(statement).format(app=app))


def system_roles(app_role: str) -> list[sql.Composed]:
    """The statements by which a superuser makes the system roles and lets the app put them on.

    To put one on is all: were one inherited, it would be open to every page.
    """
    app = sql.Identifier(app_role)
    statements = [sql.SQL("alter role {app} noinherit").format(app=app)]
    for name in SYSTEM_ROLES.values():
        role = {"role": sql.Identifier(name), "name": sql.Literal(name), "app": app}
        statements += [
            sql.SQL(
                "do $$ begin if not exists (select 1 from pg_roles where rolname = {name})"
                " then create role {role} nologin noinherit; end if; end $$"
            ).format(**role),
            # Before 16 whether rights are inherited was a matter of the member alone.
            sql.SQL(
                "do $$ begin if current_setting('server_version_num')::int < 160000"
                " then grant {role} to {app};"
                " else execute $_$grant {role} to {app} with inherit false, set true$_$; end if;"
                " end $$"
            ).format(**role),
        ]
    return statements


def make_system_roles(connection: psycopg.Connection, app_role: str) -> None:
    """Make those that are missing; nothing is done, and nothing waited for, where none is."""
    known = connection.execute(
        "select count(*) from pg_auth_members join pg_roles system on system.oid = roleid"
        " where member = (select oid from pg_roles where rolname = %s) and rolname = any(%s)",
        [app_role, list(SYSTEM_ROLES.values())],
    ).fetchone()
    if known != (len(SYSTEM_ROLES),):
        for statement in system_roles(app_role):
            connection.execute(statement)


def is_unlocked(url: str) -> bool:
    """Whether there are children in the database whose records are closed to nobody."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select exists (select 1 from pg_class where relnamespace = 'public'::regnamespace"
            " and relname in ('casework_child', 'casework_episode', 'casework_entry')"
            " and not relrowsecurity) or exists (select 1 from pg_roles"
            " where rolname = any(%s) and pg_has_role(current_user, oid, 'usage'))",
            [list(SYSTEM_ROLES.values())],
        ).fetchone()
    return bool(found and found[0])


def role_facts(url: str) -> RoleFacts:
    """Whether the URL's role is a superuser or excused from row security, and whether it owns.

    A role that acts as an owner by membership counts as one: row security lets it pass too.
    """
    with psycopg.connect(url) as connection:
        found = connection.execute(
            """
            select rolsuper or rolbypassrls,
                   exists (select 1 from pg_database where datname = current_database()
                              and pg_has_role(current_user, datdba, 'usage'))
                or exists (select 1 from pg_class where relpersistence <> 't'
                              and pg_has_role(current_user, relowner, 'usage'))
              from pg_roles where rolname = current_user
            """
        ).fetchone()
    return RoleFacts(*found) if found else RoleFacts(False, False)


def _entry(url: str | None) -> dict[str, Any]:
    if not url:
        return {"ENGINE": "django.db.backends.dummy"}
    parts = _parts(url)
    return {
        "ENGINE": "returnhome.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        # Prepared statements: planning the row policies anew would be most of a query's cost.
        "OPTIONS": {**parts, "server_side_binding": True, "prepare_threshold": 0},
        # Kept for as long as what it has prepared is worth having; asked first whether it lives.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def _parts(url: str) -> dict[str, Any]:
    try:
        return conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        # The reason is left out, as it can quote the password.
        raise DatabaseUnavailable(
            "DATABASE_URL and DATABASE_OWNER_URL must read postgresql://user:password@host/name."
        ) from error


def _is_embedded(url: str) -> bool:
    return str(_parts(url).get("host", "")).startswith(embedded.SOCKETS)


def _furnish(server: embedded.Server) -> None:
    """Make the two plain roles and the database, once; what initdb made is a superuser."""
    unfinished = f"{NAME}_unfinished"
    with psycopg.connect(server.url(embedded.SUPERUSER, "postgres"), autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone():
            # A cluster of before may lack a role that has been added since.
            make_system_roles(connection, APP)
            return
        names = {"name": sql.Identifier(NAME), "unfinished": sql.Identifier(unfinished)}
        connection.execute(sql.SQL("drop database if exists {unfinished}").format(**names))
        # Tests make databases of their own, as the owner.
        for role, may in ((OWNER, sql.SQL("createdb")), (APP, sql.SQL("nocreatedb"))):
            one = {"role": sql.Identifier(role), "may": may, "key": server.password(role)}
            known = connection.execute("select 1 from pg_roles where rolname = %s", [role])
            if not known.fetchone():
                connection.execute(sql.SQL("create role {role}").format(**one))
            connection.execute(
                sql.SQL("alter role {role} login {may} password {key}").format(**one)
            )
        make_system_roles(connection, APP)
        connection.execute(
            sql.SQL("create database {unfinished} owner {role}").format(
                **names, role=sql.Identifier(OWNER)
            )
        )
        grant_defaults(server.url(OWNER, unfinished), APP)
        connection.execute(
            sql.SQL(
                "comment on database {unfinished} is"
                " 'For demonstration, development and tests only: never for live records.'"
            ).format(**names)
        )
        # As with the data folder, the rename is the proof that all of it was done.
        connection.execute(sql.SQL("alter database {unfinished} rename to {name}").format(**names))
