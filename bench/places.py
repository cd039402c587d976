"""Postcodes: how long and how much memory the directory takes to load, and a look-up to answer.

Targets: set-up under 60 s, never 500 MB, a look-up under 1 ms once warm. Yardstick: the package's
own frame, scanned, takes 107 ms a look-up and 750 MB; a Python dictionary 1.3 GB.
It works in a database of its own, which is gone afterwards.
"""

import resource
import statistics
import time
from datetime import UTC, date, datetime

from django.db import connection

from bench import scratch

LOOKUPS = 5000


def main() -> None:
    scratch.set_up()
    at = datetime.now(UTC)
    with scratch.scratch(at):
        measure(at)


def measure(at: datetime) -> None:
    # Models can be imported only now that Django is set up.
    from returnhome.casework import places  # noqa: PLC0415

    before = time.perf_counter()
    rows = places.load_postcodes(connection, at=at)
    seconds = time.perf_counter() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"set-up           {seconds:8.1f} s    {rows} postcodes (target 60 s)")
    print(f"peak memory      {peak:8.0f} MB   of this process (target 500 MB)")

    sample = places.Postcode.objects.raw(
        "select code from casework_postcode tablesample system (1) repeatable (7) limit %s",
        [LOOKUPS],
    )
    codes = [place.code for place in sample]
    day = date(2020, 6, 1)
    for name, ask in (
        ("authority_at", lambda here, _: places.authority_at(here, day)),
        ("distance_km", lambda here, there: places.distance_km(here, there)),
    ):
        taken = [_milliseconds(ask, *pair) for pair in zip(codes, reversed(codes), strict=True)]
        warm = statistics.quantiles(taken[len(taken) // 5 :], n=100)
        print(f"{name:16} {warm[49]:8.3f} ms   median, p95 {warm[94]:.3f} ms (target 1 ms)")


def _milliseconds(ask, *places) -> float:
    before = time.perf_counter()
    ask(*places)
    return (time.perf_counter() - before) * 1000


if __name__ == "__main__":
    main()
