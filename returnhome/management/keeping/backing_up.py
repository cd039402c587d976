"""Taking a backup: one view of the whole database, counted, dumped and encrypted as it streams."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import psycopg
from pyrage.x25519 import Recipient

from returnhome import __version__, database
from returnhome.management.keeping import Failed, Refused, holdings, programs, sealed_file
from returnhome.management.keeping.programs import Program
from returnhome.management.keeping.sealed_file import Source, Written

# So much of the dump waits in memory at the most.
BUFFER = 1 << 20


class Taken(NamedTuple):
    """A backup that was made."""

    manifest: dict[str, Any]
    file: Written

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.manifest["tables"].values())


def take(to: Path, recipients: Sequence[Recipient], *, url: str, at: datetime) -> Taken:
    """Back up the database at `url` into a new file. Raises Refused and Failed.

    The role must be let read every row. Nothing of the database is on a disk in the clear, and
    there is no file of that name until all of it is written.
    """
    if to.exists():
        raise Refused(f"{to} is there already: a backup is never written over.")
    try:
        with psycopg.connect(url) as connection:
            return _take(connection, to, recipients, url=url, at=at)
    except psycopg.errors.UndefinedTable:
        raise Refused("There are no tables in this database yet: returnhome migrate.") from None
    except psycopg.OperationalError as error:
        raise Failed(f"The database does not answer: {str(error).splitlines()[0]}.") from None


def _take(
    connection: psycopg.Connection,
    to: Path,
    recipients: Sequence[Recipient],
    *,
    url: str,
    at: datetime,
) -> Taken:
    connection.autocommit = True
    holdings.set_plain(connection)
    program = programs.fitting("pg_dump", connection.info.server_version // 10000)
    _wait_until_quiet(connection)
    connection.autocommit = False
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.cursor() as cursor:
        _check_sees_all(cursor)
        snapshot = _value(cursor, "select pg_export_snapshot()")
        # Sequences are in no snapshot and only grow: read first, they are never ahead.
        counters = holdings.sequences(cursor)
        manifest = {
            "product": __version__,
            "migration": _value(
                cursor,
                "select name from django_migrations where app = 'casework' order by id desc"
                " limit 1",
            ),
            "server": _value(cursor, "show server_version"),
            "dumped_by": program.major,
            "taken_at": at.isoformat(timespec="seconds"),
            "owner": _value(
                cursor,
                "select pg_get_userbyid(relowner)::text from pg_class"
                " where oid = 'django_migrations'::regclass",
            ),
            "roles": holdings.roles(cursor),
            "seal": holdings.newest_seal(cursor),
            "tables": holdings.counted(cursor),
            "sequences": counters,
            "shape": holdings.shape(cursor),
        }
        with _dumping(program, url, snapshot) as dump:
            return Taken(manifest, sealed_file.write(to, recipients, manifest, dump))


def _value(cursor: psycopg.Cursor, query: Any) -> Any:
    found = cursor.execute(query).fetchone()
    return found[0] if found else None


def _wait_until_quiet(connection: psycopg.Connection) -> None:
    """No table may change between the numbers and the dump.

    Waited for before the view of everything is chosen, and let go of with the connection.
    """
    connection.execute("set lock_timeout = '30s'")
    try:
        connection.execute("select pg_advisory_lock_shared(%s)", [database.UPKEEP_LOCK])
    except psycopg.errors.LockNotAvailable:
        raise Refused(
            "The database is just being brought up to date: back it up once that is done."
        ) from None


def _check_sees_all(cursor: psycopg.Cursor) -> None:
    role, closed = cursor.execute(holdings.CLOSED).fetchone() or ("", 0)
    if closed:
        raise Refused(
            f"{role} may not read everything ({closed} tables are closed to it), and a backup with "
            "gaps is none. Let DATABASE_OWNER_URL name the owner, or a role with bypassrls that is "
            "a member of pg_read_all_data."
        )


@contextmanager
def _dumping(program: Program, url: str, snapshot: str) -> Iterator[Source]:
    """pg_dump, from the same view, into a pipe."""
    place, around = programs.reached(url)
    running = subprocess.Popen(
        [
            program.path,
            "--format=custom",
            # Most of it is sealed or hashed, which no effort makes smaller.
            "--compress=1",
            f"--snapshot={snapshot}",
            "--no-password",
            f"--dbname={place}",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=BUFFER,
        env=around,
    )
    assert running.stdout is not None
    assert running.stderr is not None
    said: list[bytes] = []
    # What it says is read beside, or a talkative one would wait for us and we for it.
    listening = Thread(target=lambda pipe=running.stderr: said.append(pipe.read()), daemon=True)
    listening.start()

    def ended() -> None:
        failed = running.wait()
        listening.join()
        if failed:
            why = programs.reason(b"".join(said).decode(errors="replace"))
            raise Failed(f"pg_dump broke off, and no backup was made: {why}.")

    try:
        yield Source(running.stdout, ended)
    finally:
        if running.poll() is None:
            running.kill()
            running.wait()
        listening.join()
        running.stdout.close()
        running.stderr.close()
