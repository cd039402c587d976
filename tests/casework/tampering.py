"""A journal of a few seals, and the ways in which somebody with all rights could tamper with it."""

import random
from collections.abc import Callable
from typing import Any

import psycopg

from docs import verify_journal
from returnhome.casework import journal, seals
from returnhome.casework.seals import Anchor, Verdict
from tests.cast import NOW, Cast, hours

SEALS, ROWS_EACH = 12, 5


def write_a_journal(cast: Cast) -> Anchor:
    """Twelve seals of a few rows; gives the anchor of the newest."""
    people = [cast.amina, cast.sol, cast.mara]
    theirs = [cast.sky, cast.kit, cast.robin]
    for batch in range(SEALS):
        for number in range(ROWS_EACH):
            by, child = people[number % 3], theirs[(batch + number) % 3]
            at = NOW + hours(batch) + hours(number / 60)
            if number % 2:
                journal.write("read", child, by=by, at=at)
            else:
                journal.write_list("list", "worklist", [child.pk, 900 + number], by=by, at=at)
        seals.seal()
    anchor = seals.newest()
    assert anchor
    return anchor


def let_go_of_the_locks(owner: psycopg.Connection) -> None:
    """What only the owner can: take the triggers off, and do as one pleases."""
    for table in ("casework_journalentry", "casework_seal"):
        owner.execute(f"alter table {table} disable trigger user")


# Each takes the dice and the owner's hand, and gives whether only an anchor can tell.
Tampering = Callable[[random.Random, psycopg.Connection], bool]


def _ids(owner: psycopg.Connection) -> list[int]:
    return [pk for (pk,) in owner.execute("select id from casework_journalentry order by id")]


DIGEST = seals.digest_of_row()
CHANGES = (
    "by_id = by_id + 1",
    "at = at + interval '1 second'",
    "at = at + interval '1 microsecond'",
    "verb = verb || ' '",
    "kind = kind || verb, verb = ''",
    "child_id = coalesce(child_id, 0) + 1",
    "object_id = case when object_id is null then 0 end",
    "shown = case when shown is null then '{}'::bigint[] else shown || 7::bigint end",
    "shown = case when shown is null then array[child_id] end, child_id = null",
    "xid = (xid::text::bigint - 1)::text::xid8",
    "digest = sha256(digest)",
)


def change(dice: random.Random, owner: psycopg.Connection) -> bool:
    row, what = dice.choice(_ids(owner)), dice.choice(CHANGES)
    owner.execute(f"update casework_journalentry set {what} where id = %s", [row])
    if dice.random() < 0.5 and not what.startswith("digest"):
        # Whoever changes a row can hash it again, too.
        owner.execute(f"update casework_journalentry set digest = {DIGEST} where id = %s", [row])
    return False


def delete(dice: random.Random, owner: psycopg.Connection) -> bool:
    rows = dice.sample(_ids(owner), dice.randint(1, 4))
    owner.execute("delete from casework_journalentry where id = any(%s)", [rows])
    return False


def insert(dice: random.Random, owner: psycopg.Connection) -> bool:
    """A row as if it had been there long ago: with a number that is free, or a later one."""
    like = dice.choice(_ids(owner))
    number = dice.choice([0, -3, max(_ids(owner)) + dice.randint(1, 50)])
    owner.execute(
        "insert into casework_journalentry"
        " (id, at, by_id, verb, kind, object_id, child_id, shown, xid, digest)"
        " overriding system value"
        " select %s, at, by_id, verb, kind, object_id, child_id, shown, xid, ''"
        " from casework_journalentry where id = %s",
        [number, like],
    )
    owner.execute(f"update casework_journalentry set digest = {DIGEST} where id = %s", [number])
    return False


def swap(dice: random.Random, owner: psycopg.Connection) -> bool:
    """Two rows change places; with their digests, or hashed again."""
    one, other = dice.sample(_ids(owner), 2)
    owner.execute("update casework_journalentry set id = -9 where id = %s", [one])
    owner.execute("update casework_journalentry set id = %s where id = %s", [one, other])
    owner.execute("update casework_journalentry set id = %s where id = -9", [other])
    if dice.random() < 0.5:
        owner.execute(
            f"update casework_journalentry set digest = {DIGEST} where id = any(%s)",
            [[one, other]],
        )
    return False


SEAL_CHANGES = (
    "rows = rows + 1",
    "root = sha256(root)",
    "previous = sha256(previous)",
    "digest = sha256(digest)",
    "epoch = epoch + 1",
    "cluster = cluster + 1",
    "sealed_at = sealed_at - interval '1 second'",
    "snapshot = '3:3:'",
    "ids = ids + int8multirange(int8range(100000, 100001))",
    "number = number + 100",
)


def change_seal(dice: random.Random, owner: psycopg.Connection) -> bool:
    number, what = dice.randint(1, SEALS), dice.choice(SEAL_CHANGES)
    owner.execute(f"update casework_seal set {what} where number = %s", [number])
    return False


def delete_seal(dice: random.Random, owner: psycopg.Connection) -> bool:
    owner.execute("delete from casework_seal where number = %s", [dice.randint(1, SEALS - 1)])
    return False


def cut_off_rows(dice: random.Random, owner: psycopg.Connection) -> bool:
    """The newest rows, and not their seals."""
    since = dice.choice(_ids(owner))
    owner.execute("delete from casework_journalentry where id >= %s", [since])
    return False


def cut_off(dice: random.Random, owner: psycopg.Connection) -> bool:
    """The newest seals with all their rows; perhaps everything there is."""
    last = dice.randint(0, SEALS - 1)
    owner.execute(
        "delete from casework_journalentry j using casework_seal s"
        " where s.number > %s and s.ids @> j.id",
        [last],
    )
    owner.execute("delete from casework_seal where number > %s", [last])
    return True


def rewrite(dice: random.Random, owner: psycopg.Connection) -> bool:
    """A row is changed or taken out, and everything that follows hashed and sealed anew."""
    row = dice.choice(_ids(owner))
    if dice.random() < 0.5:
        owner.execute("update casework_journalentry set by_id = by_id + 1 where id = %s", [row])
        owner.execute(f"update casework_journalentry set digest = {DIGEST} where id = %s", [row])
    else:
        owner.execute("delete from casework_journalentry where id = %s", [row])
        owner.execute(
            "update casework_seal set rows = rows - 1,"
            " ids = ids - int8multirange(int8range(%s, %s, '[]')) where ids @> %s::bigint",
            [row, row, row],
        )
    seal_anew(owner)
    return True


def seal_anew(owner: psycopg.Connection) -> None:
    """With the script's own hashing, which is as good as any other."""
    previous = b""
    for (number,) in owner.execute("select number from casework_seal order by number").fetchall():
        owner.execute(
            "update casework_seal s set previous = %s, root = (select"
            " sha256(coalesce(string_agg(digest, ''::bytea order by id), ''))"
            " from casework_journalentry j where s.ids @> j.id) where number = %s",
            [previous, number],
        )
        with owner.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            sealed = cursor.execute(
                verify_journal.SEALS.replace("order by", f"where number = {number} order by")
            ).fetchone()
        previous = bytes.fromhex(verify_journal.digest_of(sealed, verify_journal.OF_A_SEAL))
        owner.execute("update casework_seal set digest = %s where number = %s", [previous, number])


TAMPERINGS: tuple[Tampering, ...] = (
    *(change, delete, insert, swap, change_seal, delete_seal),
    *(cut_off_rows, cut_off, rewrite),
)


# Looking.


def looked_at(owner: psycopg.Connection, *anchors: Anchor) -> Verdict:
    with owner.cursor() as cursor:
        return seals.verify_with(cursor, anchors)


def looked_at_by_others(owner: psycopg.Connection, *anchors: Anchor) -> list[str]:
    """By the script that shares no code with the product."""
    with owner.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        rows: list[Any] = cursor.execute(verify_journal.ROWS).fetchall()
        sealed: list[Any] = cursor.execute(verify_journal.SEALS).fetchall()
    return verify_journal.check(rows, sealed, [(each.number, each.digest) for each in anchors])


BY_THE_ANCHOR = "noted outside"


def missed(
    owner: psycopg.Connection, anchor: Anchor, *, times: int, seed: int, others_every: int
) -> tuple[list[str], list[str], int]:
    """Tamper so many times, each time with the journal as it was; gives what either look missed.

    The script looks at every so many-th. The number is of those that only the anchor gave away.
    """
    dice, ours, others, by_anchor = random.Random(seed), [], [], 0
    for number in range(times):
        tampering = dice.choice(TAMPERINGS)
        owner.execute("savepoint before")
        needs_anchor = tampering(dice, owner)
        told = f"{number}: {tampering.__name__}"
        verdict = looked_at(owner, anchor)
        is_by_anchor = all(BY_THE_ANCHOR in fault.sentence for fault in verdict.faults)
        if verdict.holds or (is_by_anchor and not needs_anchor):
            ours.append(told)
        by_anchor += is_by_anchor
        if number % others_every == 0 and not looked_at_by_others(owner, anchor):
            others.append(told)
        owner.execute("rollback to savepoint before")
    return ours, others, by_anchor
