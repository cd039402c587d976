"""Makes sure, before Django looks for it, that the tests have a database and two plain roles."""

import os
from urllib.parse import quote

import psycopg
from psycopg import sql

from returnhome import database

OWNER, APP = "returnhome_test_owner", "returnhome_test_app"
PASSWORD = "only-for-tests"


def _plain_roles(admin_url: str) -> None:
    """On a server that DATABASE_URL names as somebody who may make roles: an owner and an app."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for role, right in ((OWNER, "createdb"), (APP, "nocreatedb")):
            known = connection.execute("select 1 from pg_roles where rolname = %s", [role])
            verb = "alter" if known.fetchone() else "create"
            statement = f"{verb} role {{}} login {right} nosuperuser password {{}}"
            connection.execute(
                sql.SQL(statement).format(sql.Identifier(role), sql.Literal(PASSWORD))
            )
        database.make_system_roles(connection, APP)
        info = connection.info
        place = f"host={quote(info.host)}&port={info.port}&dbname={quote(info.dbname)}"
    for name, role in (("DATABASE_URL", APP), ("DATABASE_OWNER_URL", OWNER)):
        os.environ[name] = f"postgresql://{role}:{PASSWORD}@/?{place}"


urls = database.ready()
if urls.owner is None:
    _plain_roles(urls.app)
# The tests are no live installation, wherever their database runs.
os.environ["RETURNHOME_EMBEDDED"] = "1"
# The browser's driver keeps an event loop in the main thread; nothing of ours runs in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "returnhome.settings")
