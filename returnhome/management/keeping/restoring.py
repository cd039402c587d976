"""Restoring a backup: into an empty database, all of it or nothing, and proved afterwards."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import psycopg
from django.core.management import CommandError
from django.db import OperationalError
from django.db import connection as serving
from django.db.migrations.loader import MigrationLoader
from django.db.models import Max
from psycopg import sql
from pyrage.x25519 import Identity

from returnhome import database
from returnhome.casework import staff
from returnhome.casework.models import Erasure
from returnhome.management import destroyed, upkeep
from returnhome.management.keeping import (
    Failed,
    Refused,
    holdings,
    programs,
    proving,
    sealed_file,
)
from returnhome.management.keeping.programs import Program
from returnhome.management.keeping.proving import Proof
from returnhome.management.keeping.sealed_file import ReadThrough

# Indexes are made faster; no more than a council's own machine can spare.
WITH_MEMORY = "-c maintenance_work_mem=256MB"


class Restored(NamedTuple):
    """What was read, and what the database was found to hold afterwards."""

    file: ReadThrough
    proof: Proof
    is_up_to_date: bool
    # When the newest record was erased that the backup itself knows of.
    erased_until: datetime | None = None


def restore(
    path: Path, identities: Sequence[Identity], *, erased: Path | None = None, at: datetime
) -> Restored:
    """Restore into the empty database of the environment, and prove it. Raises Refused and Failed.

    Either all of it is there or the database is as empty as before. `erased`: the list of what was
    erased; once all is proved to be as in the backup, what is on the list is erased again.
    """
    destroyed_since = _destroyed_since(erased)
    app = os.environ["DATABASE_URL"]
    owner = os.environ.get("DATABASE_OWNER_URL") or app
    try:
        with psycopg.connect(owner, autocommit=True) as hand, hand.cursor() as cursor:
            if not holdings.is_empty(cursor):
                raise Refused(
                    f"{hand.info.dbname} holds something already, and a backup goes into an empty "
                    "database only. Make a new one and let DATABASE_URL and DATABASE_OWNER_URL "
                    "name it."
                )
            program = programs.fitting("pg_restore", hand.info.server_version // 10000)
            file, listed = _read_first(path, identities, program)
            _check_fits(file.manifest, cursor)
            with _without_default_rights(hand, owner):
                _run(program, owner, path, identities, listed)
            # Statistics, and which pages are wholly visible, are in no dump.
            cursor.execute("vacuum (analyze)")
    except psycopg.OperationalError as error:
        raise Failed(f"The database does not answer: {str(error).splitlines()[0]}.") from None
    is_up_to_date, role = upkeep.is_migrated(), upkeep.app_role()
    if is_up_to_date and app != owner:
        # PostgreSQL reads some policies back in other words than it wrote them: these are put on
        # anew. Of an earlier release migrate does it.
        with upkeep.as_owner():
            upkeep.put_locks_on(role)
    proof = proving.prove(file.manifest, owner=owner, app=app, is_up_to_date=is_up_to_date)
    if erased:
        _erase_anew(proof, erased, destroyed_since, is_up_to_date=is_up_to_date, at=at)
    return Restored(file, proof, is_up_to_date, _erased_until(is_up_to_date=is_up_to_date))


def _destroyed_since(erased: Path | None) -> list[Erasure]:
    try:
        return destroyed.read(erased) if erased else []
    except destroyed.NotAList as error:
        raise Refused(str(error)) from None


def _erase_anew(
    proof: Proof, erased: Path, listed: list[Erasure], *, is_up_to_date: bool, at: datetime
) -> None:
    what = "erased since"
    if not is_up_to_date:
        later = (
            "Not carried out: the backup is of an earlier release. After returnhome migrate run "
            f"returnhome erase --anew {erased}, and let nobody work here before."
        )
        proof.add(what, [later], "")
        return
    try:
        with upkeep.as_owner():
            done = destroyed.carry_out(listed, by=staff.operator(), at=at)
            with serving.cursor() as cursor:
                cursor.execute("vacuum (analyze)")
    except destroyed.NotAList as error:
        proof.add(what, [str(error)], "")
        return
    left = [f"Something of {number} is still here." for number in done.left]
    proof.add(what, left, done.sentence)


def _erased_until(*, is_up_to_date: bool) -> datetime | None:
    if not is_up_to_date:
        return None
    with upkeep.as_owner():
        return Erasure.objects.aggregate(last=Max("erased_at"))["last"]


def _read_first(
    path: Path, identities: Sequence[Identity], program: Program
) -> tuple[ReadThrough, str]:
    """All of the file, before anything is written; and what pg_restore finds in it."""
    running = subprocess.Popen(
        [program.path, "--list"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=programs.reached("")[1],
    )
    assert running.stdout is not None
    assert running.stderr is not None
    with running, _listening(running.stdout) as listed, _listening(running.stderr) as said:
        with _fed(running) as onto:
            file = sealed_file.read_through(path, identities, onto)
        failed = running.wait()
    if failed:
        older = file.manifest.get("dumped_by", 0) > program.major
        why = programs.reason(b"".join(said).decode(errors="replace"))
        raise Refused(
            f"The backup is of PostgreSQL {file.manifest.get('server')}, which this server, of "
            f"version {program.major}, is too old for."
            if older
            else f"pg_restore cannot read the backup: {why}."
        )
    return file, _wanted(b"".join(listed).decode())


def _wanted(listed: str) -> str:
    """Without the remarks on extensions, which belong to whoever made them on this server."""
    lines = [line for line in listed.splitlines() if " COMMENT - EXTENSION " not in line]
    return "\n".join(lines) + "\n"


def _check_fits(manifest: dict[str, Any], cursor: psycopg.Cursor) -> None:
    """Whether server, roles and release here are those that the backup can go to."""
    owner, app = cursor.connection.info.user, upkeep.app_role()
    if manifest["owner"] != owner:
        raise Refused(
            f"The backup’s tables belong to {manifest['owner']}, and this database to {owner}: "
            "restore as a role of the same name."
        )
    wanted = [name for name in manifest["roles"] if name != "pg_database_owner"]
    cursor.execute("select rolname::text from pg_roles where rolname = any(%s)", [wanted])
    if missing := sorted(set(wanted) - {name for (name,) in cursor.fetchall()}):
        raise Refused(
            f"The server lacks {', '.join(missing)}, which the backup gives rights to. "
            "returnhome roles prints the SQL with which a superuser makes the roles."
        )
    if app not in manifest["roles"] and app != owner:
        raise Refused(
            f"The backup gives no rights to {app}, the role of DATABASE_URL: name the role that "
            f"it was made with, one of {', '.join(manifest['roles'])}."
        )
    known = {name for part, name in MigrationLoader(None).disk_migrations if part == "casework"}
    if manifest["migration"] not in known:
        raise Refused(
            f"The backup is of Returnhome {manifest['product']} with migration "
            f"{manifest['migration']}, which this release does not know: restore it with that one."
        )
    try:
        if app != owner:
            upkeep.check_system_roles(app)
    except CommandError as error:
        raise Refused(str(error)) from None
    except OperationalError as error:
        raise Refused(
            f"{app} cannot come in: {str(error).splitlines()[0]}. DATABASE_URL names it."
        ) from None
    finally:
        serving.close()


@contextmanager
def _without_default_rights(hand: psycopg.Connection, owner: str) -> Iterator[None]:
    """A dump gives rights and takes none away that a new database gives by itself.

    Were they left, the product's role could change the journal once it is restored. The dump
    brings them along; where nothing comes of it they are put back.
    """
    app = upkeep.app_role()
    if app == hand.info.user:
        yield
        return
    for kind in ("tables", "sequences"):
        hand.execute(
            sql.SQL("alter default privileges in schema public revoke all on {} from {}").format(
                sql.SQL(kind), sql.Identifier(app)
            )
        )
    try:
        yield
    except BaseException:
        database.grant_defaults(owner, app)
        raise


def _run(
    program: Program, url: str, path: Path, identities: Sequence[Identity], listed: str
) -> None:
    """pg_restore in one transaction: when it ends badly there is nothing."""
    place, around = programs.reached(url)
    around["PGOPTIONS"] = f"{around.get('PGOPTIONS', '')} {WITH_MEMORY}".strip()
    # Names of tables stand in the list, and nothing of what is in them.
    with tempfile.TemporaryFile() as names:
        names.write(listed.encode())
        names.seek(0)
        running = subprocess.Popen(
            [
                program.path,
                "--single-transaction",
                "--exit-on-error",
                "--no-owner",
                "--no-password",
                f"--use-list=/dev/fd/{names.fileno()}",
                f"--dbname={place}",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=around,
            pass_fds=(names.fileno(),),
        )
    assert running.stderr is not None
    with running, _listening(running.stderr) as said:
        with _fed(running) as onto:
            sealed_file.read_through(path, identities, onto)
        failed = running.wait()
    if failed:
        why = programs.reason(b"".join(said).decode(errors="replace"))
        raise Failed(f"pg_restore broke off, and the database is as empty as before: {why}.")


@contextmanager
def _fed(running: subprocess.Popen[bytes]) -> Iterator[Callable[[bytes], None]]:
    """Passes bytes on until the reader has had enough: a list needs the beginning alone."""
    pipe = running.stdin
    assert pipe is not None
    is_open = True

    def onto(given: bytes) -> None:
        nonlocal is_open
        if is_open:
            try:
                pipe.write(given)
            except BrokenPipeError:
                is_open = False

    try:
        yield onto
    except BaseException:
        # Before it sees an end that is none.
        running.kill()
        raise
    finally:
        with suppress(BrokenPipeError):
            pipe.close()


@contextmanager
def _listening(pipe: Any) -> Iterator[list[bytes]]:
    said: list[bytes] = []
    reading = Thread(target=lambda: said.append(pipe.read()), daemon=True)
    reading.start()
    try:
        yield said
    finally:
        reading.join()
