"""The journal's seals: batches of rows in a chain, and the proof that none has been changed since.

Source of the encoding, for others to write a check of their own: docs/practice/journal.md. The
query below spells it out with PostgreSQL's own functions alone: a function of ours is the first
thing that whoever owns the tables could change.
"""

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from django.db import connection, transaction

from returnhome.casework import acting

# So many rows at the most in one batch: beyond it the next one follows at once.
MOST = 200_000
# So many faults are told one by one.
TOLD = 20


class Cursor(Protocol):
    """What the database is asked through: Django's cursor, or psycopg's own."""

    def execute(self, query: Any, params: Any = None, /) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def fetchone(self) -> Any: ...


def seal(*, waits: bool = False) -> int:
    """Seal what has been written since the last seal; gives how many rows.

    Several may try at once: one seals, and unless it is to wait, the others leave it to that one.
    """
    sealed, rows = 0, MOST
    # No other role may call the function, and this one may do nothing else.
    with acting.as_system(acting.SEALING), connection.cursor() as cursor:
        while rows == MOST:
            cursor.execute("select casework_seal_journal(%s, %s)", [waits, MOST])
            rows = cursor.fetchone()[0] or 0
            sealed += rows
    return sealed


# Anchors.


@dataclass(frozen=True)
class Anchor:
    """The newest seal as it was noted outside the database."""

    number: int
    sealed_at: datetime
    digest: str

    @property
    def line(self) -> str:
        at = self.sealed_at.isoformat(timespec="seconds").replace("+00:00", "Z")
        return f"returnhome-seal {self.number} {at} {self.digest}"


ANCHOR = re.compile(r"returnhome-seal (\d{1,18}) (\S+) ([0-9a-f]{64})\b")


def let_go() -> None:
    """Close this thread's connection; the next that asks has a new one."""
    connection.close()


def newest() -> Anchor | None:
    """The newest seal, to be noted where nobody of the database can reach it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select number, sealed_at, encode(digest, 'hex') from casework_seal"
            " order by number desc limit 1"
        )
        found = cursor.fetchone()
    return Anchor(*found) if found else None


def anchors_in(text: str) -> list[Anchor]:
    """Every anchor in a file, whatever else stands there: a list of them, or saved e-mails."""
    return [
        Anchor(int(number), datetime.fromisoformat(at), digest)
        for number, at, digest in ANCHOR.findall(text)
    ]


# The proof.


@dataclass(frozen=True)
class Fault:
    """One thing that is not as sealed: which seal, and which row where that can be told."""

    sentence: str
    seal: int | None = None
    row: int | None = None


@dataclass
class Verdict:
    """What a check of the whole journal found."""

    rows: int = 0
    seals: int = 0
    young: int = 0
    anchors: int = 0
    number: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.number

    @property
    def sentence(self) -> str:
        if self.holds:
            beside = f" and all {self.anchors} anchors" if self.anchors else ""
            return (
                f"The journal holds: {self.rows} rows in {self.seals} seals{beside} are as they "
                "were sealed."
            )
        things = "thing is" if self.number == 1 else "things are"
        return f"The journal does not hold: {self.number} {things} not as sealed."

    def found(self, sentence: str, *, seal: int | None = None, row: int | None = None) -> None:
        self.number += 1
        if len(self.faults) < TOLD:
            self.faults.append(Fault(sentence, seal, row))


def digest_of_row(row: str = "") -> str:
    """How a line is hashed, in SQL; `row` is the name of the table there, with its point."""
    parts = (
        f"{row}id::text",
        f"(extract(epoch from {row}at) * 1000000)::bigint::text",
        f"{row}by_id::text",
        f"{row}verb",
        f"{row}kind",
        f"{row}object_id::text",
        f"{row}child_id::text",
        f"{row}shown::text",
        f"{row}xid::text",
    )
    written = (f"coalesce(octet_length({each}) || ':' || {each} || ',', '-')" for each in parts)
    return f"sha256(convert_to({' || '.join(written)}, 'UTF8'))"


ROW = digest_of_row("j.")
# A seal with its rows as they are now: how many there are, and the root of their content.
SEALS = f"""
select s.number, s.epoch, s.cluster::text,
       (extract(epoch from s.sealed_at) * 1000000)::bigint::text,
       s.snapshot::text, s.ids::text, s.rows,
       encode(s.root, 'hex'), encode(s.previous, 'hex'), encode(s.digest, 'hex'),
       now.rows, encode(now.root, 'hex'), now.kept
  from casework_seal s cross join lateral (
        select count(*) as rows,
               sha256(coalesce(string_agg(row.fresh, ''::bytea order by row.id), '')) as root,
               coalesce(bool_and(row.digest = row.fresh), true) as kept
          from (
                select j.id, j.digest, {ROW} as fresh
                  from unnest(s.ids) as span
                  join casework_journalentry j on j.id >= lower(span) and j.id < upper(span)
                offset 0
               ) row
       ) now
 where s.number > %s order by s.number limit 1000
"""  # noqa: S608  built of columns that stand above
ROWS_OF_A_SEAL = f"""
select wanted.id, j.id is not null, j.digest = {ROW}
  from casework_seal s, unnest(s.ids) as span,
       generate_series(lower(span), upper(span) - 1) as wanted(id)
       left join casework_journalentry j on j.id = wanted.id
 where s.number = %s and (j.id is null or j.digest is distinct from {ROW})
 order by wanted.id limit {TOLD}
"""  # noqa: S608
YOUNG = f"""
select j.id, true, j.digest = {ROW}
  from casework_journalentry j, (select %s::text::pg_snapshot as snapshot) last
 where j.xid >= pg_snapshot_xmin(last.snapshot)
   and not pg_visible_in_snapshot(j.xid, last.snapshot)
   and not exists (select 1 from casework_seal s where s.ids @> j.id)
"""  # noqa: S608
OUTSIDE = f"""
select j.id, not pg_visible_in_snapshot(j.xid, %s::text::pg_snapshot), j.digest = {ROW}
  from casework_journalentry j
 where not exists (select 1 from casework_seal s where s.ids @> j.id)
 order by j.id
"""  # noqa: S608


def verify(anchors: Iterable[Anchor] = ()) -> Verdict:
    """Seal what is there, then hold every row and seal against what was sealed, and the anchors."""
    seal(waits=True)
    is_within = connection.in_atomic_block
    # For whom it is would be told first, and then the view could no longer be chosen.
    with acting.as_nobody(), transaction.atomic(), connection.cursor() as cursor:
        if not is_within:
            # One view of everything, whatever is written meanwhile.
            cursor.execute("set transaction isolation level repeatable read, read only")
        return verify_with(cursor, anchors)


def verify_with(cursor: Cursor, anchors: Iterable[Anchor] = ()) -> Verdict:
    """The same of what this cursor sees, without sealing first."""
    verdict = Verdict()
    # The anchors noted of each number: of a restored copy there may be two.
    noted: dict[int, set[str]] = {}
    for anchor in anchors:
        noted.setdefault(anchor.number, set()).add(anchor.digest)
    verdict.anchors = sum(map(len, noted.values()))
    chain = _Chain(verdict, noted)
    for row in _all_seals(cursor):
        chain.add(_Sealed(*row), lambda number: _rows_of(cursor, number))
    chain.end()
    cursor.execute("select count(*) from casework_journalentry")
    verdict.rows = cursor.fetchone()[0]
    if verdict.rows != chain.rows:
        _look_outside(cursor, chain, verdict)
    return verdict


def _look_outside(cursor: Cursor, chain: "_Chain", verdict: Verdict) -> None:
    """Rows in no seal: those too young for one, and those that were slipped in."""
    last = [chain.snapshot]
    cursor.execute(YOUNG, last)
    found = cursor.fetchall()
    if verdict.rows != chain.rows + len(found):
        cursor.execute(OUTSIDE, last)
        found = cursor.fetchall()
    for row, is_young, is_kept in found:
        if not is_young:
            verdict.found(f"Row {row} is in no seal: it was put in afterwards.", row=row)
        elif not is_kept:
            verdict.found(f"Row {row} was changed before it was sealed.", row=row)
        else:
            verdict.young += 1


@dataclass(frozen=True)
class _Sealed:
    """A seal as it stands, and what its rows come to now."""

    number: int
    epoch: int
    cluster: str
    sealed_at: str
    snapshot: str
    ids: str
    rows: int
    root: str
    previous: str
    digest: str
    rows_now: int
    root_now: str
    are_kept: bool

    @property
    def digest_now(self) -> str:
        parts = (
            str(self.number),
            str(self.epoch),
            self.cluster,
            self.sealed_at,
            self.snapshot,
            self.ids,
            str(self.rows),
            self.root,
            self.previous,
        )
        encoded = "".join(f"{len(part.encode())}:{part}," for part in parts)
        return sha256(encoded.encode()).hexdigest()

    @property
    def spans(self) -> Iterator[tuple[int, int]]:
        for low, high in re.findall(r"\[(\d+),(\d+)\)", self.ids):
            yield int(low), int(high)


def _all_seals(cursor: Cursor) -> Iterator[tuple[Any, ...]]:
    last = 0
    while True:
        cursor.execute(SEALS, [last])
        found = cursor.fetchall()
        if not found:
            return
        yield from found
        last = found[-1][0]


def _rows_of(cursor: Cursor, number: int) -> list[tuple[int, bool, bool | None]]:
    cursor.execute(ROWS_OF_A_SEAL, [number])
    return cursor.fetchall()


class _Chain:
    """The seals one after the other, each held against the one before."""

    def __init__(self, verdict: Verdict, noted: dict[int, set[str]]) -> None:
        self.verdict, self.noted = verdict, noted
        self.number, self.digest, self.rows, self.snapshot = 0, "", 0, "1:1:"
        self.spans: list[tuple[int, int]] = []

    def add(self, one: _Sealed, rows_of: Callable[[int], list[Any]]) -> None:
        found, number = self.verdict.found, one.number
        if number != self.number + 1:
            missing = f"{self.number + 1} to {number - 1}"
            found(f"Seals {missing} are gone.", seal=self.number + 1)
        elif one.previous != self.digest:
            found(f"Seal {number} does not follow from the one before it.", seal=number)
        if one.digest != one.digest_now:
            found(f"Seal {number} itself was changed.", seal=number)
        if one.rows_now != one.rows or one.root_now != one.root or not one.are_kept:
            self._tell_rows(one, rows_of(number))
        for digest in self.noted.pop(number, ()):
            if digest != one.digest:
                found(f"Seal {number} is not the one that was noted outside.", seal=number)
        self.number, self.digest = number, one.digest
        self.snapshot = one.snapshot
        self.rows += one.rows_now
        self.verdict.seals += 1
        self._claim(one)

    def _tell_rows(self, one: _Sealed, rows: list[tuple[int, bool, bool | None]]) -> None:
        for row, is_there, _ in rows:
            what = "was changed" if is_there else "is gone"
            self.verdict.found(f"Row {row} of seal {one.number} {what}.", seal=one.number, row=row)
        if not rows:
            self.verdict.found(
                f"The rows of seal {one.number} are not those that were sealed.", seal=one.number
            )

    def _claim(self, one: _Sealed) -> None:
        """No row belongs to two seals. Rows may be sealed before others with lower numbers."""
        for low, high in one.spans:
            place = bisect(self.spans, (low, high))
            before = self.spans[place - 1] if place else (0, 0)
            after = self.spans[place] if place < len(self.spans) else (high, high)
            if low < before[1] or high > after[0]:
                self.verdict.found(f"Seal {one.number} holds rows of another.", seal=one.number)
                return
            if place and low == before[1]:
                self.spans[place - 1] = (before[0], high)
            else:
                self.spans.insert(place, (low, high))

    def end(self) -> None:
        for number in sorted(self.noted):
            self.verdict.found(
                f"Seal {number} was noted outside and is not there any more.", seal=number
            )
