"""The journal's seals: whoever changes, takes out or puts in a row is found out."""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from docs import verify_journal
from returnhome.casework import journal, seals
from returnhome.casework.models import JournalEntry
from returnhome.casework.seals import Anchor
from tests.casework.conftest import APART
from tests.casework.tampering import (
    cut_off,
    let_go_of_the_locks,
    looked_at,
    looked_at_by_others,
    missed,
    rewrite,
    seal_anew,
    write_a_journal,
)
from tests.cast import NOW, Cast
from tests.conftest import owner_url

pytestmark = pytest.mark.check

SEED = 20260302
# Ten thousand take some minutes: RETURNHOME_TAMPERINGS=10000 tries so many.
TIMES = int(os.environ.get("RETURNHOME_TAMPERINGS", "1000"))


def rows_sealed() -> list[list[int]]:
    """The numbers of the rows of each seal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.number, array_agg(j.id order by j.id) from casework_seal s"
            " join casework_journalentry j on s.ids @> j.id group by 1 order by 1"
        )
        return [ids for _, ids in cursor.fetchall()]


def write(cast: Cast) -> int:
    journal.write("read", cast.sky, by=cast.sol, at=NOW)
    return JournalEntry.objects.order_by("-pk")[0].pk


# Sealing.


def test_what_is_written_is_sealed_once_and_the_seals_follow_each_other(apart: Cast) -> None:
    seals.seal()
    one, two = write(apart), write(apart)
    assert seals.seal() == 2
    three = write(apart)
    assert seals.seal() == 1
    assert seals.seal() == 0

    assert rows_sealed()[-2:] == [[one, two], [three]]
    assert seals.verify().holds


def test_the_product_writes_no_seal_and_changes_none(apart: Cast) -> None:
    write(apart)
    seals.seal()

    for statement in (
        "insert into casework_seal select * from casework_seal",
        "update casework_seal set rows = 0",
        "delete from casework_seal",
        "truncate casework_seal",
        "update casework_journalentry set digest = ''",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_owner_cannot_change_a_seal_either_while_the_locks_are_on(
    apart: Cast, owner: psycopg.Connection
) -> None:
    write(apart)
    seals.seal()

    for statement in (
        "update casework_seal set rows = 0",
        "delete from casework_seal",
        "truncate casework_seal",
    ):
        with pytest.raises(psycopg.errors.IntegrityError, match="never changed"):
            owner.execute(statement)


def test_a_row_says_itself_in_which_transaction_it_was_written(apart: Cast) -> None:
    """Whatever the program that writes it says of transaction and digest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into casework_journalentry (at, by_id, verb, kind, xid, digest)"
            " values (now(), 1, 'read', 'child', '5', 'x') returning id, xid::text"
        )
        _, xid = cursor.fetchone()

    assert int(xid) > 5
    seals.seal()
    assert seals.verify().holds


@pytest.fixture
def other(apart: Cast) -> Iterator[psycopg.Connection]:
    """Somebody else at work at the same time, as the product."""
    app = psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=APART)
    hand = psycopg.connect(app)
    yield hand
    hand.close()


def write_elsewhere(other: psycopg.Connection) -> int:
    found = other.execute(
        "insert into casework_journalentry (at, by_id, verb, kind)"
        " values (now(), 1, 'read', 'child') returning id"
    ).fetchone()
    assert found
    return found[0]


def test_a_row_that_is_committed_after_later_ones_is_sealed_too(
    apart: Cast, other: psycopg.Connection
) -> None:
    seals.seal()
    early = write_elsewhere(other)
    late = write(apart)

    assert seals.seal() == 1
    other.commit()
    assert seals.seal() == 1
    assert seals.seal() == 0

    assert rows_sealed()[-2:] == [[late], [early]]
    assert seals.verify().holds


def test_a_long_transaction_of_somebody_else_keeps_nothing_from_being_sealed(
    apart: Cast, other: psycopg.Connection
) -> None:
    seals.seal()
    lasting = write_elsewhere(other)
    sealed = []
    for _ in range(5):
        sealed.append([write(apart), write(apart)])
        assert seals.seal() == 2
    assert seals.verify().holds
    other.commit()
    seals.seal()

    assert rows_sealed()[-6:] == [*sealed, [lasting]]
    assert seals.verify().holds


def test_of_two_sealers_one_seals_and_the_other_does_not_wait(
    apart: Cast, other: psycopg.Connection
) -> None:
    seals.seal()
    write(apart)
    other.execute("set role returnhome_sealing")
    other.execute("select casework_seal_journal(false, 1000)")

    assert seals.seal() == 0
    write(apart)

    other.commit()
    assert seals.seal() == 1
    assert seals.verify().holds


def test_a_sealer_that_is_killed_leaves_its_rows_to_the_next(
    apart: Cast, other: psycopg.Connection
) -> None:
    seals.seal()
    row = write(apart)
    other.execute("set role returnhome_sealing")
    other.execute("select casework_seal_journal(false, 1000)")
    with connection.cursor() as cursor:
        # The role of the desk is not the one whose session it is.
        cursor.execute("reset role")
        cursor.execute("select pg_terminate_backend(%s, 5000)", [other.info.backend_pid])

    assert seals.seal() == 1
    assert rows_sealed()[-1] == [row]
    assert seals.verify().holds


def test_many_who_write_and_two_who_seal_lose_and_double_nothing(apart: Cast) -> None:
    app = psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=APART)
    ended = threading.Event()

    def writes() -> None:
        with psycopg.connect(app) as hand:
            for number in range(60):
                write_elsewhere(hand)
                hand.commit() if number % 5 else hand.rollback()

    def seals_on() -> None:
        with psycopg.connect(app, autocommit=True) as hand:
            hand.execute("set role returnhome_sealing")
            while not ended.is_set():
                hand.execute("select casework_seal_journal(false, 7)")

    writers = [threading.Thread(target=writes) for _ in range(4)]
    sealers = [threading.Thread(target=seals_on) for _ in range(2)]
    for thread in [*writers, *sealers]:
        thread.start()
    for thread in writers:
        thread.join()
    ended.set()
    for thread in sealers:
        thread.join()

    verdict = seals.verify()
    assert verdict.holds, verdict.faults
    assert verdict.young == 0
    assert verdict.rows == sum(map(len, rows_sealed()))


def test_in_a_new_cluster_a_new_epoch_begins_and_the_chain_goes_on(
    apart: Cast, owner: psycopg.Connection
) -> None:
    """As after a restore: the rows' transaction ids are of another world, and some unsealed."""
    write_a_journal(apart)
    tail = write(apart)
    let_go_of_the_locks(owner)
    owner.execute("update casework_journalentry set xid = '900000000' where id = %s", [tail])
    owner.execute(
        f"update casework_journalentry set digest = {seals.digest_of_row()} where id = %s", [tail]
    )
    owner.execute("update casework_seal set cluster = 1, snapshot = '800000000:800000000:'")
    seal_anew(owner)
    owner.execute("alter table casework_journalentry enable trigger user")
    fresh = write(apart)

    assert seals.seal() == 2
    later = write(apart)
    assert seals.seal() == 1

    assert rows_sealed()[-2:] == [[tail, fresh], [later]]
    with connection.cursor() as cursor:
        cursor.execute("select array_agg(distinct epoch) from casework_seal")
        assert cursor.fetchone() == ([1, 2],)
    assert seals.verify().holds
    assert looked_at_by_others(owner) == []


# Tampering.


@pytest.fixture
def tampered(apart: Cast) -> Iterator[tuple[psycopg.Connection, Anchor]]:
    """A journal of twelve seals in the hands of somebody who owns it, and its anchor."""
    anchor = write_a_journal(apart)
    with psycopg.connect(owner_url(APART)) as owner:
        let_go_of_the_locks(owner)
        assert looked_at(owner, anchor).holds
        assert looked_at_by_others(owner, anchor) == []
        yield owner, anchor
        owner.rollback()


def test_every_tampering_with_the_journal_is_found(
    tampered: tuple[psycopg.Connection, Anchor],
) -> None:
    owner, anchor = tampered

    ours, others, without = missed(owner, anchor, times=300, seed=SEED, others_every=2)

    assert (ours, others) == ([], [])
    # It needed the anchor: rows cut off with their seals, and all written anew.
    assert without > 30


def test_all_of_a_thousand_tamperings_are_found(
    tampered: tuple[psycopg.Connection, Anchor],
) -> None:
    owner, anchor = tampered

    ours, others, without = missed(owner, anchor, times=TIMES, seed=SEED + 1, others_every=20)

    assert (ours, others) == ([], [])
    assert without > TIMES / 10


def test_the_check_says_which_row_was_changed_and_which_is_gone(
    tampered: tuple[psycopg.Connection, Anchor],
) -> None:
    owner, anchor = tampered
    one, other = [
        pk
        for (pk,) in owner.execute("select id from casework_journalentry order by id desc limit 2")
    ]
    owner.execute("update casework_journalentry set by_id = 4 where id = %s", [one])
    owner.execute("delete from casework_journalentry where id = %s", [other])

    verdict = looked_at(owner, anchor)

    assert not verdict.holds
    assert {(fault.row, fault.seal) for fault in verdict.faults} == {
        (one, anchor.number),
        (other, anchor.number),
    }
    assert verdict.sentence == "The journal does not hold: 2 things are not as sealed."


def test_an_anchor_of_a_journal_cut_off_names_the_seal_that_is_not_there(
    tampered: tuple[psycopg.Connection, Anchor],
) -> None:
    owner, anchor = tampered
    cut_off(random.Random(SEED), owner)

    (fault,) = looked_at(owner, anchor).faults

    assert fault.sentence == f"Seal {anchor.number} was noted outside and is not there any more."


def test_an_anchor_of_a_journal_written_anew_is_not_its_own(
    tampered: tuple[psycopg.Connection, Anchor],
) -> None:
    owner, anchor = tampered
    rewrite(random.Random(SEED), owner)

    (fault,) = looked_at(owner, anchor).faults

    assert fault.sentence == f"Seal {anchor.number} is not the one that was noted outside."


# Anchors, and the script that shares no code.


def test_anchors_are_found_in_whatever_they_were_kept_in(apart: Cast) -> None:
    write(apart)
    seals.seal()
    newest = seals.newest()
    assert newest

    text = (
        f"Subject: a seal\n\n{newest.line}\n\nKeep this message.\n> {newest.line}\nreturnhome-seal"
    )

    assert [each.line for each in seals.anchors_in(text)] == [newest.line, newest.line]


def test_the_script_reads_two_files_and_says_that_the_journal_holds(
    apart: Cast, owner: psycopg.Connection, tmp_path: Path
) -> None:
    anchor = write_a_journal(apart)
    for name, query in (("rows", verify_journal.ROWS), ("seals", verify_journal.SEALS)):
        copied = f"copy ({query}) to stdout with (format csv, header)"
        with owner.cursor() as cursor, cursor.copy(copied) as blocks:
            (tmp_path / f"{name}.csv").write_bytes(b"".join(map(bytes, blocks)))
    (tmp_path / "anchors").write_text(anchor.line)
    command = [sys.executable, "docs/verify_journal.py", "--rows", str(tmp_path / "rows.csv")]
    command += ["--seals", str(tmp_path / "seals.csv"), "--anchors", str(tmp_path / "anchors")]

    holds = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = (tmp_path / "rows.csv").read_text()
    (tmp_path / "rows.csv").write_text(rows.replace("worklist", "actions", 1))
    fails = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (holds.returncode, holds.stderr) == (0, "")
    assert holds.stdout.startswith("The journal holds:")
    assert fails.returncode == 1
    assert "was changed" in fails.stdout
