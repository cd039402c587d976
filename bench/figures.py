"""Figures: the roll-up against counting the rows, over 200,000 episodes, in one run.

    python -m bench.figures [--episodes 200000]

Yardsticks, each of which must give the same counts: the moments stored on the episodes, grouped by
sort in PostgreSQL; and the rows of offers, answers and interviews, one by one. What the ledger
holds is said in bench/ledger.py; the one council has an eighth of it, over ten years.
"""

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from bench import scratch

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PERIODS = {
    "one year": (date(2025, 4, 1), date(2026, 3, 31)),
    "ten years": (date(2016, 4, 1), date(2026, 3, 31)),
    "ten years, with odd days": (date(2016, 5, 15), date(2026, 2, 14)),
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--episodes", type=int, default=200_000)
    episodes = asked.parse_args().episodes
    scratch.set_up()
    with scratch.scratch(NOW):
        _fill(episodes)
        _measure()


def _fill(episodes: int) -> None:
    from bench import ledger  # noqa: PLC0415

    ledger.stand(episodes, at=NOW)


def _measure() -> None:
    from django.db import connection  # noqa: PLC0415

    from returnhome.casework.models import Authority  # noqa: PLC0415
    from returnhome.reporting import figures  # noqa: PLC0415

    leeds = figures.of_authority(Authority.objects.get(name="Leeds"))
    everybody = frozenset(Authority.objects.values_list("pk", flat=True))
    for whose, scope in (("One council", leeds), ("All", figures.Scope("All", everybody))):
        for length, period in PERIODS.items():
            _compare(f"{whose}, {length}", scope, period, one_by_one=scope is leeds)
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), pg_total_relation_size('casework_tally') / 1048576,"
            " pg_total_relation_size('casework_episode') / 1048576 from casework_tally"
        )
        rows, tally, moments = cursor.fetchone()
    print(f"The roll-up has {rows:,} rows and {tally} MiB, the episodes {moments} MiB.")


def _compare(title: str, scope: Any, period: tuple[date, date], *, one_by_one: bool) -> None:
    from returnhome.reporting import figures  # noqa: PLC0415

    kept = figures._of_ended(scope, *period, NOW)
    assert kept == _grouped(scope, *period), title
    roll_up = _took(lambda: figures._of_ended(scope, *period, NOW), 9)
    grouped = _took(lambda: _grouped(scope, *period), 5)
    whole = _took(lambda: figures.uptake(scope, *period, now=NOW), 5)
    ended = sum(number for (_, part), number in kept.items() if part == "ended")
    print(f"{title}: {ended:,} episodes ended")
    print(f"  roll-up                    {roll_up:9.1f} ms")
    print(f"  moments, grouped           {grouped:9.1f} ms   {grouped / roll_up:8.1f} times")
    if one_by_one:
        slow = _took(lambda: figures.recount(scope, *period, now=NOW), 1)
        again = figures.recount(scope, *period, now=NOW)
        assert again == figures.uptake(scope, *period, now=NOW).counts, title
        print(f"  rows, one by one           {slow:9.1f} ms   {slow / roll_up:8.1f} times")
    print(f"  the whole of the figures   {whole:9.1f} ms   with children, trend, time left")


def _grouped(scope: Any, first: date, last: date) -> Counter[Any]:
    """What the roll-up holds, counted from the episodes: the rules asked once for each sort."""
    from returnhome.casework.models import Episode  # noqa: PLC0415
    from returnhome.reporting import facts  # noqa: PLC0415
    from returnhome.rules import measures  # noqa: PLC0415

    theirs = Episode.objects.counted().filter(
        counted_under_id__in=scope.authorities, ended_on__gte=first, ended_on__lte=last
    )
    counted: Counter[Any] = Counter()
    for sort, number in facts.sorts(theirs, now=NOW):
        for part in measures.parts(sort) - measures.OF_THE_MOMENT:
            counted[sort.cohort, part] += number
    return counted


def _took(ask: Callable[[], Any], times: int) -> float:
    """The median of some runs in milliseconds; where there are several, the first is let go."""
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - before) * 1000)
    return statistics.median(taken[1:] or taken)


if __name__ == "__main__":
    main()
