"""Checks Returnhome's journal without any of Returnhome: Python alone, and psycopg for a database.

    python verify_journal.py --database postgresql://user:password@host/name [--anchors FILE]
    python verify_journal.py --rows rows.csv --seals seals.csv [--anchors FILE]

The two files are what the two queries below give, with a heading line. Exit 0: the journal holds,
1: it does not, 2: wrong use. How everything is encoded is told in docs/practice/journal.md.
"""

import argparse
import csv
import hashlib
import re
import sys

ROWS = (
    "select id, (extract(epoch from at) * 1000000)::bigint as at, by_id, verb, kind, object_id,"
    " child_id, shown::text as shown, xid::text as xid, encode(digest, 'hex') as digest"
    " from casework_journalentry"
)
SEALS = (
    "select number, epoch, cluster, (extract(epoch from sealed_at) * 1000000)::bigint as sealed_at,"
    " snapshot::text as snapshot, ids::text as ids, rows, encode(root, 'hex') as root,"
    " encode(previous, 'hex') as previous, encode(digest, 'hex') as digest"
    " from casework_seal order by number"
)
OF_A_ROW = ("id", "at", "by_id", "verb", "kind", "object_id", "child_id", "shown", "xid")
OF_A_SEAL = (
    *("number", "epoch", "cluster", "sealed_at", "snapshot"),
    *("ids", "rows", "root", "previous"),
)
NEVER_EMPTY = {"object_id", "child_id", "shown"}
ANCHOR = re.compile(r"returnhome-seal (\d+) \S+ ([0-9a-f]{64})\b")


def digest_of(thing, names):
    """SHA-256 of each part as `bytes:text,`, or `-` for one that is not there."""
    whole = hashlib.sha256()
    for name in names:
        value = thing[name]
        if value is None or (value == "" and name in NEVER_EMPTY):
            whole.update(b"-")
        else:
            part = str(value).encode()
            whole.update(b"%d:%s," % (len(part), part))
    return whole.hexdigest()


def was_over(transaction, snapshot):
    """Whether a transaction had ended by a snapshot: lowest still open, first not begun, open."""
    lowest, first, still_open = snapshot.split(":")
    if transaction < int(lowest):
        return True
    return transaction < int(first) and str(transaction) not in still_open.split(",")


def check(rows, seals, anchors=()):
    """What is not as sealed, a sentence each; `anchors` are pairs of number and digest."""
    faults, kept, transactions = [], {}, {}
    for row in rows:
        number, digest = int(row["id"]), digest_of(row, OF_A_ROW)
        kept[number], transactions[number] = digest, int(row["xid"])
        if digest != row["digest"]:
            faults.append(f"Row {number} was changed.")
    known, previous, expected, last, sealed = {}, "", 1, "1:1:", set()
    for seal in seals:
        number = int(seal["number"])
        if number != expected:
            faults.append(f"Seals {expected} to {number - 1} are gone.")
        elif seal["previous"] != previous:
            faults.append(f"Seal {number} does not follow from the one before it.")
        if digest_of(seal, OF_A_SEAL) != seal["digest"]:
            faults.append(f"Seal {number} itself was changed.")
        ids = [
            each
            for low, high in re.findall(r"\[(\d+),(\d+)\)", seal["ids"])
            for each in range(int(low), int(high))
        ]
        gone = [each for each in ids if each not in kept]
        faults.extend(f"Row {each} of seal {number} is gone." for each in gone)
        there = b"".join(bytes.fromhex(kept[each]) for each in ids if each in kept)
        if len(ids) != int(seal["rows"]) or hashlib.sha256(there).hexdigest() != seal["root"]:
            faults.append(f"The rows of seal {number} are not those that were sealed.")
        if not sealed.isdisjoint(ids):
            faults.append(f"Seal {number} holds rows of another.")
        sealed.update(ids)
        known[number] = seal["digest"]
        previous, expected, last = seal["digest"], number + 1, seal["snapshot"]
    for number, transaction in transactions.items():
        if number not in sealed and was_over(transaction, last):
            faults.append(f"Row {number} is in no seal: it was put in afterwards.")
    for number, digest in anchors:
        if known.get(number) != digest:
            faults.append(f"Seal {number} is not, or no longer, the one that was noted outside.")
    return faults


def from_database(address):
    """The rows as they come, and the seals."""
    import psycopg  # noqa: PLC0415  files need none
    from psycopg.rows import dict_row  # noqa: PLC0415

    with psycopg.connect(address, row_factory=dict_row) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        with connection.cursor("rows") as cursor:
            cursor.itersize = 20000
            rows = list(cursor.execute(ROWS))
        return rows, connection.execute(SEALS).fetchall()


def from_file(name):
    with open(name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main():
    parser = argparse.ArgumentParser(description="Checks Returnhome's journal.")
    parser.add_argument("--database", help="the address of the database")
    parser.add_argument("--rows", help="a file of the journal's rows")
    parser.add_argument("--seals", help="a file of its seals")
    parser.add_argument("--anchors", help="a file in which anchors stand")
    asked = parser.parse_args()
    if asked.database:
        rows, seals = from_database(asked.database)
    elif asked.rows and asked.seals:
        rows, seals = from_file(asked.rows), from_file(asked.seals)
    else:
        parser.error("name --database, or --rows and --seals")
    anchors = []
    if asked.anchors:
        with open(asked.anchors, encoding="utf-8", errors="replace") as file:
            anchors = [(int(number), digest) for number, digest in ANCHOR.findall(file.read())]
    faults = check(rows, seals, anchors)
    for fault in faults:
        print(fault)
    beside = f" and {len(anchors)} anchors" if anchors else ""
    said = "does not hold" if faults else "holds"
    print(f"The journal {said}: {len(rows)} rows, {len(seals)} seals{beside} looked at.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
