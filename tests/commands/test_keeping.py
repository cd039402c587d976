"""`returnhome backup` and `restore`: nobody else can read it, and what comes back is equal."""

import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pyrage
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings

from returnhome import database
from returnhome.casework import acting, seals
from returnhome.casework.models import Child, Entry
from returnhome.management.keeping import Refused, holdings, programs, proving, sealed_file
from tests.cast import Cast, returned, signed, wrote
from tests.conftest import DATABASE, drop_database, make_database, owner_url

KEPT, TARGET = f"{DATABASE}_kept", f"{DATABASE}_target"
PLANTED = "the boathouse behind Quillermere weir"


class Kept(NamedTuple):
    """A backup of a database with a story in it, and the key that opens it."""

    file: Path
    identity: Path
    recipient: str
    told: dict[str, Any]

    def changed(self, to: Path, content: bytes) -> Path:
        to.write_bytes(content)
        return to


@contextmanager
def working_in(name: str) -> Iterator[None]:
    """Both roles, and Django itself, work in that database."""
    before = {key: os.environ[key] for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    serving = connection.settings_dict["NAME"]
    connection.close()
    app = psycopg.conninfo.make_conninfo(before["DATABASE_URL"], dbname=name)
    os.environ.update(DATABASE_URL=app, DATABASE_OWNER_URL=owner_url(name))
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        os.environ.update(before)
        connection.settings_dict["NAME"] = serving


def run(*words: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*map(str, words), stdout=out, stderr=err)
    except CommandError as refused:
        return refused.returncode, out.getvalue(), str(refused)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def kept(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    file, identity = folder / "a.backup", folder / "identity"
    code, public, _ = run("backup", "--make-key", identity)
    assert code == 0
    connection.close()
    make_database(KEPT, template=DATABASE)
    os.environ["BACKUP_RECIPIENTS"] = public.strip()
    with working_in(KEPT), django_db_blocker.unblock():
        with acting.as_system(acting.OPERATOR):
            cast = Cast()
            with transaction.atomic():
                episode = returned(cast.sky)
                wrote(episode, f"I slept in {PLANTED}", by=cast.amina)
                signed(episode, interviewer=cast.ines, by=cast.amina)
            seals.seal()
        code, told, said = run("backup", file, "--json", "--at", "2026-03-02T09:00+00:00")
        assert (code, said) == (0, "")
        yield Kept(file, identity, public.strip(), json.loads(told))
    del os.environ["BACKUP_RECIPIENTS"]
    drop_database(KEPT)


@pytest.fixture
def target(kept: Kept) -> Iterator[str]:
    """A new, empty database, in which the owner has given rights for what is to come."""
    make_database(TARGET)
    database.grant_defaults(owner_url(TARGET), connection.settings_dict["USER"])
    with working_in(TARGET):
        yield TARGET
    drop_database(TARGET)


def holds_nothing(name: str) -> bool:
    with psycopg.connect(owner_url(name)) as hand, hand.cursor() as cursor:
        return holdings.is_empty(cursor)


# A backup, and what others can see of it.


def test_a_backup_says_what_it_holds_and_when(kept: Kept) -> None:
    assert kept.told["taken_at"] == "2026-03-02T09:00:00+00:00"
    assert kept.told["size"] == kept.file.stat().st_size
    assert kept.told["tables"]["casework_child"]["rows"] > 0
    with psycopg.connect(owner_url(KEPT)) as hand:
        newest = hand.execute(
            "select number, encode(digest, 'hex') from casework_seal order by number desc limit 1"
        ).fetchone()
    assert (kept.told["seal"]["number"], kept.told["seal"]["digest"]) == newest
    assert oct(kept.file.stat().st_mode & 0o777) == "0o600"


def test_no_word_and_no_name_of_a_child_is_in_the_bytes_of_a_backup(kept: Kept) -> None:
    content = kept.file.read_bytes()
    sky = Child.objects.get(pk=Cast().sky.pk)

    for planted in (PLANTED, "Quillermere", sky.surname, "casework_child", "PGDMP"):
        for encoding in ("utf-8", "utf-16-le"):
            assert planted.encode(encoding) not in content


def test_the_tools_that_everybody_has_open_it_with_the_private_key(
    kept: Kept, tmp_path: Path
) -> None:
    [identity] = sealed_file.identities_in(kept.identity)

    line, dump = pyrage.decrypt(kept.file.read_bytes(), [identity]).split(b"\n", 1)

    assert json.loads(line)["owner"] == connection.settings_dict["USER"].replace("app", "owner")
    major = int(json.loads(line)["dumped_by"])
    program = programs.fitting("pg_restore", major)
    listed = subprocess.run([program.path, "--list"], input=dump, capture_output=True, check=True)
    assert b"TABLE DATA public casework_child" in listed.stdout


def test_a_check_reads_it_to_its_end_and_without_a_key_says_what_it_cannot_know(
    kept: Kept,
) -> None:
    code, said, _ = run("backup", "--check", kept.file, "--identity", kept.identity)
    assert code == 0
    assert "is whole" in said
    assert kept.told["sha256"] in said

    code, said, _ = run("backup", "--check", kept.file)
    assert code == 0
    assert "written for 1 key" in said
    assert "shows only with a private key" in said


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("", "names no public key"),
        ("age1nothing", "must be public keys"),
        ("AGE-SECRET-KEY-1QQ", "holds a private key"),
    ],
)
def test_without_a_public_key_there_is_no_backup(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, sentence: str
) -> None:
    monkeypatch.setenv("BACKUP_RECIPIENTS", setting)

    code, _, said = run("backup", tmp_path / "b")

    assert code == 2
    assert sentence in said
    assert list(tmp_path.iterdir()) == []


def test_neither_a_backup_nor_a_key_is_written_over(kept: Kept) -> None:
    before = kept.file.read_bytes(), kept.identity.read_bytes()

    assert run("backup", kept.file)[0] == 2
    assert run("backup", "--make-key", kept.identity)[0] == 2

    assert (kept.file.read_bytes(), kept.identity.read_bytes()) == before


def test_a_role_that_may_not_read_everything_makes_no_backup(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])

    code, _, said = run("backup", tmp_path / "b")

    assert code == 2
    assert "may not read everything" in said
    assert list(tmp_path.iterdir()) == []


def test_on_a_full_disk_nothing_is_left(kept: Kept, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        code, _, said = run("backup", tmp_path / "b")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert code == 1
    assert "could not be written" in said
    assert "No backup was made" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_backup_that_was_killed_leaves_no_file_of_its_name(
    kept: Kept, tmp_path: Path, how: signal.Signals
) -> None:
    file, part = tmp_path / "b", tmp_path / "b.part"
    running = subprocess.Popen(
        [sys.executable, "-m", "returnhome", "backup", file],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not part.exists() and running.poll() is None:
        time.sleep(0.001)
    running.send_signal(how)
    running.wait()

    assert running.returncode != 0
    assert not file.exists()
    assert run("backup", file)[0] == 0
    assert [each.name for each in tmp_path.iterdir()] == ["b"]


@pytest.mark.parametrize(
    ("version", "sentence"),
    [("14.2", "pg_dump is of PostgreSQL 14"), ("", "pg_dump of PostgreSQL was not found")],
)
def test_a_pg_dump_that_is_missing_or_too_old_is_named_with_its_package(
    tmp_path: Path, version: str, sentence: str
) -> None:
    if version:
        (tmp_path / "pg_dump").write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
        (tmp_path / "pg_dump").chmod(0o755)

    with pytest.raises(Refused) as refused:
        programs.fitting("pg_dump", 16, environ={"RETURNHOME_POSTGRES": str(tmp_path)})

    assert sentence in str(refused.value)
    assert "apt-get install postgresql-client-16" in str(refused.value)


# A restore.


def test_what_was_backed_up_comes_back_equal_and_the_proof_says_so(kept: Kept, target: str) -> None:
    code, said, beside = run("restore", kept.file, "--identity", kept.identity, "--json")

    told = json.loads(said)
    assert (code, told["holds"], told["erased_until"]) == (0, True, None)
    # Nobody gave the list of what was erased since, and so it says what that means.
    assert "the backup itself knows of none" in beside
    assert told["sha256"] == kept.told["sha256"]
    proof = {found["what"]: found["sentence"] for found in told["proof"]}
    assert proof["rows"].startswith(f"{kept.told['rows']:,} rows in ")
    assert kept.told["seal"]["digest"] in proof["journal"]
    assert not proof["sealed words and files"].startswith("0 ")
    assert "I wanted to see my nan." in {entry.words for entry in Entry.objects.all()}
    # What a new database gives to all tables, the journal's own rights take away again.
    app = connection.settings_dict["USER"]
    with psycopg.connect(owner_url(target)) as hand:
        may = "select has_table_privilege(%s, 'casework_journalentry', %s)"
        assert hand.execute(may, [app, "insert"]).fetchone() == (True,)
        assert hand.execute(may, [app, "update"]).fetchone() == (False,)

    # Into what is there now nothing is restored.
    code, _, said = run("restore", kept.file, "--identity", kept.identity)
    assert code == 2
    assert f"{target} holds something already" in said

    # And what is not equal any more is named.
    with psycopg.connect(owner_url(target)) as hand:
        hand.execute("update casework_child set surname = surname || 'e' where id = %s", [1])
        hand.execute("delete from casework_postcode")
    manifest = sealed_file.read_through(
        kept.file, sealed_file.identities_in(kept.identity)
    ).manifest
    again = proving.prove(
        manifest,
        owner=os.environ["DATABASE_OWNER_URL"],
        app=os.environ["DATABASE_URL"],
        is_up_to_date=True,
    )
    [rows] = [found for found in again.found if not found.is_equal]
    assert "casework_postcode has 0 rows and had " in rows.sentence

    # An earlier release may lack what this one has: that is told, and is no fault of the proof.
    with psycopg.connect(owner_url(target)) as hand:
        hand.execute("alter table casework_address drop column line")
    again = proving.prove(
        manifest,
        owner=os.environ["DATABASE_OWNER_URL"],
        app=os.environ["DATABASE_URL"],
        is_up_to_date=False,
    )
    told_of = {found.what: found.sentence for found in again.found if not found.is_equal}
    assert told_of["columns"] == "Missing: casework_address.line bytea not null."
    assert "sealed words and files" not in told_of


@pytest.mark.check
def test_a_key_that_is_missing_is_named_with_the_number_of_what_it_sealed(
    kept: Kept, target: str
) -> None:
    with override_settings(SEALING_KEYS=["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]):
        code, said, _ = run("restore", kept.file, "--identity", kept.identity)

    assert code == 1
    assert "Restored, and NOT equal" in said
    assert "which is not in SEALING_KEYS: " in said
    assert "Keys at hand: 66687aad." in said


def test_a_damaged_or_cut_off_backup_leaves_the_database_empty(
    kept: Kept, target: str, tmp_path: Path
) -> None:
    whole = kept.file.read_bytes()
    size = len(whole)
    files = {"empty": b"", "cut": whole[: size // 2], "end": whole[:-1], "more": whole + b"x"}
    # At the edge of a piece of the age format, so that every piece that is there is right.
    header = whole.index(b"\n", whole.index(b"\n--- ") + 1) + 1 + 16
    files["piece"] = whole[: header + 65_552]
    for place in (3, 60, header - 5, header + 70_000, size // 2, size - 3):
        files[f"at {place}"] = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]

    for name, content in files.items():
        (tmp_path / "b").write_bytes(content)
        code, said, why = run("restore", tmp_path / "b", "--identity", kept.identity)
        # Within the lines for each key it cannot be told from a file for other keys.
        assert code == 1 or (code == 2 and name == "at 60"), name
        assert said == ""
        assert why.count("\n") == 0
        assert "damaged" in why, name
        assert holds_nothing(target)


def test_with_the_key_of_another_nothing_is_opened(kept: Kept, target: str, tmp_path: Path) -> None:
    run("backup", "--make-key", tmp_path / "another")
    (tmp_path / "none").write_text("# nothing\n")

    code, _, said = run("restore", kept.file, "--identity", tmp_path / "another")
    assert code == 2
    assert "was not written for this key" in said

    code, _, said = run("restore", kept.file, "--identity", tmp_path / "none")
    assert code == 2
    assert "holds no private key" in said
    assert holds_nothing(target)


def test_a_file_of_something_else_is_no_backup(kept: Kept, target: str, tmp_path: Path) -> None:
    recipients = sealed_file.recipients_in(kept.recipient)
    (tmp_path / "b").write_bytes(pyrage.encrypt(b"a list of children\n" * 9, recipients))

    code, _, said = run("restore", tmp_path / "b", "--identity", kept.identity)

    assert code == 1
    assert "is no backup of Returnhome" in said


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("migration", "9999_of_tomorrow", "which this release does not know"),
        ("owner", "somebody", "restore as a role of the same name"),
        ("roles", ["returnhome_nobody"], "The server lacks returnhome_nobody"),
    ],
)
def test_what_does_not_fit_here_is_said_before_anything_is_written(
    kept: Kept, target: str, tmp_path: Path, name: str, value: Any, sentence: str
) -> None:
    [identity] = sealed_file.identities_in(kept.identity)
    line, dump = pyrage.decrypt(kept.file.read_bytes(), [identity]).split(b"\n", 1)
    content = json.dumps({**json.loads(line), name: value}).encode() + b"\n" + dump
    recipients = sealed_file.recipients_in(kept.recipient)
    (tmp_path / "b").write_bytes(pyrage.encrypt(content, recipients))

    code, _, said = run("restore", tmp_path / "b", "--identity", kept.identity)

    assert code == 2
    assert sentence in said
    assert holds_nothing(target)


def test_a_restore_that_breaks_off_leaves_the_database_as_empty_as_before(
    kept: Kept, target: str, tmp_path: Path
) -> None:
    [identity] = sealed_file.identities_in(kept.identity)
    line, dump = pyrage.decrypt(kept.file.read_bytes(), [identity]).split(b"\n", 1)
    # What was encrypted is cut off itself, late, so that the seal holds and the dump does not.
    spoilt = dump[:-1000]
    recipients = sealed_file.recipients_in(kept.recipient)
    (tmp_path / "b").write_bytes(pyrage.encrypt(line + b"\n" + spoilt, recipients))

    code, _, said = run("restore", tmp_path / "b", "--identity", kept.identity)

    assert code == 1
    assert "the database is as empty as before" in said
    assert holds_nothing(target)
    # And the rights that are for what is to come are there again.
    with psycopg.connect(owner_url(target)) as hand:
        assert hand.execute("select count(*) > 0 from pg_default_acl").fetchone() == (True,)


@pytest.mark.check
def test_the_drill_at_the_command_line(kept: Kept, target: str, tmp_path: Path) -> None:
    """As an operator runs it: each command a program of its own."""

    def returnhome(*words: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "returnhome", *map(str, words)], capture_output=True, text=True
        )

    with working_in(KEPT):
        taken = returnhome("backup", tmp_path / "b")
    checked = returnhome("backup", "--check", tmp_path / "b", "--identity", kept.identity)
    restored = returnhome("restore", tmp_path / "b", "--identity", kept.identity)
    verified = returnhome("verify-journal")

    assert (taken.returncode, taken.stderr) == (0, "")
    assert checked.returncode == 0
    assert restored.stdout.startswith("Proof of a restore: all is equal.")
    assert restored.returncode == 0
    assert verified.stdout.startswith("The journal holds")
