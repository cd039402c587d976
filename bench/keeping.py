"""Keeping it safe: backup and restore of a large ledger, and what a thief of the disk would find.

    python -m bench.keeping [restore] [planted] [keys] [retention] [erased]
                            [killed] [switched] [growing]
                            [--episodes 2000000] [--secrets 10000] [--keys 1000000] [--moments 200]

`restore`: a ledger (bench/ledger.py) is backed up, restored into a second database and proved.
Target: all is equal. Memory of the process that backs up is told beside it, as it must not grow
with the ledger; the yardstick is `pg_dump` alone, of the same database into nothing.

`planted`: secrets, each its own, are written into accounts and protected addresses through the
sealed fields, and then looked for in a plain dump of the database, in the files of the embedded
server after a checkpoint (its log among them), in files for passing use, and in the backup.
Target: none is found.

`keys`: a new organisation's key takes over from the old one while words are written. Told beside it
is the longest that one of those had to wait; the yardstick is a bare UPDATE of as many bytes in as
many rows. And words under data keys are read beside the same bytes left closed. Target: all is
sealed by the new key, and every word opens.

`retention`: which records of a large ledger are due to be reviewed, today and on a day on which all
are. Target: under five minutes; the yardstick is a bare count of the children and their episodes.

`erased`: secrets are written, each its own, into names, mentions and accounts of children, whose
records are then erased as two managers want it, and looked for in a plain dump, in the server's log
and in what was printed; and sealed words of a copy from before are opened with the keys that are
still there. Target: none. Told beside it: what the files of the server hold until they are written
over, and how long one record took.

`killed`, `switched`, `growing`: as bench/outages.py has them, on a PostgreSQL of their own.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import psycopg

from bench import scratch

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LETTERS = "abcdefghijkmnpqrstuvwxyz"
AT_ONCE = 1 << 24


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}; absent: all")
    asked.add_argument("--episodes", type=int, default=2_000_000)
    asked.add_argument("--secrets", type=int, default=10_000)
    asked.add_argument("--keys", type=int, default=1_000_000)
    asked.add_argument("--moments", type=int, default=200)
    options = asked.parse_args()
    if unknown := set(options.sections) - SECTIONS.keys():
        asked.error(f"there is no section {', '.join(sorted(unknown))}")
    scratch.set_up()
    is_met = True
    for name in options.sections or SECTIONS:
        print(f"\n{name}")
        is_met &= SECTIONS[name](options)
    print("\nTarget met." if is_met else "\nTarget NOT met.")
    sys.exit(not is_met)


# Backup and restore.


def _restore(options: argparse.Namespace) -> bool:
    with scratch.scratch(NOW, called="_from") as source, tempfile.TemporaryDirectory() as folder:
        _fill(options.episodes)
        keys = _keys(Path(folder))
        file = Path(folder, "ledger.backup")
        _say("the ledger", f"{options.episodes:,} episodes, {_size(source)} in PostgreSQL")
        _say("pg_dump alone, kept nowhere", f"{_dumped_alone(source):.1f} s")
        took, taken, memory = _command(source, "backup", file, "--json", **keys)
        told = json.loads(taken.stdout)
        _say(
            "backup",
            f"{took:.1f} s, {told['rows']:,} rows, {told['size'] / 1e6:,.0f} MB, "
            f"{memory} MB of memory",
        )
        identity = Path(folder, "identity")
        took, _, _ = _command(source, "backup", "--check", file, "--identity", identity)
        _say("read through to its end", f"{took:.1f} s")
        with _empty("_to") as target:
            took, restored, memory = _command(
                target, "restore", file, "--identity", identity, "--json"
            )
            if not restored.stdout:
                print(restored.stderr)
                return False
            proof = json.loads(restored.stdout)
            _say("restore and proof", f"{took:.1f} s, {memory} MB of memory")
            took = _timed(lambda: _proved(target, file, identity))
            _say("of that the proof", f"{took:.1f} s")
        for found in proof["proof"]:
            mark = "equal" if found["is_equal"] else "NOT EQUAL"
            print(f"    {mark}: {found['what']}. {found['sentence']}")
        return proof["holds"]


def _fill(episodes: int) -> None:
    from bench import ledger  # noqa: PLC0415
    from returnhome.casework import seals  # noqa: PLC0415

    ledger.stand(episodes, at=NOW)
    seals.seal()


def _keys(folder: Path) -> dict[str, str]:
    from returnhome.management.keeping import sealed_file  # noqa: PLC0415

    return {"BACKUP_RECIPIENTS": sealed_file.make_key(folder / "identity", at=NOW)}


def _dumped_alone(name: str) -> float:
    from returnhome.management.keeping import programs  # noqa: PLC0415

    with psycopg.connect(_owner(name)) as hand:
        program = programs.fitting("pg_dump", hand.info.server_version // 10000)
    place, around = programs.reached(_owner(name))
    words = [program.path, "--format=custom", "--compress=1", f"--dbname={place}"]
    return _timed(lambda: subprocess.run(words, env=around, stdout=subprocess.DEVNULL, check=True))


def _proved(name: str, file: Path, identity: Path) -> None:
    from returnhome.management.keeping import proving, sealed_file  # noqa: PLC0415

    read = sealed_file.read_through(file, sealed_file.identities_in(identity))
    with _working_in(name):
        proving.prove(
            read.manifest,
            owner=os.environ["DATABASE_OWNER_URL"],
            app=os.environ["DATABASE_URL"],
            is_up_to_date=True,
        )


def _command(name: str, *words: Any, **more: str) -> tuple[float, Any, int]:
    """One of the product's commands on that database: seconds, what it said, memory in MB."""
    around = {
        **os.environ,
        **more,
        "DATABASE_URL": _app(name),
        "DATABASE_OWNER_URL": _owner(name),
    }
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *map(str, words)],
        env=around,
        capture_output=True,
        text=True,
    )
    took = time.perf_counter() - began
    *said, memory = done.stderr.strip().splitlines()
    done.stderr = "\n".join(said)
    if done.returncode:
        print(f"    exit {done.returncode}: {done.stderr}")
    return took, done, int(memory) // 1024


# The command as it is, and then how much memory it had at the most: its own, not its parent's.
WATCHED = r"""
import atexit, re, sys
def most():
    return re.search(r"VmHWM:\s*(\d+)", open("/proc/self/status").read())[1]
atexit.register(lambda: print(most(), file=sys.stderr))
from returnhome.__main__ import main
main()
"""


# What a thief would find.


def _planted(options: argparse.Namespace) -> bool:
    secrets = _secrets(options.secrets)
    found: dict[str, int] = {}
    with scratch.scratch(NOW, called="_planted") as name, tempfile.TemporaryDirectory() as folder:
        _plant(secrets)
        keys = _keys(Path(folder))
        file = Path(folder, "planted.backup")
        passing = Path(folder, "passing")
        passing.mkdir()
        with psycopg.connect(_superuser(name), autocommit=True) as hand:
            hand.execute("checkpoint")
        found["a plain pg_dump"] = _in_dump(name, secrets)
        _command(name, "backup", file, TMPDIR=str(passing), **keys)
        with _empty("_again") as target:
            identity = Path(folder, "identity")
            _command(target, "restore", file, "--identity", identity, TMPDIR=str(passing))
            found["the backup"] = _in_files([file], secrets)
            found["files for passing use"] = _in_files(_below(passing), secrets)
            with psycopg.connect(_superuser(name), autocommit=True) as hand:
                hand.execute("checkpoint")
            data = Path(os.environ["RETURNHOME_DATA"])
            found["the server’s log"] = _in_files(data.rglob("*.log"), secrets)
            found["the data folder, both databases and all"] = _in_files(_below(data), secrets)
        _say("planted", f"{len(secrets):,} secrets, of which {_opened(name):,} open again")
    # That the search finds what is there: the same secrets, written down.
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "plain")
        plain.write_text("\n".join(secrets))
        _say("the search itself finds", f"{_in_files([plain], secrets):,} in a plain list")
    for where, number in found.items():
        _say(f"found in {where}", f"{number:,}")
    return not any(found.values())


def _secrets(number: int) -> list[str]:
    draw = random.Random(number)
    return ["zq" + "".join(draw.choices(LETTERS, k=14)) for _ in range(number)]


def _plant(secrets: list[str]) -> None:
    """Half of them told by children, half where a child must not be found."""
    from django.db import transaction  # noqa: PLC0415

    from bench import ledger  # noqa: PLC0415
    from returnhome.casework import staff  # noqa: PLC0415
    from returnhome.casework.models import (  # noqa: PLC0415
        Address,
        Authority,
        Child,
        Entry,
        Interview,
    )

    operator = staff.operator().pk
    leeds = Authority.objects.get(name="Leeds")
    ledger.invent(
        max(2_000, len(secrets) // 8),
        measured=leeds.pk,
        share=1 / 8,
        workers=[operator],
        operator=operator,
        at=NOW,
    )
    told, hidden = secrets[::2], secrets[1::2]
    talks = list(Interview.objects.filter(signed_at__isnull=True)) or list(Interview.objects.all())
    kids = list(Child.objects.all()[:500])
    with transaction.atomic():
        for number, secret in enumerate(told):
            Entry.objects.create(
                interview=talks[number % len(talks)],
                question=f"planted_{number}",
                codes=[],
                words=f"I was at {secret} and nobody knew",
                written_at=NOW,
                written_by_id=operator,
            )
        for number, secret in enumerate(hidden):
            Address.objects.create(
                child=kids[number % len(kids)],
                authority=leeds,
                line=f"{secret} House",
                is_protected=True,
            )


def _opened(name: str) -> int:
    from returnhome.casework.models import Address, Entry  # noqa: PLC0415

    told = Entry.objects.filter(question__startswith="planted_")
    return sum("zq" in each.words for each in told) + sum(
        each.line.startswith("zq") for each in Address.objects.filter(is_protected=True)
    )


def _in_dump(name: str, secrets: list[str]) -> int:
    from returnhome.management.keeping import programs  # noqa: PLC0415

    with psycopg.connect(_owner(name)) as hand:
        program = programs.fitting("pg_dump", hand.info.server_version // 10000)
    place, around = programs.reached(_owner(name))
    with tempfile.TemporaryFile() as plain:
        words = [program.path, "--format=plain", f"--dbname={place}"]
        subprocess.run(words, env=around, stdout=plain, check=True)
        plain.seek(0)
        return len(_seen(plain, _forms(secrets)))


def _in_files(files: Any, secrets: list[str]) -> int:
    forms, seen = _forms(secrets), set[bytes]()
    for file in files:
        # A server takes files away while it works.
        with suppress(FileNotFoundError), file.open("rb") as content:
            seen |= _seen(content, forms)
    return len(seen)


def _forms(secrets: list[str]) -> dict[bytes, bytes]:
    """As text, and as the hexadecimal in which a dump writes bytes."""
    plain = {secret.encode(): secret.encode() for secret in secrets}
    return plain | {secret.encode().hex().encode(): secret.encode() for secret in secrets}


CANDIDATE = re.compile(rb"zq[a-z]{14}|7a71[0-9a-f]{28}")


def _seen(content: Any, forms: dict[bytes, bytes]) -> set[bytes]:
    seen, rest = set[bytes](), b""
    while piece := content.read(AT_ONCE):
        rest += piece
        # Read from every place on: one candidate may begin within another.
        for start in re.finditer(rb"(?=zq|7a71)", rest):
            found = CANDIDATE.match(rest, start.start())
            if found and found[0] in forms:
                seen.add(forms[found[0]])
        rest = rest[-32:]
    return seen


def _below(folder: Path) -> Iterator[Path]:
    return (each for each in folder.rglob("*") if each.is_file())


# Another key.


def _rotated(options: argparse.Namespace) -> bool:
    from django.test import override_settings  # noqa: PLC0415

    from returnhome.casework.models import Entry  # noqa: PLC0415
    from returnhome.management import keys, upkeep  # noqa: PLC0415

    old, new = keys.make(), keys.make()
    with scratch.scratch(NOW, called="_keys") as name, override_settings(SEALING_KEYS=[old]):
        _plant(_secrets(options.secrets))
        _read(options.secrets // 2)
        _add_keys(name, options.keys)
        _seal_as_before(name)
        with psycopg.connect(_owner(name), autocommit=True) as hand:
            size, all_keys = hand.execute(
                "select pg_total_relation_size('casework_datakey'), count(*) from casework_datakey"
            ).fetchone()  # type: ignore[misc]
            hand.execute("create table bare as select id, wrapped from casework_datakey")
            hand.execute("alter table bare add primary key (id)")
            bare = _timed(
                lambda: hand.execute("update bare set wrapped = wrapped || '' where wrapped <> ''")
            )
        with override_settings(SEALING_KEYS=[new, old]):
            with _writing() as waits:
                done, took = Counter[str](), Counter[str]()
                with upkeep.as_owner():
                    began = time.perf_counter()
                    for what, number in keys.rotate():
                        done[what] += number
                        took[what] += time.perf_counter() - began
                        began = time.perf_counter()
            with upkeep.as_owner():
                is_settled = keys.counted().is_settled
        with override_settings(SEALING_KEYS=[new]):
            planted = Entry.objects.filter(question__startswith="planted_")
            open_again = sum("zq" in each for each in planted.values_list("words", flat=True))
    _say("a data key with its indexes", f"{size / all_keys:.0f} bytes, of {all_keys:,}")
    for what, number in done.items():
        speed = number / took[what]
        _say(f"{what} sealed anew", f"{number:,} in {took[what]:.1f} s, {speed:,.0f} a second")
    _say(
        "a bare UPDATE of as many data keys",
        f"{bare:.1f} s: theirs takes {took['data keys'] / bare:.1f} times that",
    )
    _say(
        "words written meanwhile",
        f"{len(waits):,}, the longest in {max(waits) * 1000:.0f} ms, half within"
        f" {statistics.median(waits) * 1000:.1f} ms",
    )
    _say("open with the new key alone", f"{open_again:,} of {options.secrets // 2:,}")
    return is_settled and open_again == options.secrets // 2


def _read(number: int) -> None:
    """What a key costs whoever reads: words opened, and the same bytes as they lie there."""
    from django.db import connection  # noqa: PLC0415

    from returnhome.casework.models import Entry  # noqa: PLC0415

    planted = Entry.objects.filter(question__startswith="planted_")

    def closed() -> None:
        with connection.cursor() as cursor:
            cursor.execute("select words from casework_entry where question like 'planted%%'")
            assert len(cursor.fetchall()) == number

    def opened() -> None:
        assert len(planted.values_list("words", flat=True)) == number

    times = {each: [_timed(each) for _ in range(7)] for each in (closed, opened)}
    left, read = (statistics.median(times[each]) for each in (closed, opened))
    _say(
        f"{number:,} words read and opened",
        f"{read * 1000:.0f} ms; left closed {left * 1000:.0f} ms:"
        f" {(read - left) / number * 1e6:.0f} microseconds a word",
    )


def _add_keys(name: str, number: int) -> None:
    from returnhome.casework.sealing import DataKey  # noqa: PLC0415

    with psycopg.connect(_owner(name)) as hand, hand.cursor() as cursor:
        with cursor.copy("copy casework_datakey (id, keyring, wrapped) from stdin") as copying:
            for _ in range(number):
                key = DataKey.made()
                copying.write_row((UUID(bytes=key.id), uuid4(), key.wrapped))
        hand.commit()
        hand.execute("analyze casework_datakey")


def _seal_as_before(name: str) -> None:
    """Every second word that was planted as an earlier release had it: under no data key."""
    from returnhome.casework import sealing  # noqa: PLC0415
    from returnhome.casework.models import Entry  # noqa: PLC0415

    planted = Entry.objects.filter(question__startswith="planted_").order_by("pk")
    before = [(sealing.seal(each.words.encode()), each.pk) for each in planted[::2]]
    with psycopg.connect(_owner(name)) as hand, hand.cursor() as cursor:
        cursor.executemany("update casework_entry set words = %s where id = %s", before)


@contextmanager
def _writing() -> Iterator[list[float]]:
    """Somebody writes words all the while: how long each had to wait."""
    from django.db import connection  # noqa: PLC0415

    from returnhome.casework import acting  # noqa: PLC0415
    from returnhome.casework.models import Entry  # noqa: PLC0415

    waits, is_over = list[float](), Event()

    def write() -> None:
        with acting.as_system(acting.OPERATOR):
            row = Entry.objects.filter(question__startswith="planted_")[0]
            while not is_over.is_set():
                row.pk, row.question = None, f"meanwhile_{len(waits)}"
                waits.append(_timed(lambda: row.save(force_insert=True)))
                time.sleep(0.01)
        connection.close()

    thread = Thread(target=write)
    thread.start()
    # Its connection is the product's own, and what follows is the owner's.
    while not waits:
        time.sleep(0.01)
    try:
        yield waits
    finally:
        is_over.set()
        thread.join()


# Which records are due.

FIVE_MINUTES = 300


def _due(options: argparse.Namespace) -> bool:
    from returnhome.management import upkeep  # noqa: PLC0415
    from returnhome.reporting import retaining  # noqa: PLC0415
    from returnhome.rules.retention import Standing  # noqa: PLC0415

    with scratch.scratch(NOW, called="_due") as name:
        _fill(options.episodes)
        with psycopg.connect(_owner(name), autocommit=True) as hand:
            hand.execute("vacuum analyze")
            bare = _timed(
                lambda: hand.execute(
                    "select count(*) from casework_child child"
                    " join casework_episode episode on episode.child_id = child.id"
                ).fetchall()
            )
        longest = 0.0
        for on in (NOW.date(), NOW.date().replace(year=2150)):
            with upkeep.as_owner():
                began = time.perf_counter()
                found = retaining.review(None, on)
                took = time.perf_counter() - began
            longest = max(longest, took)
            told = ", ".join(
                f"{found.number(standing):,} {standing.label.lower()}"
                for standing in Standing
                if found.number(standing)
            )
            _say(f"as on {on}", f"{took:.1f} s, {took / bare:.0f} times a bare count: {told}")
    return longest < FIVE_MINUTES


# What was erased.


def _erased(options: argparse.Namespace) -> bool:
    from returnhome.casework.sealing import CannotOpen, open_sealed  # noqa: PLC0415

    secrets = _secrets(options.secrets)
    found: dict[str, int] = {}
    with scratch.scratch(NOW, called="_erased") as name, tempfile.TemporaryDirectory() as folder:
        kids = _plant_to_erase(secrets)
        before = _in_dump(name, secrets)
        copied = _sealed_words(name)
        took, done, _ = _command(name, "erase", "--carry-out", "--at", "2150-01-01T09:00Z")
        printed = Path(folder, "printed")
        printed.write_text(done.stdout + done.stderr)
        with psycopg.connect(_superuser(name), autocommit=True) as hand:
            hand.execute("checkpoint")
        data = Path(os.environ["RETURNHOME_DATA"])
        found["a plain pg_dump"] = _in_dump(name, secrets)
        found["what was printed"] = _in_files([printed], secrets)
        found["the server’s log"] = _in_files(data.rglob("*.log"), secrets)
        with psycopg.connect(_owner(name)) as hand:
            opened = 0
            for value in copied:
                ((carried,),) = hand.execute("select casework_with_key(%s)", [value]).fetchall()
                with suppress(CannotOpen):
                    opened += b"zq" in open_sealed(bytes(carried))
        found["a copy from before, with the keys still there"] = opened
        _say("planted", f"{len(secrets):,} secrets in {kids:,} records")
        _say("found before, in the clear", f"{before:,}; sealed words beside {len(copied):,}")
        _say("one record took", f"{took / kids:.2f} s")
        _say("in files of the server, until written over", f"{_in_files(_below(data), secrets):,}")
    for where, number in found.items():
        _say(f"found in {where}", f"{number:,}")
    return not any(found.values()) and done.returncode == 0


def _plant_to_erase(secrets: list[str]) -> int:
    """In names, in what children told of, and in accounts; and two people want all of it erased."""
    from django.db import transaction  # noqa: PLC0415

    from bench import ledger  # noqa: PLC0415
    from returnhome.casework import staff  # noqa: PLC0415
    from returnhome.casework.models import (  # noqa: PLC0415
        Alias,
        Authority,
        Entry,
        Interview,
        Mention,
        RetentionReview,
    )

    operator, second = staff.operator(), staff.clockwork()
    leeds = Authority.objects.get(name="Leeds")
    ledger.invent(
        max(2_000, len(secrets) // 8),
        measured=leeds.pk,
        share=1 / 8,
        workers=[operator.pk],
        operator=operator.pk,
        at=NOW,
    )
    every = Interview.objects.filter(signed_at__isnull=True, child__joined_to=None)
    talks = list({each.child_id: each for each in every}.values())[: max(1, len(secrets) // 20)]
    long_after = datetime(2149, 1, 1, 9, tzinfo=UTC)
    with transaction.atomic():
        for number, secret in enumerate(secrets):
            talk = talks[number % len(talks)]
            if number % 3 == 0:
                Alias.objects.create(child_id=talk.child_id, forename=secret, surname="x")
            elif number % 3 == 1:
                Mention.objects.create(
                    interview=talk,
                    kind="person",
                    name=secret,
                    reliability="told",
                    expectation="not_asked",
                    noted_at=NOW,
                    noted_by=operator,
                )
            else:
                Entry.objects.create(
                    interview=talk,
                    question=f"planted_{number}",
                    codes=[],
                    words=f"I was at {secret} and nobody knew",
                    written_at=NOW,
                    written_by=operator,
                )
        for talk in talks:
            said = {"child_id": talk.child_id, "because": "x", "by": operator}
            RetentionReview.objects.create(outcome="nothing_more", at=long_after, **said)
            RetentionReview.objects.create(
                outcome="erase",
                at=long_after,
                is_confirmed=True,
                second_at=long_after,
                second_by=second,
                **said,
            )
    return len(talks)


def _sealed_words(name: str) -> list[bytes]:
    with psycopg.connect(_owner(name)) as hand:
        rows = hand.execute("select words from casework_entry where question like 'planted%'")
        return [bytes(words) for (words,) in rows]


# When something breaks.


def _outage(name: str) -> Callable[[argparse.Namespace], bool]:
    """In a process of its own: its PostgreSQL is killed, and ours is held by this one."""

    def run(options: argparse.Namespace) -> bool:
        words = ["-m", "bench.outages", name, "--moments", str(options.moments)]
        return not subprocess.run([sys.executable, *words]).returncode

    return run


# Databases of its own.


@contextmanager
def _empty(called: str) -> Iterator[str]:
    name = f"bench_returnhome_{os.getpid()}{called}"
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(f"create database {name}")
    try:
        yield name
    finally:
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
            owner.execute(f"drop database {name}")


@contextmanager
def _working_in(name: str) -> Iterator[None]:
    from django.db import connection  # noqa: PLC0415

    before = dict(os.environ), connection.settings_dict["NAME"]
    os.environ.update(DATABASE_URL=_app(name), DATABASE_OWNER_URL=_owner(name))
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        os.environ.update(before[0])
        connection.settings_dict["NAME"] = before[1]


def _owner(name: str) -> str:
    return psycopg.conninfo.make_conninfo(os.environ["DATABASE_OWNER_URL"], dbname=name)


def _app(name: str) -> str:
    return psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=name)


def _superuser(name: str) -> str:
    """Of the embedded server: only who may read its folder can make a checkpoint there."""
    from returnhome import embedded  # noqa: PLC0415

    server = embedded.hold(os.environ, lambda _: None)
    return server.url(embedded.SUPERUSER, name)


def _size(name: str) -> str:
    with psycopg.connect(_owner(name)) as hand:
        found = hand.execute("select pg_size_pretty(pg_database_size(current_database()))")
        return found.fetchone()[0]  # type: ignore[index]


def _timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _say(what: str, found: str) -> None:
    print(f"  {what:<48} {found}")


SECTIONS: dict[str, Callable[[argparse.Namespace], bool]] = {
    "restore": _restore,
    "planted": _planted,
    "keys": _rotated,
    "retention": _due,
    "erased": _erased,
    **{name: _outage(name) for name in ("killed", "switched", "growing")},
}


if __name__ == "__main__":
    main()
