"""The figures of the nation: quarter by quarter, beside pandas and DuckDB, and the pages over them.

    ./run bench nation [--episodes 5000000] [--pages 2000000] [--rounds 7]

153 councils, ten years, three cohorts: number, offered, accepted, held, held within 72 hours and
the median hours, by council, cohort and quarter. The same rows stand in memory for pandas and for
DuckDB, with cohorts as small integers and the day in London written out, which spares these work.
All must give the same sums. Targets: fresh from PostgreSQL in at most 1.3 times what pandas takes;
every measure from the roll-up in under a fifth of what DuckDB takes for those six; one council, all
years, fresh, under 5 ms; the pages at 2 million episodes under 300 ms at the 95th percentile, for a
council with an eighth of all and for one of the others. 0 for either size leaves that part out.
"""

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench import scratch

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
YEARS = date(2010, 1, 1), date(2026, 12, 31)
ASKED = 40
PERCENTILE = 0.95

# What the two others are given: what is on the rows, and nothing counted yet.
ROWS = """
copy (
    select counted_under_id, case cohort when 'home' then 0 when 'looked_after_in_area' then 1
            else 2 end,
        ended_on, returned_at at time zone 'UTC', held_at at time zone 'UTC',
        offered_at is not null, answer = 'accepted', held_at is not null
    from casework_episode where ended_on is not null and voided_at is null
) to stdout (format csv)
"""
DUCK = """
select la, cohort, date_trunc('quarter', ended_on) q, count(*),
    count(*) filter (where offered), count(*) filter (where accepted),
    count(*) filter (where held),
    count(*) filter (where held_at - returned_at <= interval '72 hours'),
    median(epoch(held_at - returned_at)) / 3600
from ep group by 1, 2, 3 order by 1, 2, 3
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--episodes", type=int, default=5_000_000)
    asked.add_argument("--pages", type=int, default=2_000_000)
    asked.add_argument("--rounds", type=int, default=7)
    options = asked.parse_args()
    scratch.set_up()
    if options.episodes:
        with scratch.scratch(NOW):
            _fill(options.episodes)
            _compare(options.rounds)
    if options.pages:
        with scratch.scratch(datetime.now(UTC), called="_pages"):
            _pages(options.pages)


def _fill(episodes: int) -> None:
    from bench import ledger  # noqa: PLC0415
    from returnhome.casework import staff  # noqa: PLC0415
    from returnhome.casework.models import Authority  # noqa: PLC0415

    began, operator = time.perf_counter(), staff.operator().pk
    ledger.invent(
        episodes,
        measured=Authority.objects.get(name="Leeds").pk,
        share=0,
        workers=[operator],
        operator=operator,
        at=NOW,
        is_bare=True,
    )
    ledger.count_up()
    ledger.settle()
    print(f"{episodes:,} episodes, made in {time.perf_counter() - began:.0f} s")


# Side by side.


def _compare(rounds: int) -> None:
    import duckdb  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    from returnhome.casework.models import Authority  # noqa: PLC0415
    from returnhome.reporting import figures, quarters  # noqa: PLC0415

    table = duckdb.connect()
    _load(table)
    frame = table.execute("select * from ep").df()
    leeds = figures.of_authority(Authority.objects.get(name="Leeds"))
    everything: dict[str, Callable[[], Any]] = {
        "PostgreSQL, fresh": lambda: quarters.counted(None, *YEARS),
        "pandas": lambda: _by_pandas(pd, frame),
        "DuckDB": lambda: table.execute(DUCK).fetchall(),
        "roll-up, all measures, by council": _rolled_up,
        "roll-up, all measures, of all": _summed,
        "one council, fresh": lambda: quarters.counted(leeds, *YEARS),
    }
    _check(everything)
    taken: dict[str, list[float]] = {name: [] for name in everything}
    for turn in range(rounds + 1):
        for name, ask in everything.items():
            took = _milliseconds(ask)
            if turn:  # the first is to warm up
                taken[name].append(took)
    one = [_milliseconds(everything["one council, fresh"]) for _ in range(ASKED)]
    middle = {name: statistics.median(each) for name, each in taken.items()}
    _say_conditions(f"pandas {pd.__version__}, DuckDB {duckdb.__version__}")
    for name, each in taken.items():
        print(f"  {name:36}{middle[name]:9.1f} ms   {min(each):9.1f} to {max(each):.1f}")
    fresh = middle["PostgreSQL, fresh"] / middle["pandas"]
    rolled = middle["DuckDB"] / middle["roll-up, all measures, by council"]
    print(f"  fresh: {fresh:.2f} times pandas; target at most 1.3: {_met(fresh <= 1.3)}")
    print(f"  roll-up: 1/{rolled:.1f} of DuckDB; target under a fifth: {_met(rolled > 5)}")
    print(
        f"  one council: median {statistics.median(one):.1f} ms, p95 {_late(one):.1f} ms; "
        f"target under 5: {_met(statistics.median(one) < 5)}"
    )


def _load(table: Any) -> None:
    """The rows as they stand in PostgreSQL, into DuckDB's own table in memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with (
            psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner,
            owner.cursor().copy(ROWS) as copied,
            path.open("wb") as file,
        ):
            for piece in copied:
                file.write(piece)
        columns = {
            "la": "smallint",
            "cohort": "tinyint",
            "ended_on": "date",
            "returned_at": "timestamp",
            "held_at": "timestamp",
            **dict.fromkeys(("offered", "accepted", "held"), "boolean"),
        }
        table.execute(
            f"create table ep as from read_csv(?, header = false, columns = {columns})", [str(path)]
        )


def _by_pandas(pd: Any, frame: Any) -> Any:
    hours = (frame.held_at - frame.returned_at).dt.total_seconds() / 3600
    grouped = pd.DataFrame(
        {
            "la": frame.la,
            "cohort": frame.cohort,
            "q": frame.ended_on.dt.year * 4 + frame.ended_on.dt.quarter,
            "ended": 1,
            "offered": frame.offered,
            "accepted": frame.accepted,
            "held": frame.held,
            "in_time": hours <= 72,
            "hours": hours,
        }
    ).groupby(["la", "cohort", "q"], sort=True)
    sums = {name: (name, "sum") for name in ("ended", "offered", "accepted", "held", "in_time")}
    return grouped.agg(**sums, median=("hours", "median"))


def _rolled_up() -> list[Any]:
    """Every part of the funnel, by council, cohort and quarter."""
    from returnhome.casework.models import Tally  # noqa: PLC0415

    columns = ("authority_id", "cohort", "quarter_on", "parts", "episodes")
    return list(Tally.objects.order_by().values_list(*columns))


def _summed() -> Counter[tuple[str, str]]:
    from returnhome.casework import tallies  # noqa: PLC0415
    from returnhome.casework.models import Tally  # noqa: PLC0415

    return tallies.totals(Tally.objects.all())


def _check(everything: dict[str, Callable[[], Any]]) -> None:
    """All have the same groups, sums, and sum of the medians, where they have one."""
    from returnhome.rules.measures import STEPS  # noqa: PLC0415

    fresh = everything["PostgreSQL, fresh"]()
    found = {
        "fresh": [sum(getattr(each, step) for each in fresh) for step in STEPS],
        "DuckDB": [sum(column) for column in list(zip(*everything["DuckDB"](), strict=True))[3:8]],
    }
    by_pandas = everything["pandas"]()
    found["pandas"] = [int(by_pandas[step].sum()) for step in STEPS]
    rolled: Counter[str] = Counter()
    groups = set()
    for *group, parts, episodes in everything["roll-up, all measures, by council"]():
        groups.add(tuple(group))
        for part in parts.split():
            rolled[part] += episodes
    found["roll-up"] = [rolled[step] for step in STEPS]
    medians = [
        sum(each.hours_median or 0 for each in fresh),
        float(by_pandas["median"].sum()),
        sum(each[8] or 0 for each in everything["DuckDB"]()),
    ]
    sizes = {len(fresh), len(by_pandas), len(groups)}
    assert len({tuple(each) for each in found.values()}) == len(sizes) == 1, (found, sizes)
    assert max(medians) - min(medians) < 0.1, medians
    print(f"{len(fresh):,} groups; {found['fresh']} episodes; medians add up to {medians[0]:,.1f}")


# Pages.


def _pages(episodes: int) -> None:
    from bench import ledger, pages  # noqa: PLC0415
    from returnhome.casework.models import Authority, Episode  # noqa: PLC0415

    at, began = datetime.now(UTC), time.perf_counter()
    leeds, devon = (Authority.objects.get(name=name) for name in ("Leeds", "Devon"))
    people = pages._people(leeds, at)
    ledger.invent(
        episodes,
        measured=leeds.pk,
        share=1 / 8,
        workers=[person.pk for person in people],
        operator=people[0].pk,
        at=at,
        is_bare=True,
    )
    ledger.note_of()
    ledger.count_up()
    ledger.settle()
    print(f"\n{episodes:,} episodes for the pages, made in {time.perf_counter() - began:.0f} s")
    _say_conditions("")
    is_met = True
    for council in (leeds, devon):
        asks = people[0] if council is leeds else pages._people(council, at)[0]
        client = pages._signed_in(asks, at)
        theirs = Episode.objects.filter(counted_under=council).count()
        print(f"  {council.name}: {theirs:,} episodes")
        for address in _addresses(at.date()):
            ask = pages._asking(client, address, None)
            _milliseconds(ask)
            taken = [_milliseconds(ask) for _ in range(ASKED)]
            late = _late(taken)
            is_met &= late < 300
            print(f"  {address:66}{statistics.median(taken):7.1f} ms, p95 {late:7.1f} ms")
    print(f"  target: p95 under 300 ms: {_met(is_met)}")


def _addresses(today: date) -> list[str]:
    from returnhome.rules.grouping import By  # noqa: PLC0415

    days = {"first": (15, 5, today.year - 9), "last": (14, 2, today.year)}
    parts = ("day", "month", "year")
    ten = "&".join(
        f"{name}-{part}={number}"
        for name, day in days.items()
        for part, number in zip(parts, day, strict=True)
    )
    return [
        "/figures",
        "/figures?period=last-year",
        f"/figures?period=dates&{ten}",
        *(f"/figures/by?by={by}&period=last-year" for by in By),
        *(
            f"/figures/by/episodes?by={by}&period=last-year&group={group}"
            for by, group in (("age", "all"), ("age", "13_to_15"), ("times", "3_to_5"))
        ),
    ]


# Time.


def _milliseconds(ask: Callable[[], Any]) -> float:
    before = time.perf_counter()
    ask()
    return (time.perf_counter() - before) * 1000


def _late(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=100)[round(PERCENTILE * 100) - 1]


def _met(is_met: bool) -> str:
    return "met" if is_met else "NOT MET"


def _say_conditions(versions: str) -> None:
    names = (
        *("server_version", "shared_buffers", "work_mem", "effective_cache_size"),
        *("random_page_cost", "max_parallel_workers_per_gather", "jit"),
    )
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        shown = (f"{name} {owner.execute(f'show {name}').fetchone()[0]}" for name in names)
        print(f"  PostgreSQL: {', '.join(shown)}")
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"  Python {platform.python_version()} {versions}; load {load}")


if __name__ == "__main__":
    main()
