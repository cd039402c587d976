"""What the second lock and the journal add to a page: its 95th percentile with and without.

    python -m bench.trust [--episodes 200000] [--journal 10000000] [--runs 60] [--quiet LOAD]

Target: both together at most 10 per cent or 2 ms more, whichever is more, at the 95th percentile.
Yardstick: the same pages on the same ledger in the same run, with row security taken off its tables
and no line written to the journal, all asked in turn. Prepared statements are on, as the product
has them. What a ledger holds is said in bench/ledger.py; an eighth of everything is the one
council's whose coordinator asks. Before the measurement so many lines are written to the journal
and sealed. The time is that of the whole request through Django's test client. A 95th percentile
is the first thing that other work on the machine spoils: --quiet waits, once all is made, until the
load of the last minute is below that.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from unittest.mock import patch

import psycopg
from psycopg import sql

from bench import scratch
from bench.pages import Ledger, _asking, _made, _milliseconds

TURNS = 6
# A statement is planned anew five times on a connection before PostgreSQL keeps its plan.
WARM_UP = 12
AT_MOST = (0.10, 2.0)  # of the page, or milliseconds


def row_security(turn: str) -> Callable[[], None]:
    """Turns it on or off for every table that has it. As the owner of the tables."""

    def turned() -> None:
        from returnhome.casework.row_security import policies  # noqa: PLC0415

        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
            for table in policies():
                statement = sql.SQL(f"alter table {{}} {turn} row level security")
                owner.execute(statement.format(sql.Identifier(table)))

    return turned


# What is measured → whether the second lock is on, and whether the journal is written.
STATES = {
    "neither": (False, False),
    "second lock": (True, False),
    "journal": (False, True),
    "both": (True, True),
}
HELD_TO = "both"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--episodes", type=int, default=200_000)
    asked.add_argument("--journal", type=int, default=10_000_000)
    asked.add_argument("--runs", type=int, default=60)
    asked.add_argument("--quiet", type=float, help="wait for a load below this")
    options = asked.parse_args()
    scratch.set_up()
    with ExitStack() as stack:
        ledger = _made(stack, options.episodes, 1 / 8, "")
        _fill_journal(options.journal)
        _wait_for_quiet(options.quiet)
        taken: dict[str, dict[str, list[float]]] = {state: {} for state in STATES}
        for _ in range(TURNS):
            for state, (is_locked, is_journalled) in STATES.items():
                row_security("enable" if is_locked else "disable")()
                with ExitStack() as unwritten:
                    if not is_journalled:
                        for name in ("write", "write_list", "write_all"):
                            what = f"returnhome.casework.journal.{name}"
                            unwritten.enter_context(patch(what, lambda *_, **__: None))
                    _measure(ledger, taken[state], -(-options.runs // TURNS))
        is_met = _print(ledger, taken)
    print(f"\ntarget: both at most 10 % or 2 ms more at p95: {'met' if is_met else 'NOT MET'}")


def _wait_for_quiet(below: float | None) -> None:
    while below is not None and os.getloadavg()[0] >= below:
        print(f"load {os.getloadavg()[0]:.2f}: waiting", file=sys.stderr, flush=True)
        time.sleep(15)
    print(f"load {os.getloadavg()[0]:.2f} when the measurement begins", flush=True)


def _fill_journal(lines: int) -> None:
    """Lines about children of the ledger, in the owner's way round the product, and their seals."""
    from returnhome.casework import seals  # noqa: PLC0415

    began, at_once = time.perf_counter(), 500_000
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for first in range(0, lines, at_once):
            owner.execute(
                "insert into casework_journalentry (at, by_id, verb, kind, object_id, child_id)"
                " select now() - n * interval '1 second', 1 + n %% 9, 'read', 'child',"
                " 1 + n %% 6000, 1 + n %% 6000 from generate_series(%s::bigint, %s) n",
                [first, min(first + at_once, lines) - 1],
            )
        owner.execute("analyze casework_journalentry")
    while seals.seal(waits=True):
        pass
    print(
        f"{lines:,} lines of the journal written and sealed in {time.perf_counter() - began:.0f} s"
    )


def _measure(ledger: Ledger, taken: dict[str, list[float]], runs: int) -> None:
    from django.db import connection  # noqa: PLC0415

    connection.close()
    for name, (address, typed) in ledger.pages.items():
        ask = _asking(ledger.client, address, typed)
        for _ in range(WARM_UP):
            ask()
        taken.setdefault(name, []).extend(_milliseconds(ask) for _ in range(runs))


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _print(ledger: Ledger, taken: dict[str, dict[str, list[float]]]) -> bool:
    print(f"\n{ledger.held}")
    bare, *others = STATES
    is_met = True
    for state in others:
        print(f"  {state:18}{'median':>22}{'p95':>24}{'more at p95':>18}")
        for name in ledger.pages:
            before, after = taken[bare][name], taken[state][name]
            more = _p95(after) - _p95(before)
            share = more / _p95(before)
            if state == HELD_TO:
                is_met &= share <= AT_MOST[0] or more <= AT_MOST[1]
            print(
                f"  {name:18}"
                f"{statistics.median(before):9.1f} →{statistics.median(after):7.1f} ms"
                f"{_p95(before):12.1f} →{_p95(after):7.1f} ms"
                f"{more:9.1f} ms {share:+6.0%}"
            )
    return is_met


if __name__ == "__main__":
    main()
