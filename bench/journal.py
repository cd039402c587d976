"""The journal: what hashing and sealing cost a page, and how fast all of it is checked, in one run.

    python -m bench.journal [--seconds 5] [--rows 200000]

Yardsticks: the same table without hash and seal; and a chain that each line closes itself, under a
lock of its council, as journals are often built. A page writes its line, draws for 10 ms and
commits, on eight connections of one council at once; and a line alone, on one connection, without
any page. Target: with seals at least 0.9 times the pages of the plain table, and no page that waits
for a seal: the 99th percentile at most 1.5 times the plain one's.
"""

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg

from bench import scratch

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PAGE = 0.010
AT_ONCE = 8
TURNS = 3
LEAST, MOST = 0.9, 1.5

PLAIN = """
create table plain (like casework_journalentry including all);
alter table plain alter column digest drop not null;
create table chained (like casework_journalentry including all);
create table chain (council int primary key, digest bytea not null);
insert into chain values (1, '');
grant select, insert, update on plain, chained, chain to {app};
"""
LINE = (
    "insert into {} (at, by_id, verb, kind, object_id, child_id)"
    " values (now(), 7, 'read', %s, 3, 5)"
)
LINKED = """
with before as (select digest from chain where council = 1 for update),
     now as (select sha256(before.digest || convert_to('read' || now()::text, 'UTF8')) as digest
               from before),
     kept as (update chain set digest = now.digest from now where council = 1)
insert into chained (at, by_id, verb, kind, object_id, child_id, digest)
select now(), 7, 'read', %s, 3, 5, digest from now
"""
SCHEMES = {
    "plain": LINE.format("plain"),
    "hashed": LINE.format("casework_journalentry"),
    "hashed and sealed": LINE.format("casework_journalentry"),
    "chained by council": LINKED,
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=float, default=5)
    asked.add_argument("--rows", type=int, default=200_000)
    options = asked.parse_args()
    scratch.set_up()
    with scratch.scratch(NOW) as name:
        app = psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=name)
        owner = os.environ["DATABASE_OWNER_URL"]
        role = psycopg.conninfo.conninfo_to_dict(app)["user"]
        with psycopg.connect(owner, autocommit=True) as hand:
            hand.execute(PLAIN.format(app=role))
        is_met = _writing(app, options.seconds)
        _checking(app, owner, options.rows)
    print("Target met." if is_met else "Target NOT met.")


# Writing.


def _writing(app: str, seconds: float) -> bool:
    pages: dict[str, list[float]] = {scheme: [] for scheme in SCHEMES}
    alone: dict[str, list[float]] = {scheme: [] for scheme in SCHEMES}
    for _ in range(TURNS):
        for scheme, statement in SCHEMES.items():
            with _sealer(app, is_on=scheme == "hashed and sealed"):
                pages[scheme] += _at_once(app, statement, seconds / TURNS)
                alone[scheme] += _one_by_one(app, statement, seconds / TURNS)
    print(f"{'':<20}{'pages/s':>9}{'p95 ms':>9}{'p99 ms':>9}{'of plain':>10}{'lines/s':>10}")
    rates = {scheme: len(taken) / seconds for scheme, taken in pages.items()}
    for scheme, taken in pages.items():
        print(
            f"{scheme:<20}{rates[scheme]:>9.0f}{_at(taken, 95):>9.1f}{_at(taken, 99):>9.1f}"
            f"{rates[scheme] / rates['plain']:>10.2f}{len(alone[scheme]) / seconds:>10.0f}"
        )
    sealed = "hashed and sealed"
    waits = _at(pages[sealed], 99) / _at(pages["plain"], 99)
    return rates[sealed] >= LEAST * rates["plain"] and waits <= MOST


def _at(taken: list[float], percent: int) -> float:
    return statistics.quantiles(taken, n=100)[percent - 1] * 1000


def _at_once(app: str, statement: str, seconds: float) -> list[float]:
    taken: list[float] = []

    def work() -> None:
        with psycopg.connect(app) as connection:
            mine, ends = [], time.perf_counter() + seconds
            while (begun := time.perf_counter()) < ends:
                connection.execute(statement, ["child"])
                time.sleep(PAGE)
                connection.commit()
                mine.append(time.perf_counter() - begun)
            taken.extend(mine)

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def _one_by_one(app: str, statement: str, seconds: float) -> list[float]:
    taken = []
    with psycopg.connect(app, autocommit=True) as connection:
        ends = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < ends:
            connection.execute(statement, ["child"])
            taken.append(time.perf_counter() - begun)
    return taken


@contextmanager
def _sealer(app: str, *, is_on: bool) -> Any:
    """Two of them, as worker and web server are."""
    ended = threading.Event()

    def work() -> None:
        with psycopg.connect(app, autocommit=True) as connection:
            connection.execute("set role returnhome_sealing")
            while not ended.wait(1.0):
                connection.execute("select casework_seal_journal(false, 200000)")

    threads = [threading.Thread(target=work) for _ in range(2 if is_on else 0)]
    for thread in threads:
        thread.start()
    yield
    ended.set()
    for thread in threads:
        thread.join()


# Checking.

FILL = """
insert into casework_journalentry (at, by_id, verb, kind, object_id, child_id, shown)
select now(), g % 300, 'read', 'episode', g, g % 60000,
       case when g % 10 = 0 then array[g, g + 1, g + 2]::bigint[] end
  from generate_series(1, 1000) g
"""


def _checking(app: str, owner: str, rows: int) -> None:
    from docs import verify_journal  # noqa: PLC0415
    from returnhome.casework import seals  # noqa: PLC0415

    with psycopg.connect(app, autocommit=True) as connection:
        for _ in range(rows // 1000):
            connection.execute(FILL)
            connection.execute("set role returnhome_sealing")
            connection.execute("select casework_seal_journal(true, 200000)")
            connection.execute("reset role")
    with psycopg.connect(owner, autocommit=True) as hand:
        hand.execute("vacuum analyze casework_journalentry")
    verdict, ours = _timed(seals.verify)
    assert verdict.holds, verdict.faults
    found = verify_journal.from_database(app)
    faults, others = _timed(lambda: verify_journal.check(*found))
    assert not faults
    print(f"\n{verdict.rows:,} lines in {verdict.seals:,} seals:")
    print(f"  verify-journal           {ours:6.1f} s{verdict.rows / ours:12,.0f} lines/s")
    print(f"  docs/verify_journal.py   {others:6.1f} s{verdict.rows / others:12,.0f} lines/s")


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun


if __name__ == "__main__":
    main()
